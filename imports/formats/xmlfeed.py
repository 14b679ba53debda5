"""RSS 0.90 to 2.0, RDF, Atom 0.3 and 1.0: from a tree to entries.

One reader serves all dialects: they share the names of their elements, and real feeds mix them.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from lxml import etree

from articles.text import plain
from imports import dates
from imports.addresses import absolute, host, is_web
from imports.bylines import name_of
from imports.elements import (
    Element,
    Fields,
    all_html,
    attribute,
    base,
    fields,
    first_line,
    first_text,
    language,
    name,
    text,
)
from imports.entry import Document, Entry
from imports.texts import body_of, dek_of

_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_TITLES = ("title", "dc:title", "media:title", "itunes:title")
_BODIES = (
    "content:encoded",
    "content",
    "xhtml:body",
    "xhtml:div",
    "body",
    "yandex:full-text",
    "fulltext",
    "fullitem",
    "description",
    "summary",
)
_OTHER_BODIES = ("dc:description", "itunes:summary")
_DEKS = ("description", "summary", "itunes:subtitle", "dc:description")
_DATES = (
    "pubdate",
    "published",
    "issued",
    "dc:date",
    "dcterms:issued",
    "dcterms:created",
    "created",
    "date",
    "updated",
    "modified",
    "dcterms:modified",
    "lastbuilddate",
)
_AUTHORS = ("dc:creator", "author", "dc:author", "itunes:author")
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)(?:\?|$)", re.I)
_RAW = 500  # characters
_LONGEST_TITLE = 10_000  # characters that are looked at
_MOST_DATES = 20  # of an entry


def entries_in(root: Element) -> list[Element]:
    """The elements that are entries, in their order; one inside another counts as well."""
    return [element for element in root.iter(etree.Element) if name(element) in {"item", "entry"}]


def read(root: Element, address: str = "") -> Document:
    """What the tree of a feed says. `address` is the feed's own, "" when it is not known."""
    channel = next((each for each in root.iter(etree.Element) if name(each) == "channel"), root)
    own = fields(channel)
    home = next((absolute(link, base(channel, address)) for link in _links(own)), "")
    feed = _Feed(home if is_web(home) else address, own)
    return Document(
        title=plain(first_line(own, _TITLES)[:_LONGEST_TITLE]),
        home_url=home if is_web(home) else "",
        language=_language(channel, own) or language(root),
        entries=map(feed.entry, entries_in(root)),
    )


class _Feed:
    """What an entry takes from its feed: where its links start, and authors when it names none."""

    def __init__(self, start: str, own: Fields) -> None:
        self.start = start
        # Only Atom's authors, which are elements with a name, are meant for the entries too.
        self.authors = _authors({"author": [each for each in own.get("author", ()) if len(each)]})

    def entry(self, item: Element) -> Entry:
        own = fields(item)
        start = base(item, self.start)
        texts = {
            key: all_html(own, [key]) for key in {*_BODIES, *_OTHER_BODIES, *_DEKS} & own.keys()
        }
        body = body_of(_several(texts, _BODIES), _several(texts, _OTHER_BODIES))
        body = body or next(iter(all_html(_with_media(own), ["media:description"])), "")
        published_at, date_text = _date(own)
        return Entry(
            external_id=first_text(own, ("guid", "id")) or item.get(_RDF_ABOUT, "").strip(),
            address=self._address(item, own, start),
            headline=first_line(own, _TITLES),
            dek=dek_of(_several(texts, _DEKS), body),
            body=body,
            language=_language(item, own),
            published_at=published_at,
            date_text=date_text,
            authors=_authors(own) or self.authors,
            tags=tuple(dict.fromkeys(_tags(own))),
            images=tuple(dict.fromkeys(_images(item, start))),
            raw=_snippet(item),
        )

    def _address(self, item: Element, own: Fields, start: str) -> str:
        """The story's page: its link, else a guid that is one, else an id on the feed's site."""
        if link := next(_links(own), "") or next(_permalinks(own), ""):
            return absolute(link, start) or link
        given = first_text(own, ("id",)) or item.get(_RDF_ABOUT, "").strip()
        is_own = not self.start or host(given) == host(self.start)
        return given if is_web(given) and is_own else ""


def _several(texts: dict[str, list[str]], keys: Iterable[str]) -> Iterator[str]:
    return (text for key in keys for text in texts.get(key, ()))


