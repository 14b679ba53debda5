"""Stories by named columns: what a table, or an object of JSON Lines, calls each part of one."""

import re
import unicodedata
from collections.abc import Hashable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from articles.text import plain, visible
from imports import dates
from imports.bylines import name_of
from imports.entry import Entry
from imports.formats.markdown.rendering import render
from imports.formats.values import pictures, several, text, truth
from imports.texts import as_html


class Row(Protocol):
    """A list of cells or an object of JSON."""

    def __getitem__(self, key: Any, /) -> Any: ...


# The names of each part, those that say most first. Case, spaces and hyphens do not matter.
NAMES = {
    "headline": ("headline", "title", "post_title", "heading", "subject"),
    "dek": (
        *("dek", "standfirst", "excerpt", "custom_excerpt", "post_excerpt", "summary", "subtitle"),
        *("description", "abstract", "teaser", "meta_description"),
    ),
    "html": ("body_html", "content_html", "html", "post_content", "content_encoded"),
    "markdown": ("body_markdown", "content_markdown", "markdown", "body_md", "content_md"),
    "body": ("body", "content", "full_text", "article"),
    "text": ("body_text", "content_text", "plain_text", "plaintext", "text"),
    "slug": ("slug", "post_name", "url_slug", "handle"),
    "id": ("external_id", "id", "post_id", "article_id", "story_id", "guid", "uuid"),
    "address": (
        *("source_url", "url", "link", "address", "permalink", "canonical_url", "article_url"),
        *("post_url", "story_url"),
    ),
    "date": (
        *("published_at", "date_published", "published_on", "published_date", "publication_date"),
        *("publish_date", "pub_date", "pubdate", "post_date_gmt", "post_date", "date", "published"),
        *("source_published_at", "created_at", "date_created", "created"),
    ),
    "authors": (
        *("authors", "author", "byline", "author_name", "author_names", "post_author"),
        *("creator", "dc_creator", "writer", "written_by"),
    ),
    "tags": ("tags", "tag", "post_tag", "tag_names", "keywords", "labels"),
    "categories": ("categories",),
    "topic": ("topic", "category", "primary_category", "primary_tag", "section"),
    "topic_slug": ("topic_slug", "category_slug", "section_slug"),
    "status": ("status", "post_status", "state"),
    "is_published": ("is_published", "published"),
    "is_draft": ("is_draft", "draft"),
    "access": ("audience", "visibility", "access"),
    "withdrawn": ("withdrawn_at",),
    "language": ("language", "lang", "locale", "language_code"),
    "image": (
        *("image", "image_url", "lead_image", "featured_image", "feature_image", "cover_image"),
        *("hero_image", "main_image", "thumbnail", "images"),
    ),
    "lead_alt": ("lead_alt", "image_alt", "featured_image_alt", "feature_image_alt", "alt_text"),
    "lead_caption": ("lead_caption", "image_caption", "feature_image_caption", "caption"),
    "old_paths": ("old_paths", "old_path", "path", "aliases", "redirect_from"),
}
# A table without any of these holds no stories.
STORY = ("headline", "dek", "html", "markdown", "body", "text", "address")
_FIELDS: dict[str, list[tuple[int, str]]] = {}
for _field, _names in NAMES.items():
    for _rank, _name in enumerate(_names):
        _FIELDS.setdefault(_name, []).append((_rank, _field))

_STATUSES = {
    **dict.fromkeys(("publish", "published", "public", "live", "posted", "sent"), "published"),
    **dict.fromkeys(("draft", "pending", "in_review", "review", "ready", "unpublished"), "draft"),
    **dict.fromkeys(("scheduled", "future", "queued"), "scheduled"),
    **dict.fromkeys(("private", "archived", "deleted", "trash", "withdrawn", "hidden"), "private"),
}
_OPEN = {"", "everyone", "public", "all", "free"}
# What databases and programs write into a cell that is empty.
_NOTHING = {"null", "none", "nan", "n/a", r"\n"}
_CAUTIOUS = ("private", "draft", "scheduled", "published")  # the first that is said counts
_SUBSTACK_ID = re.compile(r"\d+\.([a-z0-9][a-z0-9-]*)")
_RAW = 500  # characters


