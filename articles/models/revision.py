from typing import Any, Self

from django.conf import settings
from django.db import models

from articles import snapshots


class Kind(models.TextChoices):
    """What a revision was kept for."""

    AUTOSAVE = "autosave", "autosave"
    SAVE = "save", "save"
    PUBLISH = "publish", "publish"
    CORRECTION = "correction", "correction"
    RESTORE = "restore", "restore"
    IMPORT = "import", "before an import"


class ArticleRevision(models.Model):
    """A story as it was at one moment, whole: every field, its authors and its tags."""

    article = models.ForeignKey("Article", on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField(help_text="From 1, for each story on its own.")
    data = models.JSONField(help_text="See articles.snapshots.")
    content_sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=10, choices=Kind)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    note = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["article", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="revision_number_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=Kind.values), name="revision_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article}, revision {self.number}"

    @classmethod
    def keep(cls, article: Any, kind: str, *, author: Any = None, note: str = "") -> Self:
        """Store the story as it is in memory now, under the next number."""
        data = snapshots.take(article)
        last = cls.objects.filter(article=article).aggregate(last=models.Max("number"))["last"]
        return cls.objects.create(
            article=article,
            number=(last or 0) + 1,
            data=data,
            content_sha256=snapshots.digest(data),
            kind=kind,
            author=author,
            note=note,
        )

    def restore(self, *, author: Any = None) -> "ArticleRevision":
        """Make the story what it was, as a new revision. ValidationError if an address moved."""
        article = type(self.article).objects.get(pk=self.article_id)
        snapshots.put_back(article, self.data)
        note = f"as it was in revision {self.number}"
        return ArticleRevision.keep(article, Kind.RESTORE, author=author, note=note)
