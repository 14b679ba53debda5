from django.db import models


class Change(models.Model):
    """What a run did to one story, with all that is needed to take it back."""

    run = models.ForeignKey("Run", on_delete=models.CASCADE, related_name="changes")
    item = models.ForeignKey("Item", on_delete=models.CASCADE, related_name="changes")
    after_sha256 = models.CharField(
        max_length=64, help_text="Of the story's snapshot as the run left it."
    )
    revision = models.ForeignKey(
        "articles.ArticleRevision",
        on_delete=models.CASCADE,
        null=True,
        help_text="The story before; empty where the run made it.",
    )
    item_before = models.JSONField(default=dict, help_text="The item's fields before.")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.run}: {'updated' if self.revision_id else 'made'} {self.item}"
