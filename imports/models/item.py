import gzip

from django.db import models


class Item(models.Model):
    """Where a story came from: an entry of a source as it was last sent, and what we made of it.

    It outlives its story, so that what an editor deleted does not come back with the next import.
    """

    source = models.ForeignKey("articles.Source", on_delete=models.CASCADE, related_name="items")
    external_id = models.TextField(help_text="The source's own id, or what stands for it.")
    external_key = models.CharField(max_length=64, help_text="SHA-256 of the external id.")
    article = models.ForeignKey(
        "articles.Article", on_delete=models.SET_NULL, null=True, blank=True, related_name="items"
    )
    feed = models.ForeignKey("Feed", on_delete=models.SET_NULL, null=True, blank=True)
    run = models.ForeignKey(
        "Run", on_delete=models.SET_NULL, null=True, related_name="items", help_text="That made it."
    )
    address = models.URLField(max_length=2000, blank=True, db_index=True)
    content_hash = models.CharField(max_length=64, help_text="SHA-256 of the entry after cleaning.")
    upstream = models.JSONField(
        default=dict, help_text="The story's fields as the source last had them."
    )
    rights = models.CharField(max_length=10, help_text="The source's rights when it was fetched.")
    notes = models.JSONField(default=list, help_text="What cleaning left out or changed, in words.")
    picture_url = models.URLField(
        max_length=2000, blank=True, help_text="Of the lead picture, until it is fetched."
    )
    picture_alt = models.CharField(max_length=300, blank=True)
    picture_caption = models.CharField(max_length=300, blank=True)
    picture_fault = models.TextField(blank=True, help_text="Why it could not be fetched.")
    offered = models.JSONField(
        default=list,
        db_default=[],
        help_text="Fields that the source changed while an editor's words stand.",
    )
    raw_html = models.BinaryField(
        null=True, help_text="The page it was read from, as it came, gzipped; see page()."
    )
    raw_type = models.CharField(
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text="That page's Content-Type.",
    )
    fetched_at = models.DateTimeField()

    class Meta:
        ordering = ["-fetched_at"]
        constraints = [
            models.UniqueConstraint(fields=["source", "external_key"], name="item_once_a_source"),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.external_id[:80]}"

    def keep_page(self, data: bytes, content_type: str) -> None:
        """Keep the page's own HTML, so that a better extraction can run again. Does not save."""
        self.raw_html, self.raw_type = gzip.compress(data, mtime=0), content_type[:200]

    def page(self) -> bytes:
        """The page's own HTML; b"" where the item came by another way."""
        return gzip.decompress(self.raw_html) if self.raw_html else b""
