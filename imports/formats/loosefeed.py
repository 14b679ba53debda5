"""The second opinion on feeds whose XML is broken beyond mending: feedparser, which guesses."""

import re
from io import BytesIO
from typing import Any

import feedparser

from articles.text import plain
from imports import dates
from imports.addresses import absolute, is_web
from imports.bylines import name_of
from imports.entry import Document, Entry, Unreadable
from imports.texts import body_of, dek_of

_MOST = 20_000_000  # characters; it needs 30 times their memory
_MOST_ATTRIBUTES = 1000  # of one element; it is quadratic in them
_MOST_DEPTH = 1000  # of unclosed elements, likewise
_LONGEST_TITLE = 10_000  # characters that are looked at
_LONG_TAG = re.compile(r"<[A-Za-z][^<>]{5000,}")
_TAG = re.compile(r"<(/?)[A-Za-z][^<>]*?(/?)>")


def parse(text: str, *, address: str = "") -> tuple[Document, int]:
    """(what feedparser makes of a feed, how many entries it found).

    Raises Unreadable for what would take it minutes and for what it fails on.
    """
    _refuse_slow(text)
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        # Bytes in a stream: given a string it would open a file or fetch an address.
        found = feedparser.parse(
            BytesIO(text.encode("utf-8", "replace")),
            sanitize_html=False,
            resolve_relative_uris=False,
            response_headers=headers,
        )
    except Exception as error:  # it lets out whatever its many parts raise
        raise Unreadable(f"The XML is broken beyond repair ({type(error).__name__}).") from None
    feed = found.feed
    home = absolute(feed.get("link") or "", address)
    start = home if is_web(home) else address
    document = Document(
        title=plain((feed.get("title") or "")[:_LONGEST_TITLE]),
        home_url=home if is_web(home) else "",
        language=feed.get("language") or "",
        entries=(_entry(each, start) for each in found.entries),
    )
    return document, len(found.entries)


def _refuse_slow(text: str) -> None:
    if len(text) > _MOST:
        raise Unreadable("The XML is broken, and too long to be read all the same.")
    if any(tag[0].count("=") > _MOST_ATTRIBUTES for tag in _LONG_TAG.finditer(text)):
        raise Unreadable("The XML is broken, and an element has thousands of attributes.")
    depth = deepest = 0
    for closes, is_empty in _TAG.findall(text):
        depth += 0 if is_empty else -1 if closes else 1
        deepest = max(deepest, depth)
    if deepest > _MOST_DEPTH:
        raise Unreadable("The XML is broken, and its elements are nested thousands deep.")


def _entry(each: Any, start: str) -> Entry:
    summary = each.get("summary") or ""
    texts = [content.get("value") or "" for content in each.get("content", [])]
    body = body_of([*texts, summary])
    date_text = each.get("published") or each.get("updated") or ""
    link = each.get("link") or ""
    authors = (author.get("name") or "" for author in each.get("authors", []))
    beside = [*each.get("media_content", []), *each.get("enclosures", [])]
    pictures = (item.get("url") or item.get("href") or "" for item in beside if _is_picture(item))
    return Entry(
        external_id=each.get("id") or "",
        address=absolute(link, start) or link,
        headline=each.get("title") or "",
        dek=dek_of([summary], body),
        body=body,
        language=each.get("language") or "",
        published_at=dates.parse(date_text),
        date_text=date_text,
        authors=tuple(dict.fromkeys(filter(None, map(name_of, authors)))),
        tags=tuple(filter(None, (tag.get("term") for tag in each.get("tags", [])))),
        images=tuple(dict.fromkeys(filter(None, (absolute(url, start) for url in pictures)))),
        raw=f"{each.get('title') or ''} {link} {date_text}"[:500],
    )


def _is_picture(item: Any) -> bool:
    return (item.get("medium") or item.get("type") or "").startswith("image")
