"""Feeds of every kind: which kind it is, who reads it, and a plain word on what is no feed.

XML is read by `xmlfeed`; feedparser is asked where elements are lost in a document that is not
well-formed. fastfeedparser is not used: it drops what an entry needs (dates as written, guids
that are no permalinks, xml:base, languages, all authors but one, the bodies of RDF items), so a
second pass over the same tree would have to find it.
"""

import re

from imports.charset import decode
from imports.entry import Document, Unreadable
from imports.formats import jsonfeed, loosefeed, xmlfeed
from imports.trees import Broken, markup_of, prolog, root_of

_MOST = 100_000_000  # bytes
_ROOTS = {"rss", "feed", "rdf", "channel", "entry"}
_ROOT = re.compile(r"<(?:[\w.-]+:)?(?:rss|feed|rdf)\s[^<>]*(?:version|xmlns)[^<>]*>", re.I)
_JUNK = 8192  # characters before a feed in which a server's warnings may stand
_ENTRY = re.compile(r"<(?:[\w.-]+:)?(?:item|entry)(?=[\s/>])", re.I)
_FEED_LINK = re.compile(
    r"<link\b[^<>]{0,500}?application/(?:rss|atom|feed)\+(?:xml|json)[^<>]{0,500}>", re.I
)
_HREF = re.compile(r"href\s*=\s*[\"']?([^\s\"'<>]+)", re.I)
_MAGIC = {
    b"\x1f\x8b": "a gzip archive; unpack it first",
    b"PK\x03\x04": "a zip archive; unpack it first",
    b"%PDF": "a PDF file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
}
_OTHERS = {
    "opml": "a list of feeds (OPML), not a feed; import it with import_opml",
    "urlset": "a sitemap, not a feed",
    "sitemapindex": "a sitemap, not a feed",
    "error": "an error message of the server, not a feed",
    "svg": "a picture, not a feed",
}


def parse(data: bytes, *, address: str = "", content_type: str = "") -> Document:
    """Read a feed: RSS 0.90 to 2.0, RDF, Atom 0.3 and 1.0, JSON Feed.

    `address` is where it was fetched, the base of relative links without a better one;
    `content_type` is the HTTP header. Entries are made one at a time, as they are asked for.
    Raises Unreadable with a sentence for everything else.
    """
    _refuse_binary(data)
    text = decode(data, content_type).replace("\x00", "")
    if not text.strip():
        raise Unreadable("It is empty.")
    if text.lstrip()[0] in "{[":
        return jsonfeed.parse(text, address=address)
    text = _from_feed(text)
    _refuse_wordpress(text)
    return _read_xml(text, address)


def _refuse_binary(data: bytes) -> None:
    if len(data) > _MOST:
        raise Unreadable(f"It is larger than {_MOST // 1_000_000} MB, which no feed is.")
    for magic, what in _MAGIC.items():
        if data.startswith(magic):
            raise Unreadable(f"This is {what}.")


def _from_feed(text: str) -> str:
    """The text without what a server put before or around the feed.

    Raises Unreadable for other documents.
    """
    root = prolog(text).name.rpartition(":")[2].lower()
    if root in _ROOTS:
        return text
    if found := _ROOT.search(text, 0, _JUNK):
        return text[found.start() :]
    if root == "html" or re.match(r"\s*<!doctype\s+html", text, re.I):
        raise Unreadable(f"This is a web page, not a feed{_named_feed(text)}.")
    if root in _OTHERS:
        raise Unreadable(f"This is {_OTHERS[root]}.")
    if root:
        raise Unreadable(f"This is no feed: its outermost element is <{root[:40]}>.")
    raise Unreadable(f"This is no feed: it begins with “{' '.join(text.split())[:40]}”.")


def _named_feed(page: str) -> str:
    """A hint at the feed that a page names."""
    for link in _FEED_LINK.findall(page[:200_000]):
        if found := _HREF.search(link):
            return f"; the feed it names is {found[1][:300]}"
    return ""


def _refuse_wordpress(text: str) -> None:
    """An export is RSS as well, but holds drafts and private posts, which are nobody's news."""
    if re.search(r"<wp:wxr_version", text[:20_000]):
        raise Unreadable("This is a WordPress export, not a feed; import it with import_wordpress.")


def _read_xml(text: str, address: str) -> Document:
    try:
        root = root_of(text)
    except Broken as broken:
        return _second_opinion(text, address, 0, broken)
    found = len(xmlfeed.entries_in(root))
    document = xmlfeed.read(root, address)
    if found < sum(1 for _ in _ENTRY.finditer(markup_of(text))):
        return _second_opinion(text, address, found, document)
    if not found and not document.title and not document.home_url:
        raise Unreadable("There is no feed in it: it has neither a title nor entries.")
    return document


def _second_opinion(text: str, address: str, found: int, first: Document | Broken) -> Document:
    """feedparser's reading where it finds more entries than the `found` of the first reading."""
    try:
        second, more = loosefeed.parse(text, address=address)
        if more > found:
            return second
    except Unreadable:
        pass
    if isinstance(first, Broken):
        raise first
    return first
