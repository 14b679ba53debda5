"""Mobiledoc 0.3, the documents of Ghost 1 to 5, as HTML.

https://github.com/bustle/mobiledoc-kit/blob/master/MOBILEDOC.md: sections point by number into
lists of markups, atoms and cards, so that a small document can be written to have no end.
"""

from html import escape
from typing import Any

from imports.entry import Refused
from imports.formats.ghost import cards
from imports.formats.ghost.values import Row, listed, row, text

MOST_CHARACTERS = 2_000_000  # as many as a body may have

_MARKUP, _IMAGE, _LIST, _CARD = 1, 2, 3, 10  # kinds of sections
_ATOM = 1  # the kind of a marker that is no text
_TAGS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"}
_INLINE = {"a", "b", "code", "em", "i", "s", "strong", "sub", "sup", "u", "del", "mark"}


def render(document: Any) -> tuple[str, list[str]]:
    """(HTML, notes on what was left out). Raises Refused for what is no mobiledoc."""
    document = row(document)
    if not isinstance(document.get("sections"), list):
        raise Refused("its mobiledoc has no sections")
    writer = _Writer(document)
    for section in document["sections"]:
        writer.add(listed(section))
    return "".join(writer.pieces), list(writer.notes)


class _Writer:
    def __init__(self, document: Row) -> None:
        self.document = document
        self.pieces: list[str] = []
        self.length = 0
        self.notes: dict[str, None] = {}
        self.cards: dict[int, str] = {}
        self.markups: dict[int, tuple[str, str]] = {}

    def add(self, section: list[Any]) -> None:
        match section:
            case [int(kind), str(tag), list(markers), *_] if kind == _MARKUP:
                self._write(_in_block(tag.lower(), self._inline(markers)))
            case [int(kind), str(address), *_] if kind == _IMAGE:
                self._write(cards.figure(cards.picture(address), ""))
            case [int(kind), str(tag), list(items), *_] if kind == _LIST:
                name = "ol" if tag.lower() == "ol" else "ul"
                self._write(f"<{name}>")
                for item in items:
                    self._write(f"<li>{self._inline(listed(item))}</li>")
                self._write(f"</{name}>")
            case [int(kind), int(index), *_] if kind == _CARD:
                self._write(self._card(index))
            case _:
                self.notes["a section of an unknown kind left out"] = None

    def _card(self, index: int) -> str:
        """A card's HTML, made once however many sections point at it."""
        if index not in self.cards:
            name, payload = _named(self._at("cards", index))
            self.cards[index], note = cards.render(name, row(payload))
            self.notes |= {note: None} if note else {}
        return self.cards[index]

    def _write(self, html: str) -> None:
        self.length += len(html)
        if self.length > MOST_CHARACTERS:
            raise Refused(f"its text grows beyond {MOST_CHARACTERS:,} characters")
        if html:
            self.pieces.append(html)

    def _inline(self, markers: list[Any]) -> str:
        parts, open_tags, length = list[str](), list[str](), 0
        for marker in markers:
            match marker:
                case [kind, list(opened), int(closed), value, *_]:
                    pass
                case _:
                    continue
            before = len(parts)
            for index in opened:
                tag, start = self._markup(index)
                open_tags.append(tag)
                parts.append(start)
            parts.append(self._atom(value) if kind == _ATOM else escape(text(value), quote=False))
            for _ in range(min(closed, len(open_tags))):
                parts.append(_end(open_tags.pop()))
            length += sum(map(len, parts[before:]))
            if length > MOST_CHARACTERS:
                raise Refused(f"its text grows beyond {MOST_CHARACTERS:,} characters")
        return "".join([*parts, *map(_end, reversed(open_tags))])

    def _markup(self, index: Any) -> tuple[str, str]:
        """(name, opening tag) of an inline element, made once; ("", "") for one of no meaning."""
        number = index if isinstance(index, int) else -1
        if number not in self.markups:
            self.markups[number] = _opening(self._at("markups", number))
        return self.markups[number]

    def _atom(self, index: Any) -> str:
        name, words = _named(self._at("atoms", index))
        return "<br>" if name == "soft-return" else escape(text(words), quote=False)

    def _at(self, table: str, index: Any) -> Any:
        entries = listed(self.document.get(table))
        is_there = isinstance(index, int) and 0 <= index < len(entries)
        return entries[index] if is_there else None


def _opening(markup: Any) -> tuple[str, str]:
    tag, attributes = _named(markup)
    tag = tag.lower()
    if tag not in _INLINE:
        return "", ""
    if tag != "a":
        return tag, f"<{tag}>"
    given = listed(attributes)
    named = dict(zip(map(text, given[::2]), map(text, given[1::2]), strict=False))
    return tag, f'<a href="{escape(named.get("href", ""))}">'


def _named(entry: Any) -> tuple[str, Any]:
    """A list that begins with a name, as (name, what follows it)."""
    entry = listed(entry)
    return text(entry[0]) if entry else "", entry[1] if len(entry) > 1 else None


def _end(tag: str) -> str:
    return f"</{tag}>" if tag else ""


def _in_block(tag: str, inline: str) -> str:
    if not inline.strip():
        return ""
    if tag in {"blockquote", "pull-quote", "aside"}:
        return f"<blockquote><p>{inline}</p></blockquote>"
    return f"<{tag}>{inline}</{tag}>" if tag in _TAGS else f"<p>{inline}</p>"
