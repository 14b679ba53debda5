"""An export of any length, in pieces: each item and term alone, and the text around them.

Each piece is parsed by itself, so that an item which is broken, too deep or too long costs only
itself. An XML parser over the whole file ends at the first of these, and one that recovers loses
all that follows it without a word.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Literal

from imports.entry import Unreadable

MOST_CHARACTERS = 4_000_000  # of an item without its comments; of the text around all items
_MOST_META = 100_000  # characters; what we ask of the meta data are numbers and slugs
_CHUNK = 256 * 1024  # bytes
_KEPT_OF_TOO_LONG = 2000  # characters, to name it by

_PARTS = {"item", "wp:author", "wp:wp_author", "wp:category", "wp:tag", "wp:term"}
# Parts of an item that may be longer than all the rest of it.
_INNER = {"wp:comment": 0, "wp:postmeta": _MOST_META}
_ENDS = {"channel", "rss"}
_NAMES = "|".join(sorted(_PARTS | _INNER.keys() | _ENDS, key=len, reverse=True))
_ATTRIBUTES = 300  # characters
_MARK = re.compile(
    rf"<(?:(?P<section>!\[CDATA\[)|(?P<comment>!--)"
    rf"|(?P<closes>/?)(?P<name>{_NAMES})(?:\s[^<>]{{0,{_ATTRIBUTES}}}?)?(?P<is_empty>/?)>)"
)
_LONGEST_MARK = _ATTRIBUTES + 20

_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']\s*([\w.:-]+)")
_LEGACY = re.compile(
    r"cp\d+|iso8859-\d+|koi8-[ru]|mac-\w+|gb2312|gbk|gb18030|big5|euc_\w+|shift_jis"
)
_MIXED = "utf-8 or windows-1252"


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of an export as text. `name` "" is what stands outside of all parts."""

    name: str
    text: str  # only its beginning when it is too long
    line: int  # of the file, where it begins
    # "open": another item begins inside it; "cut off": the file ends inside it.
    state: Literal["whole", "too long", "open", "cut off"] = "whole"


def pieces(stream: BinaryIO) -> Iterator[Piece]:
    """The parts of an export in their order, comments left out.

    What stands around them comes once, as a piece without a name, before the first item. A file
    that breaks off ends with a piece that says so. Raises Unreadable when reading fails.
    """
    splitter = _Splitter()
    for text in _texts(stream):
        yield from splitter.read(text)
    yield from splitter.end()


class _Gathered:
    """Text as it comes in, up to a number of characters."""

    def __init__(self, name: str, line: int, most: int) -> None:
        self.name, self.line, self.most = name, line, most
        self.parts: list[str] = []
        self.length = 0

    def add(self, text: str) -> None:
        was_too_long = self.is_too_long
        self.length += len(text)
        if not was_too_long:
            self.parts.append(text)
            if self.is_too_long:
                self.parts = [self.text[:_KEPT_OF_TOO_LONG]]

    @property
    def is_too_long(self) -> bool:
        return self.length > self.most

    @property
    def text(self) -> str:
        return "".join(self.parts)


