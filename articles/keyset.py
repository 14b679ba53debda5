"""Pages of stories by keyset.

A cursor names the last story seen, so page 1,000 costs what page 1 costs.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.db.models import Q

if TYPE_CHECKING:
    from articles.models.article import Article, ArticleQuerySet

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WRITTEN = re.compile(r"(-?\d{1,17})-(\d{1,18})", re.ASCII)  # less than 0 is before 1970


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between two stories: the published moment and the number of one of them."""

    published_at: datetime
    pk: int

    @classmethod
    def read(cls, written: str) -> Self:
        """The cursor of an address. ValueError when it is none of ours."""
        match = _WRITTEN.fullmatch(written)
        if not match:
            raise ValueError(f"{written[:40]!r} is no place in a list")
        try:
            return cls(_EPOCH + timedelta(microseconds=int(match[1])), int(match[2]))
        except OverflowError:
            raise ValueError("that moment is out of range") from None

    @classmethod
    def at(cls, article: "Article") -> Self:
        assert article.published_at is not None  # only published stories are listed
        return cls(article.published_at, article.pk)

    def __str__(self) -> str:
        return f"{(self.published_at - _EPOCH) // timedelta(microseconds=1)}-{self.pk}"


@dataclass(frozen=True, slots=True)
class Page:
    """Stories, newest first, with the cursors of the pages beside it (None: there is none)."""

    stories: list["Article"]
    newer: Cursor | None = None
    older: Cursor | None = None

    @classmethod
    def of(
        cls,
        rows: "ArticleQuerySet",
        size: int,
        *,
        before: Cursor | None = None,
        after: Cursor | None = None,
    ) -> Self:
        if after:
            found = list(
                rows.filter(_beside(after, "gt")).order_by("published_at", "pk")[: size + 1]
            )
            stories = found[size - 1 :: -1] if len(found) > size else found[::-1]
            more_newer, more_older = len(found) > size, bool(found)
        else:
            rows = rows.filter(_beside(before, "lt")) if before else rows
            found = list(rows.newest_first()[: size + 1])
            stories, more_newer, more_older = found[:size], before is not None, len(found) > size
        if not stories:
            return cls([])
        return cls(
            stories,
            newer=Cursor.at(stories[0]) if more_newer else None,
            older=Cursor.at(stories[-1]) if more_older else None,
        )

    def __len__(self) -> int:
        return len(self.stories)

    def __iter__(self) -> Iterator["Article"]:
        return iter(self.stories)


def _beside(cursor: Cursor, side: str) -> Q:
    """The rows on one side of a cursor. The first clause is implied; it lets the index be used."""
    same_moment = Q(published_at=cursor.published_at, **{f"pk__{side}": cursor.pk})
    beyond = Q(**{f"published_at__{side}": cursor.published_at})
    return Q(**{f"published_at__{side}e": cursor.published_at}) & (beyond | same_moment)
