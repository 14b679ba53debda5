"""What differs between two texts, word by word, to be shown as one text with del and ins."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

from articles.text import plain

MOST_WORDS = 2000  # of a changed passage that is compared word by word; comparing costs its square
AROUND = 200  # characters of unchanged text that are shown on each side of a change

SAME, OUT, IN = "same", "out", "in"

# Scripts that put no spaces between words are compared character by character.
_WORD = re.compile(r"\s+|[^\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u9fff\uac00-\ud7af]+|.")
_BLOCK_END = re.compile(r"(?<=</p>)|(?<=</li>)|(?<=</h\d>)|(?<=</pre>)|(?<=</tr>)|(?<=<br>)")


@dataclass(frozen=True, slots=True)
class Piece:
    kind: str  # "same", "out" (only in the first text) or "in" (only in the second)
    text: str


def pieces(ours: str, theirs: str) -> list[Piece]:
    """The way from our text to theirs, passage by passage and in those word by word."""
    found: list[Piece] = []
    for kind, before, after in _matched(ours.splitlines(True), theirs.splitlines(True)):
        if kind == "equal":
            found.append(Piece(SAME, before))
        else:
            found += _words(before, after)
    return [Piece(kind, _shortened(kind, text)) for kind, text in _joined(found)]


def lines(html: str) -> str:
    """The text of HTML, a blank line between paragraphs; what an editor reads in it."""
    return "\n\n".join(text for block in _BLOCK_END.split(html) if (text := plain(block)))


def blocks(html: str) -> str:
    """The HTML itself, a paragraph a line, for texts that differ in their markup alone."""
    return "\n".join(block for block in _BLOCK_END.split(html) if block.strip())


def _words(before: str, after: str) -> Iterator[Piece]:
    ours, theirs = _WORD.findall(before), _WORD.findall(after)
    if max(len(ours), len(theirs)) > MOST_WORDS:
        ours, theirs = [before], [after]
    for kind, out, into in _matched(ours, theirs):
        if kind == "equal":
            yield Piece(SAME, out)
        else:
            yield Piece(OUT, out)
            yield Piece(IN, into)


def _matched(ours: list[str], theirs: list[str]) -> Iterator[tuple[str, str, str]]:
    for kind, a, b, c, d in SequenceMatcher(None, ours, theirs).get_opcodes():
        yield kind, "".join(ours[a:b]), "".join(theirs[c:d])


def _joined(found: list[Piece]) -> Iterator[tuple[str, str]]:
    """Neighbours made one: between two unchanged pieces one del, then one ins."""
    found = [piece for piece in found if piece.text]
    for is_same, group in groupby(_without_gaps(found), key=lambda piece: piece.kind == SAME):
        several = list(group)
        for kind in (SAME,) if is_same else (OUT, IN):
            if text := "".join(piece.text for piece in several if piece.kind == kind):
                yield kind, text


def _without_gaps(found: list[Piece]) -> Iterator[Piece]:
    """A space between two changed words is part of the change, or the eye has to hop."""
    for place, piece in enumerate(found):
        is_inside = 0 < place < len(found) - 1
        if piece.kind == SAME and is_inside and piece.text == " ":
            yield Piece(OUT, " ")
            yield Piece(IN, " ")
        else:
            yield piece


def _shortened(kind: str, text: str) -> str:
    if kind != SAME or len(text) <= 3 * AROUND:
        return text
    return f"{text[:AROUND].rpartition(' ')[0]} […] {text[-AROUND:].partition(' ')[2]}"
