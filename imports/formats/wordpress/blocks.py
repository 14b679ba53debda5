"""Blocks of the newer editor: HTML between comments that say what it is."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from imports.formats.wordpress.paragraphs import paragraphs, with_links

_INSIDE = re.compile(r"\s*(/?)wp:([a-z0-9_-]+(?:/[a-z0-9_-]+)?)(?=[\s{/]|$)\s*", re.I)
# What these hold is a pattern for a list that the server makes anew for each reader.
_TEMPLATES = {
    *("query", "query-loop", "post-template", "navigation", "template-part", "post-comments"),
    *("comments", "comments-query-loop", "latest-comments", "latest-posts", "loginout"),
}
_NOTHING = {"more", "nextpage", "spacer", "separator", "paragraph"}
_MOST_REUSED = 50  # blocks taken from elsewhere into one text
_DEEPEST = 3
_MOST_NAMES = 10


@dataclass(frozen=True, slots=True)
class _Mark:
    """A comment in the text; without a name it is one that says nothing to us."""

    start: int
    end: int
    name: str = ""
    closes: bool = False
    is_empty: bool = False
    written: str = ""  # its attributes

    @property
    def attributes(self) -> dict[str, Any]:
        try:
            found = json.loads(self.written)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


def resolve(html: str, reused: Callable[[str], str]) -> tuple[str, list[str]]:
    """(the HTML without comments and blocks that only a server can fill, notes on those).

    `reused` gives the content of a block that is kept elsewhere by its id, "" when it is unknown.
    Text outside of all blocks is from the classic editor.
    """
    reader = _Blocks(reused)
    return reader.resolved(html), reader.notes()


class _Blocks:
    def __init__(self, reused: Callable[[str], str]) -> None:
        self.reused, self.taken = reused, 0
        self.dropped = Counter[str]()

    def notes(self) -> list[str]:
        if not (number := self.dropped.total()):
            return []
        names = ", ".join(list(self.dropped)[:_MOST_NAMES])
        more = ", …" if len(self.dropped) > _MOST_NAMES else ""
        return [f"{number} dynamic block{'s' if number > 1 else ''} left out: {names}{more}"]

    def resolved(self, html: str, deep: int = 0) -> str:
        marks = list(_marks(html))
        if not any(mark.name for mark in marks):
            return paragraphs(_without(html, marks))
        ends = _pairs(marks)
        closers = set(ends.values())
        out: list[str] = []
        loose: list[str] = []  # text outside of all blocks, which its own comments do not part
        at = index = depth = 0
        is_embed = False
        while index < len(marks):
            mark = marks[index]
            text, at = html[at : mark.start], mark.end
            (out if depth else loose).append(with_links(text) if is_embed else text)
            if mark.name:
                if not depth:
                    out.append(paragraphs("".join(loose)))
                    loose = []
                is_embed = False
            if mark.is_empty:
                out.append(self._empty(mark, deep))
            elif index in ends and mark.name in _TEMPLATES:
                self.dropped[mark.name] += 1
                index = ends[index]
                at = marks[index].end
            elif index in ends:
                depth += 1
                is_embed = mark.name == "embed" or mark.name.startswith("core-embed/")
            elif index in closers:
                depth -= 1
            index += 1
        (out if depth else loose).append(html[at:])
        return "".join([*out, paragraphs("".join(loose))]).strip()

    def _empty(self, mark: _Mark, deep: int) -> str:
        """What stands for a block without content."""
        if mark.name == "block" and (content := self._reused(mark, deep)):
            return content
        if mark.name == "embed" and isinstance(address := mark.attributes.get("url"), str):
            return with_links(escape(address, quote=False))
        if mark.name not in _NOTHING:
            self.dropped[mark.name] += 1
        return ""

    def _reused(self, mark: _Mark, deep: int) -> str:
        if deep >= _DEEPEST or self.taken >= _MOST_REUSED:
            return ""
        self.taken += 1
        return self.resolved(self.reused(str(mark.attributes.get("ref", ""))), deep + 1)


def _marks(html: str) -> Iterator[_Mark]:
    """The comments of a text. One without an end is none."""
    at = 0
    while (start := html.find("<!--", at)) >= 0:
        end = html.find("-->", start + 4)
        if end < 0:
            return
        at = end + 3
        inside = html[start + 4 : end]
        if found := _INSIDE.match(inside):
            rest = inside[found.end() :].strip()
            yield _Mark(
                start,
                at,
                found[2].lower().removeprefix("core/"),
                closes=bool(found[1]),
                is_empty=rest.endswith("/") and not found[1],
                written=rest.removesuffix("/").strip(),
            )
        else:
            yield _Mark(start, at)


def _pairs(marks: list[_Mark]) -> dict[int, int]:
    """Where the blocks that have an end end: index of the mark to index of the mark."""
    ends: dict[int, int] = {}
    opened: list[int] = []
    waiting = Counter[str]()
    for index, mark in enumerate(marks):
        if not mark.name or mark.is_empty:
            continue
        if not mark.closes:
            opened.append(index)
            waiting[mark.name] += 1
        elif waiting[mark.name]:
            while marks[begin := opened.pop()].name != mark.name:
                waiting[marks[begin].name] -= 1
            waiting[mark.name] -= 1
            ends[begin] = index
    return ends


def _without(html: str, marks: list[_Mark]) -> str:
    starts = [0, *(mark.end for mark in marks)]
    ends = [*(mark.start for mark in marks), len(html)]
    return "".join(html[start:end] for start, end in zip(starts, ends, strict=True))
