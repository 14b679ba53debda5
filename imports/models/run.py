from collections.abc import Iterable

from django.db import models


class Run(models.Model):
    """One import from its first entry to its last, with what became of them."""

    command = models.CharField(max_length=40)
    arguments = models.TextField(blank=True)
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="Empty: running, or killed.")
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(
        default=0, help_text="Kept as an editor left it, or had already from elsewhere."
    )
    failed = models.PositiveIntegerField(default=0)
    made = models.JSONField(
        default=dict, help_text="Numbers of the rows it made beside stories, by model."
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    faults = models.JSONField(
        default=list, help_text="One for each failed item: where, item, reason, raw."
    )

    class Meta:
        ordering = ["-started_at"]

    def note_made(self, rows: Iterable[models.Model]) -> None:
        """Remember rows that this run made, so that it can be undone. Does not save."""
        for row in rows:
            self.made.setdefault(row._meta.label, []).append(row.pk)

    def __str__(self) -> str:
        return f"run {self.pk}: {self.command}, {self.started_at:%Y-%m-%d %H:%M} UTC"
