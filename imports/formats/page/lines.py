"""Lines of a page: those in its head for machines, and the text of an element for readers."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement

from articles.text import plain

_MOST = 5000  # characters of a line
_BLOCKS = {"br", "div", "p", "li", "td", "h1", "h2", "h3", "h4", "section"}
_SIGN = re.compile(r"\s+[|–—·•»«:/-]\s+|\s*[|｜»«]\s*|\s*：\s*")


class Metas:
    """The <meta> elements by their names, in their order."""

    def __init__(self, tree: HtmlElement) -> None:
        self.held: dict[str, list[str]] = {}
        for meta in tree.iter("meta"):
            # Some archives keep pages with `value` for `content`.
            content = (meta.get("content") or meta.get("value") or "").strip()
            names = (meta.get(key, "") for key in ("property", "name", "itemprop", "http-equiv"))
            for name in {each.strip().lower() for each in names}:
                if name and content:
                    self.held.setdefault(name, []).append(content[:_MOST])

    def all(self, *names: str) -> Iterator[str]:
        """The contents under these names, those of the first name first."""
        return (content for name in names for content in self.held.get(name, ()))

    def first(self, *names: str) -> str:
        return next(self.all(*names), "")


class Site:
    """The names of the site, to tell them from the headlines and authors beside them."""

    def __init__(self, names: Iterable[str], address: str) -> None:
        host = (urlsplit(address).hostname or "").removeprefix("www.")
        labels = host.split(".")
        main = labels[-2] if len(labels) > 1 and len(labels[-2]) > 3 else ""
        self.names = {name for each in (*names, host, main) if (name := _squeezed(each))}

    def is_named(self, given: str) -> bool:
        """Whether this is one of its names and nothing else."""
        return _squeezed(given) in self.names

    def _is_part(self, given: str) -> bool:
        """Whether this is a name of it or how one begins: "The Post" for "The Post Online"."""
        squeezed = _squeezed(given)
        return squeezed in self.names or (
            len(squeezed) > 3 and any(name.startswith(squeezed) for name in self.names)
        )

    def cut_from(self, given: str) -> str:
        """A line without the site's name at its ends, where a sign parts it off."""
        for _ in range(3):
            signs = list(_SIGN.finditer(given))
            if signs and self._is_part(given[signs[-1].end() :]):
                given = given[: signs[-1].start()]
            elif signs and self._is_part(given[: signs[0].start()]):
                given = given[signs[0].end() :]
            else:
                break
        return given.strip()


def line_of(element: HtmlElement) -> str:
    """The text of an element on one line, as it is seen: a break parts words."""
    pieces, length = [], 0
    for event, each in etree.iterwalk(element, events=("start", "end")):
        piece = (each.text if event == "start" else each.tail if each is not element else "") or ""
        if not isinstance(each.tag, str) or each.tag in {"script", "style"}:
            piece = "" if event == "start" else piece
        pieces.append(f" {piece}" if each.tag in _BLOCKS else piece)
        length += len(piece)
        if length > _MOST:
            break
    return " ".join("".join(pieces).split())[:_MOST]


def folded_line(given: str) -> str:
    """For comparing only: the words of a line in lower case without their punctuation."""
    return " ".join(re.sub(r"[\W_]+", " ", plain(given)).casefold().split())


def _squeezed(given: str) -> str:
    return folded_line(given).replace(" ", "")
