"""JSON Feed 1.0 and 1.1 (jsonfeed.org)."""

import json
from collections.abc import Iterator
from typing import Any

from articles.text import plain
from imports import dates
from imports.addresses import absolute, is_web
from imports.bylines import name_of
from imports.entry import Document, Entry, Unreadable
from imports.texts import as_html, body_of, dek_of, looks_like_html

_RAW = 500  # characters
_LONGEST_TITLE = 10_000  # characters that are looked at
_TEXTS = ("content_html", "content_text")


def parse(written: str, *, address: str = "") -> Document:
    """Read the text of a JSON Feed. Raises Unreadable for broken JSON and for other JSON."""
    feed = _loaded(written)
    _refuse_other(feed)
    home = absolute(_text(feed.get("home_page_url")), address)
    feed_url = _text(feed.get("feed_url"))
    start = next(filter(is_web, (home, address, feed_url)), "")
    authors = _authors(feed)
    return Document(
        title=plain(_text(feed.get("title"))[:_LONGEST_TITLE]),
        home_url=home if is_web(home) else "",
        language=_text(feed.get("language")),
        entries=(_entry(item, start, authors) for item in feed["items"]),
    )


def _loaded(written: str) -> Any:
    try:
        return json.loads(written, strict=False)
    except json.JSONDecodeError as error:
        raise Unreadable(
            f"The JSON is broken or breaks off: {error.msg} "
            f"in line {error.lineno}, column {error.colno}."
        ) from None
    except (RecursionError, ValueError):
        raise Unreadable("The JSON is nested too deeply or holds an absurd number.") from None


def _refuse_other(feed: Any) -> None:
    if isinstance(feed, dict) and isinstance(feed.get("rss"), dict):
        raise Unreadable("This is RSS written as JSON, which is not read; give its RSS instead.")
    items = feed.get("items") if isinstance(feed, dict) else None
    if isinstance(items, list):
        if "jsonfeed.org" in _text(feed.get("version")):
            return
        if any(isinstance(item, dict) and not item.keys().isdisjoint(_TEXTS) for item in items):
            return
    raise Unreadable("This is JSON, but no JSON Feed: it has no list of items in that format.")


def _entry(item: Any, start: str, authors: tuple[str, ...]) -> Entry:
    item = item if isinstance(item, dict) else {}
    texts = [_text(item.get("content_html")), _as_html(item.get("content_text"))]
    body, summary = body_of(filter(None, texts)), _as_html(item.get("summary"))
    date_text = _text(item.get("date_published")) or _text(item.get("date_modified"))
    identifier = _text(item.get("id"))
    links = (_text(item.get(key)) for key in ("url", "external_url"))
    link = next(filter(None, links), identifier if is_web(identifier) else "")
    return Entry(
        external_id=identifier,
        address=absolute(link, start) or link,
        headline=_text(item.get("title")),
        dek=dek_of([summary], body) if body else "",
        body=body or summary,
        language=_text(item.get("language")),
        published_at=dates.parse(date_text),
        date_text=date_text,
        authors=_authors(item) or authors,
        tags=tuple(filter(None, map(_text, _list(item.get("tags"))))),
        images=tuple(dict.fromkeys(_images(item, start))),
        raw=json.dumps(_shortened(item), ensure_ascii=False)[:_RAW],
    )


def _text(value: Any) -> str:
    """A string or number as text; "" for anything else that somebody may have put there."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _as_html(value: Any) -> str:
    text = _text(value)
    return text if looks_like_html(text) else as_html(text)


def _authors(of: dict[str, Any]) -> tuple[str, ...]:
    """The names in `authors` (1.1), else in `author` (1.0)."""
    people = [*_list(of.get("authors")), of.get("author")]
    names = (_text(each.get("name") if isinstance(each, dict) else each) for each in people)
    return tuple(dict.fromkeys(filter(None, map(name_of, names))))


def _images(item: dict[str, Any], start: str) -> Iterator[str]:
    given = [_text(item.get("image")), _text(item.get("banner_image"))]
    for each in _list(item.get("attachments")):
        if isinstance(each, dict) and _text(each.get("mime_type")).startswith("image/"):
            given.append(_text(each.get("url")))
    yield from filter(None, (absolute(each, start) for each in given))


def _shortened(item: dict[str, Any]) -> dict[str, Any]:
    return {key: value[:_RAW] if isinstance(value, str) else None for key, value in item.items()}