class _Splitter:
    """Takes the text in chunks of any size and gives out the pieces that are complete."""

    def __init__(self) -> None:
        self.rest = ""  # what may be the beginning of a mark
        self.line = 1
        self.until = ""  # what ends the section or comment that we are in
        self.around = _Gathered("", 1, MOST_CHARACTERS)
        self.part: _Gathered | None = None
        self.inner: _Gathered | None = None
        self.is_begun = self.is_ended = False  # the items; the document

    def read(self, text: str, held_back: int = _LONGEST_MARK) -> Iterator[Piece]:
        text = self.rest + text
        at = taken = 0  # where to look on; what has been given to the part it belongs to
        while True:
            if self.until:
                end = text.find(self.until, at)
                if end < 0:
                    at = max(at, len(text) - len(self.until) + 1)
                    break
                at = end + len(self.until)
                if self.until == "-->":
                    taken = self._take(text, taken, at)
                self.until = ""
            mark = _MARK.search(text, at)
            if mark is None:
                at = max(at, len(text) - held_back)
                break
            at = mark.end()
            if mark.lastgroup == "section":
                self.until = "]]>"
                continue
            taken = self._take(text, taken, mark.start())
            if mark.lastgroup == "comment":
                self.until = "-->"
            else:
                yield from self._tag(mark)
                taken = at
        self._take(text, taken, at)
        self.rest = text[at:]

    def end(self) -> Iterator[Piece]:
        yield from self.read("", held_back=0)
        yield from self._begin_items()
        if self.part is not None:
            yield Piece(self.part.name, self.part.text, self.line, "cut off")
        elif not self.is_ended:
            yield Piece("", "", self.line, "cut off")

    def _take(self, text: str, start: int, end: int) -> int:
        """A stretch of text to the part it belongs to; of a comment only the lines are counted."""
        taken = text[start:end]
        self.line += taken.count("\n")
        if self.until != "-->":
            (self.inner or self.part or self.around).add(taken)
        return end

    def _tag(self, mark: re.Match[str]) -> Iterator[Piece]:
        name, closes, is_empty = mark["name"], bool(mark["closes"]), bool(mark["is_empty"])
        if name in _ENDS:
            self.is_ended = self.is_ended or (closes and self.part is None)
        elif name in _INNER:
            if self.part is not None and not is_empty:
                self._inner(name, mark[0], closes=closes)
                return
        elif closes and self.part is not None and self.part.name == name:
            yield from self._close(mark[0])
            return
        elif not closes and (self.part is None or name == "item"):
            yield from self._open(name, mark[0], is_empty=is_empty)
            return
        self._add(mark[0])

    def _open(self, name: str, tag: str, *, is_empty: bool) -> Iterator[Piece]:
        if self.part is not None:
            yield Piece(self.part.name, self.part.text, self.part.line, "open")
        if name == "item":
            yield from self._begin_items()
            self.is_ended = False  # two exports, one put after the other
        self.part, self.inner = _Gathered(name, self.line, MOST_CHARACTERS), None
        if is_empty:
            yield from self._close(tag)
        else:
            self._add(tag)

    def _close(self, tag: str) -> Iterator[Piece]:
        assert self.part is not None
        self.inner = None  # one without an end does not count
        self._add(tag)
        state: Literal["too long", "whole"] = "too long" if self.part.is_too_long else "whole"
        yield Piece(self.part.name, self.part.text, self.part.line, state)
        self.part = None

    def _inner(self, name: str, tag: str, *, closes: bool) -> None:
        assert self.part is not None
        if not closes and self.inner is None:
            self.inner = _Gathered(name, self.line, _INNER[name])
        self._add(tag)
        if closes and self.inner is not None and self.inner.name == name:
            inner, self.inner = self.inner, None
            if not inner.is_too_long:
                self.part.add(inner.text)

    def _begin_items(self) -> Iterator[Piece]:
        if not self.is_begun:
            self.is_begun = True
            state: Literal["too long", "whole"] = "too long" if self.around.is_too_long else "whole"
            yield Piece("", self.around.text, 1, state)
            self.around = _Gathered("", 1, 0)  # what stands between items is of no use

    def _add(self, tag: str) -> None:
        self.line += tag.count("\n")
        (self.inner or self.part or self.around).add(tag)


def _texts(stream: BinaryIO) -> Iterator[str]:
    """The file's text in chunks, without NULs."""
    data = _read(stream)
    codec = _codec(data)
    errors = _MIXED if codec.startswith("utf-8") else "replace"
    decoder = codecs.getincrementaldecoder(codec)(errors)
    while data:
        yield decoder.decode(data).replace("\x00", "")
        data = _read(stream)
    yield decoder.decode(b"", True)


def _read(stream: BinaryIO) -> bytes:
    try:
        return stream.read(_CHUNK)
    except (OSError, ValueError) as error:
        raise Unreadable(f"It cannot be read to its end: {error}.") from None


def _codec(sample: bytes) -> str:
    """WordPress writes UTF-8, whatever it declares; another declaration counts where that fails."""
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    found = _DECLARED.search(sample[:1000])
    declared = _known(found[1].decode("ascii")) if found else ""
    if declared and not _fits(sample, "utf-8") and _fits(sample, declared):
        return declared
    return "utf-8-sig"


def _known(label: str) -> str:
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return ""
    name = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030"}.get(name, name)
    return name if _LEGACY.fullmatch(name) else ""


def _fits(sample: bytes, codec: str) -> bool:
    try:
        codecs.getincrementaldecoder(codec)().decode(sample)
    except UnicodeError:
        return False
    return True


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Old databases hold single texts in Latin-1 among thousands in UTF-8."""
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(_MIXED, _as_windows_1252)
