"""Headings of a body and their anchors, which stay the same when a heading is reworded."""

import re
from collections import Counter
from difflib import SequenceMatcher
from typing import TypedDict

from articles.text import plain, slug

_HEADING = re.compile(r"<h([23])>(.*?)</h\1>", re.S)
# What the page around a body calls its own places; a test compares the two.
RESERVED = frozenset(
    ["main", "file-h", "verification", "tone", "more-h", "theme-auto", "theme-light", "theme-dark"]
)

# Finding those that were reworded takes, at worst, the cube of their number.
MOST_COMPARED = 10_000  # pairs


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
    numbers: Counter[str] = Counter()
    result: list[Heading] = []
    for (level, text), anchor in zip(found, kept, strict=True):
        anchor = anchor or _free(slug(text, 60, "section"), taken, numbers)
        taken.add(anchor)
        result.append({"level": level, "text": text, "anchor": anchor})
    return result


def _kept_anchors(texts: list[str], before: list[Heading]) -> list[str]:
    if not before:
        return [""] * len(texts)
    if len(texts) * len(before) > MOST_COMPARED:
        return _same_anchors(texts, before)
    kept = [""] * len(texts)
    matcher = SequenceMatcher(None, [h["text"] for h in before], texts, autojunk=False)
    for kind, old, old_end, new, new_end in matcher.get_opcodes():
        # As many old headings as new ones between two unchanged ones: they were reworded.
        if kind == "equal" or (kind == "replace" and old_end - old == new_end - new):
            kept[new:new_end] = [h["anchor"] for h in before[old:old_end]]
    return kept


def _same_anchors(texts: list[str], before: list[Heading]) -> list[str]:
    """The anchors of headings that read as before, in their order; "" for all others."""
    left: dict[str, list[str]] = {}
    for heading in reversed(before):
        left.setdefault(heading["text"], []).append(heading["anchor"])
    return [left[text].pop() if left.get(text) else "" for text in texts]


def _free(anchor: str, taken: set[str], numbers: Counter[str]) -> str:
    """One that nobody has; `numbers` remembers the last one tried for each."""
    candidate = anchor
    while candidate in taken:
        numbers[anchor] += 1
        candidate = f"{anchor}-{numbers[anchor] + 1}"
    return candidate
