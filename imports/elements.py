"""Elements of feeds by what their namespace means, and the texts in them.

Real feeds misspell namespaces, leave them undeclared and mix RSS with Atom, so both are read
without a prefix, and an unknown namespace by the prefix that the document gives it.
"""

import re
from base64 import b64decode
from collections.abc import Iterable, Iterator
from copy import deepcopy
from functools import lru_cache
from html import escape
from typing import TypeAlias

from lxml import etree
from lxml.html import fragment_fromstring

from imports.addresses import absolute
from imports.texts import as_html, looks_like_html

Element: TypeAlias = etree._Element
Fields: TypeAlias = dict[str, list[Element]]

_XML = "{http://www.w3.org/XML/1998/namespace}"
# Namespaces without their scheme and last sign, to the prefix under which we know them.
_PREFIXES = {
    "www.w3.org/2005/atom": "",
    "purl.org/atom/ns": "",
    "purl.org/rss/1.0": "",
    "purl.org/net/rss1.1": "",
    "my.netscape.com/rdf/simple/0.9": "",
    "channel.netscape.com/rdf/simple/0.9": "",
    "backend.userland.com/rss2": "",
    "blogs.law.harvard.edu/tech/rss": "",
    "purl.org/dc/elements/1.1": "dc",
    "purl.org/dc/elements/1.0": "dc",
    "purl.org/dc/terms": "dcterms",
    "purl.org/rss/1.0/modules/content": "content",
    "search.yahoo.com/mrss": "media",
    "search.yahoo.com/rss": "media",
    "video.search.yahoo.com/mrss": "media",
    "www.rssboard.org/media-rss": "media",
    "www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "www.w3.org/1999/xhtml": "xhtml",
    "news.yandex.ru": "yandex",
}
_FEED_PREFIXES = {"", "rss", "rss1", "rss2", "atom", "atom03", "atom10", "a10"}
_LOCAL_NAME = re.compile(r"[^\W\d][\w.-]*")
_RELATIVE = re.compile(r"\s(?:href|src)\s*=\s*[\"']?(?![a-z][a-z0-9+.-]*:)", re.I)


@lru_cache(maxsize=4096)
def _name(tag: str, prefix: str | None) -> str:
    uri, _, local = tag.rpartition("}")
    if not uri and ":" in local:  # the prefix was never declared
        prefix, _, local = local.partition(":")
    uri = uri.removeprefix("{").lower().removeprefix("https://").removeprefix("http://")
    known = _PREFIXES.get(uri.rstrip("/#"), prefix or "").lower()
    return local.lower() if known in _FEED_PREFIXES else f"{known}:{local.lower()}"


def name(element: Element) -> str:
    """The name under which we know an element: "title", "dc:creator", "media:content"."""
    return _name(element.tag, element.prefix)


def fields(parent: Element) -> Fields:
    """The children of an element by their names."""
    found: Fields = {}
    for child in parent.iterchildren(etree.Element):
        found.setdefault(name(child), []).append(child)
    return found


def attribute(element: Element, wanted: str) -> str:
    """An attribute by its lower-case name, however it is cased or prefixed; "" when missing."""
    value = element.get(wanted)
    if value is None:
        spelt = {re.split("[:}]", key)[-1].lower(): held for key, held in element.items()}
        value = spelt.get(wanted, "")
    return value.strip()


def text(element: Element) -> str:
    """All the text inside an element."""
    return ("".join(element.itertext()) if len(element) else element.text or "").strip()


def first_text(of: Fields, names: Iterable[str]) -> str:
    """The first text that is not empty, "" when there is none."""
    return next((found for each in _named(of, names) if (found := text(each))), "")


def first_line(of: Fields, names: Iterable[str]) -> str:
    """The first title that is not empty, as HTML; "" when there is none."""
    return next((found for each in _named(of, names) if (found := _line(each))), "")


def all_html(of: Fields, names: Iterable[str]) -> list[str]:
    """The texts that are not empty, as HTML."""
    return [found for each in _named(of, names) if (found := html(each))]


def html(element: Element) -> str:
    """A text as HTML, its links made absolute where the document sets a base for them."""
    inside = _inner(element) if len(element) else _typed(element)
    given = base(element, "")
    return (_rebased(inside, given) if given and _RELATIVE.search(inside) else inside).strip()


def base(element: Element, start: str) -> str:
    """What relative addresses are relative to: `start`, then every xml:base from outside in."""
    for each in reversed([element, *element.iterancestors()]):
        if given := each.get(f"{_XML}base", "").strip():
            start = absolute(given, start) or start
    return start


def language(element: Element) -> str:
    """What xml:lang says on this very element, "" when it does not."""
    return element.get(f"{_XML}lang", "").strip()


def _named(of: Fields, names: Iterable[str]) -> Iterator[Element]:
    return (element for each in names for element in of.get(each, ()))


def _line(element: Element) -> str:
    """A title: brackets that are no markup are escaped, since plain titles do hold them."""
    if len(element):
        return _inner(element).strip()
    line = _held(element).strip()
    is_html = "html" in attribute(element, "type").lower() or looks_like_html(line)
    return line if is_html else escape(line, quote=False)


def _typed(element: Element) -> str:
    """The text of an element without children as HTML. Many that say "text" hold HTML."""
    held = _held(element)
    is_plain = attribute(element, "type").lower() in {"text", "text/plain"}
    return as_html(held) if is_plain and not looks_like_html(held) else held


def _held(element: Element) -> str:
    """The text of an element, decoded where Atom 0.3 says that it is base64."""
    if attribute(element, "mode").lower() != "base64":
        return element.text or ""
    try:
        return b64decode(element.text or "").decode("utf-8", "replace")
    except ValueError:
        return ""


def _inner(element: Element) -> str:
    """The HTML that an element holds as elements of its own."""
    held = element.text or ""
    # Moved out of the document, or each would be written with all namespaces declared around it.
    moved = etree.Element("div")
    moved.extend(deepcopy(element))
    for node in moved.iterdescendants(etree.Element):
        local = re.split("[:}]", node.tag)[-1]
        node.tag = local if _LOCAL_NAME.fullmatch(local) else "span"
    etree.cleanup_namespaces(moved)
    children = [etree.tostring(child, encoding="unicode", method="html") for child in moved]
    return (held if looks_like_html(held) else escape(held, quote=False)) + "".join(children)


def _rebased(inside: str, address: str) -> str:
    fragment = fragment_fromstring(inside, create_parent="div")
    fragment.make_links_absolute(address, handle_failures="ignore")
    rebased = etree.tostring(fragment, encoding="unicode", method="html")
    return rebased.removeprefix("<div>").removesuffix("</div>")
