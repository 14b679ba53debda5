"""Stories by named columns: what a table, or an object of JSON Lines, calls each part of one."""

import json
import re
import unicodedata
from collections.abc import Hashable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeAlias

from markdown_it import MarkdownIt

from articles.text import plain, visible
from imports import dates
from imports.bylines import name_of
from imports.entry import Entry, Refused
from imports.texts import as_html

MOST_MARKDOWN = 1_000_000  # characters; rendering takes a second for each million

Values: TypeAlias = Mapping[Any, Any] | Sequence[Any]

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
_STORY = ("headline", "dek", "html", "markdown", "body", "text", "address")
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
_TRUE, _FALSE = {"true", "yes", "y", "t", "1", "on"}, {"false", "no", "n", "f", "0", "off"}
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
        return any(field in self.keys for field in _STORY)

    def understood(self) -> int:
        """How many of the columns are known."""
        return len({key for keys in self.keys.values() for key in keys})

    def entry(self, row: Values, raw: str = "") -> Entry:
        """The story in a row. Raises Refused with the reason for one that cannot be taken."""
        published_at, date_text = self._date(row)
        status, notes = self._status(row)
        images = _pictures(self._first(row, "image"))
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

    def _all(self, row: Values, field: str) -> Iterator[Any]:
        """The values of the columns that can hold a field, but for the empty ones."""
        for key in self.keys.get(field, ()):
            value = row[key]
            if value not in (None, "", [], {}) and (not isinstance(value, str) or value.strip()):
                yield value

    def _first(self, row: Values, field: str) -> Any:
        return next(self._all(row, field), None)

    def _text(self, row: Values, field: str) -> str:
        return next(filter(None, map(text, self._all(row, field))), "")

    def _line(self, row: Values, field: str) -> str:
        return plain(self._text(row, field))

    def _body(self, row: Values) -> str:
        if html := self._text(row, "html"):
            return html
        if written := self._text(row, "markdown"):
            return rendered(written)
        return self._text(row, "body") or as_html(self._text(row, "text"))

    def _date(self, row: Values) -> tuple[datetime | None, str]:
        """The first date that can be read, and its text; else None and the first text."""
        texts = [text(each) for each in self._all(row, "date") if _truth(each) is None]
        for found in filter(None, texts):
            if moment := dates.parse(found):
                return moment, found
        return None, next(filter(None, texts), "")

    def _authors(self, row: Values) -> tuple[str, ...]:
        names = several(self._first(row, "authors"))
        return tuple(dict.fromkeys(filter(None, map(name_of, names))))

    def _topic(self, row: Values) -> tuple[str, tuple[str, ...]]:
        """(the topic, the tags). Without a topic the first of several categories is it."""
        topics = several(self._first(row, "topic"))
        categories = several(self._first(row, "categories"))
        topics = topics or categories[:1]
        tags = [*topics[1:], *several(self._first(row, "tags")), *categories]
        topic = plain(topics[0]) if topics else ""
        return topic, tuple(each for each in dict.fromkeys(tags) if each != topic)

    def _topic_slug(self, row: Values) -> str:
        given = self._first(row, "topic")
        inside = plain(text(given.get("slug"))) if isinstance(given, Mapping) else ""
        return self._line(row, "topic_slug") or inside

    def _status(self, row: Values) -> tuple[str, tuple[str, ...]]:
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
            said.add({True: "published", False: "draft"}.get(_truth(value), ""))
        if any(_truth(value) for value in self._all(row, "is_draft")):
            said.add("draft")
        if any(normal(text(value)) not in _OPEN for value in self._all(row, "access")):
            said.add("private")
        if self._text(row, "withdrawn"):
            said.add("private")
        return next((status for status in _CAUTIOUS if status in said), ""), tuple(notes)

    def _old_paths(self, row: Values) -> Iterator[str]:
        given = [*several(self._first(row, "old_paths")), self._text(row, "address")]
        for path in map(visible, given):
            if path.startswith("/") and not path.startswith("//"):
                yield path

    def _raw(self, row: Values) -> str:
        parts, length = [], 0
        for key, name in self.names:
            if held := text(row[key])[:_RAW]:
                parts.append(f"{name}: {held}")
                length += len(held)
            if length > _RAW:
                break
        return "; ".join(parts)[:_RAW]


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def rendered(markdown: str) -> str:
    """Markdown as HTML, not yet safe. Raises Refused for one that is too long."""
    if len(markdown) > MOST_MARKDOWN:
        raise Refused(f"its text has more than {MOST_MARKDOWN:,} characters of Markdown")
    return _markdown().render(markdown)


def normal(name: str) -> str:
    """A name as NAMES has it: "Post Date", "post-date" and "postDate" are "post_date"."""
    name = unicodedata.normalize("NFKC", visible(name[:200])).strip()
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"[\W_]+", "_", name).strip("_").lower()


def text(value: Any) -> str:
    """A string or number as text; "" for anything else."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def several(value: Any) -> list[str]:
    """The names in a list, in an object with a name, or in a text parted by "|" or ";"."""
    if isinstance(value, str):
        if not (listed := _json_list(value)):
            return [part for each in re.split(r"[|;]", value) if (part := each.strip())]
        value = listed
    if not isinstance(value, list):
        value = [] if value is None else [value]
    return [found for each in value if (found := _name(each))]


def _json_list(written: str) -> list[Any]:
    """What some tables hold in a cell: ["one", "two"]."""
    if not written.strip().startswith("["):
        return []
    try:
        value = json.loads(written)
    except (ValueError, RecursionError):
        return []
    return value if isinstance(value, list) else []


def _name(value: Any) -> str:
    if isinstance(value, Mapping):
        return next(filter(None, (text(value.get(key)) for key in ("name", "title", "slug"))), "")
    return text(value)


def _pictures(value: Any) -> list[tuple[str, str, str]]:
    """(address, alternative text, caption) of each picture."""
    found = []
    for each in value if isinstance(value, list) else [value]:
        inside = each if isinstance(each, Mapping) else {"url": each}
        addresses = (text(inside.get(key)) for key in ("url", "src", "address"))
        if address := next(filter(None, addresses), ""):
            lines = (plain(text(inside.get(key))) for key in ("alt", "caption"))
            found.append((address, *lines))
    return found


def _slug_in(identifier: str) -> str:
    """Substack writes the slug behind the number of a post."""
    found = _SUBSTACK_ID.fullmatch(identifier)
    return found[1] if found else ""


def _truth(value: Any) -> bool | None:
    """Whether a cell says yes or no; None when it says something else."""
    if isinstance(value, bool):
        return value
    word = text(value).lower()
    return True if word in _TRUE else False if word in _FALSE else None
