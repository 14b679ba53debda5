from django.db import models
from django.urls import reverse
from taggit.models import ItemBase, TagBase

from articles.text import slug


class Tag(TagBase):
    """A word that stories share across topics. Its slug is never empty, whatever the name."""

    class Meta:
        ordering = ["name"]

    def slugify(self, tag: str, i: int | None = None) -> str:
        base = slug(tag, fallback="tag")
        return base if i is None else f"{base}-{i}"

    def get_absolute_url(self) -> str:
        return reverse("tag", args=[self.slug])


class ArticleTag(ItemBase):
    """A tag on a story; a table of its own, so that tag pages need no content types."""

    content_object = models.ForeignKey("Article", on_delete=models.CASCADE)
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="items")
