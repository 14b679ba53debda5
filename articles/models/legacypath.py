import hashlib
from typing import ClassVar
from urllib.parse import unquote

from django.db import models


class LegacyPathQuerySet(models.QuerySet["LegacyPath"]):
    def at(self, *paths: str) -> "LegacyPath | None":
        """What stood at the first of these paths that an old site had, with or without a slash."""
        keys = [LegacyPath.key(path) for path in paths]
        rows = self.filter(path_sha256__in=keys)
        rows = rows.select_related("article__topic", "article__same_as__topic")
        found = {row.path_sha256: row for row in rows}
        return next((found[key] for key in keys if key in found), None)


class LegacyPath(models.Model):
    """An address of a site that moved here: it leads to its story, or answers that it is gone.

    Looked up only where we have no page of our own, so it can never hide one.
    """

    path = models.TextField(
        help_text="From the first slash on, with the query where it names the story."
    )
    path_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    article = models.ForeignKey(
        "Article",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="legacy_paths",
        help_text="Empty: the address answers 410, gone.",
    )

    objects: ClassVar = LegacyPathQuerySet.as_manager()

    class Meta:
        ordering = ["path"]

    def __str__(self) -> str:
        return self.path

    def save(self, *args: object, **kwargs: object) -> None:
        self.path_sha256 = self.key(self.path)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @staticmethod
    def key(path: str) -> str:
        """Of the path as a request has it: decoded, and without the slash at its end."""
        bare, mark, query = path.partition("?")
        bare = unquote(bare).rstrip("/") or "/"
        return hashlib.sha256(f"{bare}{mark}{query}".encode()).hexdigest()
