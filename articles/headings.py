"""Headings of a body and their anchors, which stay the same when a heading is reworded."""

import re
from difflib import SequenceMatcher
from typing import TypedDict

from articles.text import plain, slug

_HEADING = re.compile(r"<h([23])>(.*?)</h\1>", re.S)
# What the page around a body calls its own places; a test compares the two.
RESERVED = frozenset(
    ["main", "file-h", "verification", "tone", "more-h", "theme-auto", "theme-light", "theme-dark"]
)


class Heading(TypedDict):
    """`anchor` is the id on the page, unique within its story."""

    level: int
    text: str
    anchor: str


def headings(body: str, before: list[Heading]) -> list[Heading]:
    """The headings of a sanitised body, in order.

    One that `before` had keeps its anchor, and so does a reworded one.
    """
    found = [(int(level), plain(inner)) for level, inner in _HEADING.findall(body)]
    kept = _kept_anchors([text for _, text in found], before)
    taken = {anchor for anchor in kept if anchor} | RESERVED
    result: list[Heading] = []
    for (level, text), anchor in zip(found, kept, strict=True):
        anchor = anchor or _free(slug(text, 60, "section"), taken)
        taken.add(anchor)
        result.append({"level": level, "text": text, "anchor": anchor})
    return result


def _kept_anchors(texts: list[str], before: list[Heading]) -> list[str]:
    kept = [""] * len(texts)
    matcher = SequenceMatcher(None, [h["text"] for h in before], texts, autojunk=False)
    for kind, old, old_end, new, new_end in matcher.get_opcodes():
        # As many old headings as new ones between two unchanged ones: they were reworded.
        if kind == "equal" or (kind == "replace" and old_end - old == new_end - new):
            kept[new:new_end] = [h["anchor"] for h in before[old:old_end]]
    return kept


def _free(anchor: str, taken: set[str]) -> str:
    number, candidate = 1, anchor
    while candidate in taken:
        number += 1
        candidate = f"{anchor}-{number}"
    return candidate