def _links(own: Fields) -> Iterator[str]:
    """RSS has its link as text; Atom as href, where no rel means the page, and HTML goes first."""
    links = own.get("link", [])
    pages = [each for each in links if attribute(each, "rel").lower() in {"", "alternate"}]
    yield from filter(None, map(text, pages))
    pages.sort(key=lambda each: "html" not in (attribute(each, "type") or "html"))
    yield from filter(None, (attribute(each, "href") for each in pages))


def _permalinks(own: Fields) -> Iterator[str]:
    for guid in own.get("guid", []):
        given, says = text(guid), attribute(guid, "ispermalink").lower()
        is_path = given.startswith("/") or (says == "true" and "/" in given)
        if says != "false" and " " not in given and (is_web(given) or is_path):
            yield given


def _language(element: Element, own: Fields) -> str:
    inside = (each for names in (_BODIES, _TITLES) for key in names for each in own.get(key, ()))
    return (
        language(element)
        or first_text(own, ("language", "dc:language"))
        or next((given for each in inside if (given := language(each))), "")
    )


def _date(own: Fields) -> tuple[datetime | None, str]:
    """The first date that can be read, and its text; else None and the first text."""
    texts = [found for key in _DATES for each in own.get(key, ()) if (found := text(each))]
    for found in texts[:_MOST_DATES]:
        if moment := dates.parse(found):
            return moment, found
    return None, texts[0] if texts else ""


def _authors(own: Fields) -> tuple[str, ...]:
    for key in _AUTHORS:
        if names := tuple(dict.fromkeys(filter(None, map(_name, own.get(key, ()))))):
            return names
    return ()


def _name(author: Element) -> str:
    """The name of an author: in an element of its own, or beside none for e-mail or address."""
    inside = fields(author)
    has_parts = not inside.keys().isdisjoint({"name", "email", "uri", "url", "homepage"})
    return name_of(first_text(inside, ["name"]) if has_parts else text(author))


def _tags(own: Fields) -> Iterator[str]:
    for each in own.get("category", []):
        if tag := attribute(each, "label") or attribute(each, "term") or text(each):
            yield tag
    yield from filter(None, map(text, own.get("dc:subject", [])))


def _images(item: Element, start: str) -> Iterator[str]:
    """Pictures sent beside the text, the widest first; thumbnails only at need."""
    found = [each for each in _beside(item) if _is_picture(each)]
    pictures = [each for each in found if name(each) != "media:thumbnail"] or found
    pictures.sort(key=_width, reverse=True)
    for each in pictures:
        spelt = (attribute(each, key) for key in ("url", "href", "resource"))
        given = next(filter(None, spelt), "") or first_text(fields(each), ["url"]) or text(each)
        if address := absolute(given, start):
            yield address


def _beside(element: Element) -> Iterator[Element]:
    for child in element.iterchildren(etree.Element):
        yield child
        if name(child).startswith("media:"):
            yield from child.iterdescendants(etree.Element)


def _is_picture(element: Element) -> bool:
    match name(element):
        case "media:thumbnail" | "itunes:image" | "image":
            return True
        case "enclosure" | "enc:enclosure" | "media:content":
            pass
        case "link" if attribute(element, "rel").lower() == "enclosure":
            pass
        case _:
            return False
    kind = attribute(element, "medium") or attribute(element, "type")
    if kind:
        return kind.lower().startswith("image")
    return bool(_PICTURE.search(attribute(element, "url") or attribute(element, "href")))


def _width(element: Element) -> int:
    width = attribute(element, "width")
    return int(width) if width.isascii() and width.isdigit() and len(width) < 6 else 0


def _with_media(own: Fields) -> Fields:
    """The fields of an entry, and those inside its media:group."""
    groups = [fields(group) for group in own.get("media:group", ())]
    return {key: each for group in [*groups, own] for key, each in group.items()}


def _snippet(item: Element) -> str:
    """How an entry begins, by its elements: to serialise it could cost its whole length."""
    parts, length = [], 0
    for child in item.iterchildren(etree.Element):
        part = f"<{name(child)}>{(child.text or '').strip()[:_RAW]}"
        parts.append(part)
        length += len(part)
        if length > _RAW:
            break
    return "".join(parts)[:_RAW]
