from django.db import models


class Sketch(models.Model):
    """What a story's text is recognised by when another source tells it; see imports.likeness."""

    article = models.OneToOneField(
        "articles.Article", on_delete=models.CASCADE, primary_key=True, related_name="sketch"
    )
    hashes = models.JSONField(default=list)
    headline_key = models.CharField(max_length=200, blank=True, db_index=True)
    told_at = models.DateTimeField(db_index=True, help_text="When its source told it.")

    def __str__(self) -> str:
        return f"sketch of story {self.pk}"


class SketchKey(models.Model):
    """One of the hashes by which a story with much the same text is found."""

    sketch = models.ForeignKey(Sketch, on_delete=models.CASCADE, related_name="keys")
    value = models.BigIntegerField(db_index=True)

    def __str__(self) -> str:
        return f"{self.value} of story {self.sketch_id}"
