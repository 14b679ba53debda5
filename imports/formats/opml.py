"""Lists of feeds, OPML 1.0 to 2.0, as feed readers write them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from articles.text import plain
from imports.addresses import absolute, canonical
from imports.charset import decode
from imports.elements import attribute
from imports.entry import Unreadable
from imports.trees import prolog, root_of

MOST_BYTES = 20_000_000
MOST_FEEDS = 20_000

_MOST_ATTRIBUTES = 1000  # of one element; the parser's time grows with their square
_TITLE_LENGTH = 200
_LONG_TAG = re.compile(r"<[A-Za-z][^<>]{5000,}")
_FEED_SCHEME = re.compile(r"feed:(?://)?(?=https?://)|feed(?=://)", re.I)
_OTHERS = {
    "rss": "a feed, not a list of feeds; import it with import_feeds",
    "feed": "a feed, not a list of feeds; import it with import_feeds",
    "rdf": "a feed, not a list of feeds; import it with import_feeds",
    "html": "a web page, not a list of feeds",
}


@dataclass(frozen=True, slots=True)
class Subscription:
    """One feed of a list."""

    title: str  # "" when it has none
    address: str  # of the feed, as the list has it
    home_url: str = ""  # of the site, canonical; "" when the list does not say
    group: tuple[str, ...] = ()  # the headings above it, outermost first


def parse(data: bytes) -> tuple[str, list[Subscription]]:
    """(the list's title, its feeds in their order, each once).

    Outlines without the web address of a feed are headings or notes, and left out. Raises
    Unreadable with a sentence when it is no OPML, is broken beyond mending or holds no feed.
    """
    if len(data) > MOST_BYTES:
        raise Unreadable(f"It is larger than {MOST_BYTES // 1_000_000} MB, which no list is.")
    text = decode(data).replace("\x00", "")
    _refuse_other(text)
    root = root_of(text)
    feeds: dict[str, Subscription] = {}
    for feed in _feeds(root):
        feeds.setdefault(feed.address, feed)
        if len(feeds) > MOST_FEEDS:
            raise Unreadable(f"It lists more than {MOST_FEEDS:,} feeds; split it.")
    if not feeds:
        raise Unreadable("It is OPML, but lists no feed: no outline has an xmlUrl.")
    return _title(root), list(feeds.values())


def _refuse_other(text: str) -> None:
    if not text.strip():
        raise Unreadable("It is empty.")
    root = prolog(text).name.rpartition(":")[2].lower()
    if root in _OTHERS:
        raise Unreadable(f"This is {_OTHERS[root]}.")
    if root != "opml":
        begins = f"its outermost element is <{root[:40]}>" if root else "it is no XML"
        raise Unreadable(f"This is no OPML: {begins}.")
    if any(tag[0].count("=") > _MOST_ATTRIBUTES for tag in _LONG_TAG.finditer(text)):
        raise Unreadable("An element has thousands of attributes, which nothing needs.")


def _title(root: etree._Element) -> str:
    return next((plain(each.text or "") for each in root.iter() if _name(each) == "title"), "")


def _feeds(root: etree._Element) -> Iterator[Subscription]:
    """The outlines that are feeds, with the headings above them."""
    above: list[str] = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if _name(element) != "outline":
            continue
        title = plain(attribute(element, "text")) or plain(attribute(element, "title"))
        title = title[:_TITLE_LENGTH]
        if event == "end":
            above.pop()
            continue
        if address := _address(element):
            group = tuple(filter(None, above)) or _category(element)
            yield Subscription(title, address, canonical(attribute(element, "htmlurl")), group)
        above.append(title)


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname.lower() if isinstance(element.tag, str) else ""


def _address(outline: etree._Element) -> str:
    """The feed's address; "" for headings, links and notes, and for what is no web address."""
    given = attribute(outline, "xmlurl")
    if not given and attribute(outline, "type").lower() in {"rss", "atom", "feed"}:
        given = attribute(outline, "url")
    address = absolute(_FEED_SCHEME.sub(_web, given, count=1))
    # As it is: a parameter that tracks readers of a page may well choose a feed.
    return address if canonical(address) else ""


def _web(scheme: re.Match[str]) -> str:
    """ "feed:https://…" is the address behind it, "feed://…" is one with http."""
    return "http" if scheme[0].lower() == "feed" else ""


def _category(outline: etree._Element) -> tuple[str, ...]:
    """OPML 2.0 may say a heading as an attribute: "/News/Energy,/Local" """
    first = attribute(outline, "category").split(",")[0]
    return tuple(part[:_TITLE_LENGTH] for each in first.split("/") if (part := plain(each)))
