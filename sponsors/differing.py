"""What differs between the copy that was approved and the copy that asks for approval."""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any

SAME, OUT, IN = "same", "out", "in"

# Scripts that put no spaces between words are compared character by character.
_WORD = re.compile(r"\s+|[^\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u9fff\uac00-\ud7af]+|.")


@dataclass(frozen=True, slots=True)
class Piece:
    kind: str  # "same", "out" (approved, and gone) or "in" (not approved yet)
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One field from what was approved to what is asked for."""

    name: str
    pieces: Sequence[Piece]

    @property
    def is_changed(self) -> bool:
        return any(piece.kind != SAME for piece in self.pieces)


def changes(approved: Mapping[str, Any], asked: Mapping[str, Any]) -> list[Change]:
    """Every field that holds something on either side, in the order of `asked`."""
    names = dict.fromkeys([*asked, *approved])
    sides = ((name, _text(approved.get(name)), _text(asked.get(name))) for name in names)
    return [Change(name, pieces(was, now)) for name, was, now in sides if was or now]


def pieces(was: str, now: str) -> list[Piece]:
    """The way from one text to the other, word by word, with what cannot be seen spelled out."""
    before, after = _WORD.findall(was), _WORD.findall(now)
    found: list[Piece] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        out, into = "".join(before[a:b]), "".join(after[c:d])
        found += [Piece(SAME, out)] if kind == "equal" else [Piece(OUT, out), Piece(IN, into)]
    return [Piece(kind, shown(text)) for kind, text in _joined(found)]


def shown(text: str) -> str:
    """Text in which a character that readers cannot see stands as its number: ⟨U+200B⟩."""
    return "".join(f"⟨U+{ord(sign):04X}⟩" if _is_unseen(sign) else sign for sign in text)


def _is_unseen(sign: str) -> bool:
    if sign in " \n":
        return False
    return unicodedata.category(sign)[0] in "CZ"


def _text(value: Any) -> str:
    """A field as it is typed: lines by topic as `slug: line`."""
    if isinstance(value, Mapping):
        return "\n".join(f"{slug}: {value[slug]}" for slug in sorted(value))
    return value if isinstance(value, str) else "" if value is None else json.dumps(value)


def _joined(found: list[Piece]) -> Iterator[tuple[str, str]]:
    """Neighbours made one: between two unchanged pieces one that goes, then one that comes."""
    full = [piece for piece in found if piece.text]
    for is_same, group in groupby(_without_gaps(full), key=lambda piece: piece.kind == SAME):
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