class Columns:
    """Which of the columns hold what. Made once for a table or for all objects with these names.

    A column is known by its key into a row: a number in a table, its own name in an object.
    """

    def __init__(self, names: Sequence[tuple[Hashable, str]]) -> None:
        found: dict[str, list[tuple[int, Hashable]]] = {}
        self.names = names
        for key, name in names:
            for rank, field in _FIELDS.get(normal(name), ()):
                found.setdefault(field, []).append((rank, key))
        self.keys = {
            field: [key for _, key in sorted(keys, key=lambda each: each[0])]
            for field, keys in found.items()
        }

    @property
    def has_stories(self) -> bool:
        return any(field in self.keys for field in STORY)

    def understood(self) -> int:
        """How many of the columns are known."""
        return len({key for keys in self.keys.values() for key in keys})

    def entry(self, row: Row, raw: str = "") -> Entry:
        """The story in a row. Raises Refused with the reason for one that cannot be taken."""
        published_at, date_text = self._date(row)
        status, notes = self._status(row)
        images = pictures(self._first(row, "image"))
        topic, tags = self._topic(row)
        identifier = self._text(row, "id")
        return Entry(
            external_id=identifier,
            address=self._text(row, "address"),
            headline=self._text(row, "headline"),
            dek=self._text(row, "dek"),
            body=self._body(row),
            language=self._line(row, "language"),
            published_at=published_at,
            date_text=date_text,
            authors=self._authors(row),
            tags=tags,
            images=tuple(address for address, _, _ in images),
            raw=raw[:_RAW] or self._raw(row),
            notes=notes,
            status=status,
            slug=self._line(row, "slug") or _slug_in(identifier),
            topic=topic,
            topic_slug=self._topic_slug(row),
            old_paths=tuple(dict.fromkeys(self._old_paths(row))),
            lead_alt=self._line(row, "lead_alt") or (images[0][1] if images else ""),
            lead_caption=self._line(row, "lead_caption") or (images[0][2] if images else ""),
        )

    def _all(self, row: Row, field: str) -> Iterator[Any]:
        """The values of the columns that can hold a field, but for those that hold nothing."""
        for key in self.keys.get(field, ()):
            value = row[key]
            written = value.strip().lower() if isinstance(value, str) else None
            is_nothing = written == "" or (written in _NOTHING and field != "headline")
            if not is_nothing and value not in (None, [], {}):
                yield value

    def _first(self, row: Row, field: str) -> Any:
        return next(self._all(row, field), None)

    def _text(self, row: Row, field: str) -> str:
        return next(filter(None, map(text, self._all(row, field))), "")

    def _line(self, row: Row, field: str) -> str:
        return plain(self._text(row, field))

    def _body(self, row: Row) -> str:
        if html := self._text(row, "html"):
            return html
        if written := self._text(row, "markdown"):
            return render(written)
        return self._text(row, "body") or as_html(self._text(row, "text"))

    def _date(self, row: Row) -> tuple[datetime | None, str]:
        """The first date that can be read, and its text; else None and the first text."""
        texts = [text(each) for each in self._all(row, "date") if truth(each) is None]
        for found in filter(None, texts):
            if moment := dates.parse(found):
                return moment, found
        return None, next(filter(None, texts), "")

    def _authors(self, row: Row) -> tuple[str, ...]:
        names = several(self._first(row, "authors"))
        return tuple(dict.fromkeys(filter(None, map(name_of, names))))

    def _topic(self, row: Row) -> tuple[str, tuple[str, ...]]:
        """(the topic, the tags). Without a topic the first of several categories is it."""
        topics = several(self._first(row, "topic"))
        categories = several(self._first(row, "categories"))
        topics = topics or categories[:1]
        tags = [*topics[1:], *several(self._first(row, "tags")), *categories]
        topic = plain(topics[0]) if topics else ""
        return topic, tuple(each for each in dict.fromkeys(tags) if each != topic)

    def _topic_slug(self, row: Row) -> str:
        given = self._first(row, "topic")
        inside = plain(text(given.get("slug"))) if isinstance(given, Mapping) else ""
        return self._line(row, "topic_slug") or inside

    def _status(self, row: Row) -> tuple[str, tuple[str, ...]]:
        """The most cautious of what the columns say, and a note on a word that is not known."""
        said, notes = set[str](), list[str]()
        for key in self.keys.get("status", ()):
            if row[key] is not None:
                # An empty cell below such a column is no word that the story was public.
                word = normal(text(row[key])) or "draft"
                said.add(_STATUSES.get(word, "draft"))
                if word not in _STATUSES:
                    notes.append(f"the status “{plain(text(row[key]))[:40]}” taken as a draft")
        for value in self._all(row, "is_published"):
            if (is_public := truth(value)) is not None:
                said.add("published" if is_public else "draft")
        if any(truth(value) for value in self._all(row, "is_draft")):
            said.add("draft")
        if any(normal(text(value)) not in _OPEN for value in self._all(row, "access")):
            said.add("private")
        if self._text(row, "withdrawn"):
            said.add("private")
        return next((status for status in _CAUTIOUS if status in said), ""), tuple(notes)

    def _old_paths(self, row: Row) -> Iterator[str]:
        given = [*several(self._first(row, "old_paths")), self._text(row, "address")]
        for path in map(visible, given):
            if path.startswith("/") and not path.startswith("//"):
                yield path

    def _raw(self, row: Row) -> str:
        parts, length = [], 0
        for key, name in self.names:
            if held := text(row[key])[:_RAW]:
                parts.append(f"{name}: {held}")
                length += len(held)
            if length > _RAW:
                break
        return "; ".join(parts)[:_RAW]


def normal(name: str) -> str:
    """A name as NAMES has it: "Post Date", "post-date" and "postDate" are "post_date"."""
    name = unicodedata.normalize("NFKC", visible(name[:200])).strip()
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"[\W_]+", "_", name).strip("_").lower()


def _slug_in(identifier: str) -> str:
    """Substack writes the slug behind the number of a post."""
    found = _SUBSTACK_ID.fullmatch(identifier)
    return found[1] if found else ""
