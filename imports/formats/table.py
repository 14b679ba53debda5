"""CSV and TSV exports with a row of names on top, read row by row."""

import csv
import io
from codecs import BOM_UTF8, getincrementaldecoder
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from articles.text import cut, visible
from imports.charset import decode
from imports.entry import Document, Entry, Failed, Refused, Unreadable
from imports.formats.columns import NAMES, STORY, Columns

MOST_FIELD = 5_000_000  # characters
MOST_ROW = 20_000_000  # characters
MOST_COLUMNS = 1000

_MOST_LEGACY = 256 * 1024 * 1024  # bytes of a file that is no UTF-8, and so is read whole
_CHUNK = 1 << 20  # bytes
_SAMPLE = 64 * 1024  # characters in which the delimiter is looked for
_DELIMITERS = ",;\t|"
_RAW = 500  # characters
_MAGIC = {
    b"PK\x03\x04": "a spreadsheet or zip archive; save the sheet as CSV (UTF-8)",
    b"\xd0\xcf\x11\xe0": "an old Excel file; save the sheet as CSV (UTF-8)",
    b"\x1f\x8b": "a gzip archive; unpack it first",
    b"%PDF": "a PDF file",
    b"SQLite format 3": "a database; export a table of it as CSV",
}


class _TooLong(Exception):
    """A row with more characters than MOST_ROW."""


def parse(data: bytes | Path) -> Document:
    """Read a table of stories; see `columns.NAMES` for the columns that are understood.

    Entries are made one at a time, as they are asked for; a row of another width than the first
    is a Failed with its line. Raises Unreadable with a sentence when the file cannot be read or
    has no column that holds a story.
    """
    csv.field_size_limit(MOST_FIELD)
    lines = _Lines(_opened(data))
    rows = csv.reader(lines, delimiter=_delimiter(lines))
    columns = Columns(list(enumerate(_names(rows))))
    if not columns.has_stories:
        raise Unreadable(_not_understood([name for _, name in columns.names]))
    return Document("", "", "", _Table(lines, rows, columns).entries())


def _opened(data: bytes | Path) -> TextIO:
    """The text of the table. Only a file that is UTF-8 is not read whole."""
    try:
        if isinstance(data, Path):
            with data.open("rb") as file:
                _refuse_binary(file.read(16))
            if _is_utf8(data):
                return data.open(encoding="utf-8-sig", newline="")
            if data.stat().st_size > _MOST_LEGACY:
                raise Unreadable("It is not in UTF-8, and too large to guess; save it as UTF-8.")
            data = data.read_bytes()
    except OSError as error:
        raise Unreadable(f"The file cannot be read: {error.strerror or error}.") from None
    _refuse_binary(data)
    return io.StringIO(decode(data), newline="")


def _refuse_binary(head: bytes) -> None:
    for magic, what in _MAGIC.items():
        if head.startswith(magic):
            raise Unreadable(f"This is {what}.")


def _is_utf8(file: Path) -> bool:
    """Whether the whole file is; NULs are a sign of UTF-16, which could pass for it."""
    decoder = getincrementaldecoder("utf-8")()
    with file.open("rb") as opened:
        head = opened.read(_CHUNK).removeprefix(BOM_UTF8)
        try:
            while head:
                if b"\x00" in head:
                    return False
                decoder.decode(head)
                head = opened.read(_CHUNK)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


@dataclass(slots=True)
class _Lines:
    """The lines of a text, for csv.reader; none is read that is longer than a row may be."""

    file: TextIO
    number: int = 0  # of the last line
    in_row: int = 0  # characters since the row began
    ahead: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._piece()
        if not line:
            raise StopIteration
        self.number += 1
        self.in_row += len(line)
        if self.in_row >= MOST_ROW:
            while line and not line.endswith(("\n", "\r")):
                line = self._piece()
            raise _TooLong
        return line.replace("\x00", "")

    def _piece(self) -> str:
        """A line, or as much of one as a row may have."""
        return self.ahead.pop(0) if self.ahead else self.file.readline(MOST_ROW)

    def peek(self, most: int) -> str:
        """The text up to the end of the line at `most` characters, which is yet to be read."""
        length = 0
        while length < most and (line := self.file.readline(MOST_ROW)):
            self.ahead.append(line)
            length += len(line)
        return "".join(self.ahead)


def _delimiter(lines: _Lines) -> str:
    """The sign by which most columns of the first row are known, or else there are most."""
    sample = lines.peek(_SAMPLE)
    if not sample.strip(f"{_DELIMITERS} \r\n"):
        raise Unreadable("It is empty.")
    if sample[:4].lower() == "sep=" and sample[4:5] in _DELIMITERS and len(sample) > 4:
        next(lines)  # Excel's own hint, above the names
        return sample[4]

    def known(delimiter: str) -> tuple[int, int]:
        rows = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        try:
            names = next(filter(_holds, rows), [])
        except csv.Error:
            return 0, 0
        return Columns(list(enumerate(names[:MOST_COLUMNS]))).understood(), len(names)

    return max(_DELIMITERS, key=known)


def _holds(row: Sequence[str]) -> bool:
    return any(map(str.strip, row))


def _names(rows: Iterator[list[str]]) -> list[str]:
    try:
        row = next(filter(_holds, rows), None)
    except (csv.Error, _TooLong):
        raise Unreadable("This is no table: its first row has no end.") from None
    if row is None:
        raise Unreadable("It is empty.")
    if len(row) > MOST_COLUMNS:
        raise Unreadable(f"It has {len(row):,} columns, more than {MOST_COLUMNS:,}.")
    return [visible(name).strip() for name in row]


def _not_understood(names: Sequence[str]) -> str:
    found = cut(", ".join(f"“{cut(name, 40)}”" for name in names[:50] if name), 500)
    story = ", ".join(name for part in STORY for name in NAMES[part])
    beside = ", ".join(name for part in NAMES if part not in STORY for name in NAMES[part])
    return (
        f"No column holds a story. The first row must name the columns; it is: {found}. "
        f"Columns that hold a story: {story}. Understood beside them: {beside}."
    )


@dataclass(slots=True)
class _Table:
    """The rows below the header."""

    lines: _Lines
    rows: Iterator[list[str]]
    columns: Columns

    def entries(self) -> Iterator[Entry | Failed]:
        with self.lines.file:
            while True:
                start, self.lines.in_row = self.lines.number + 1, 0
                try:
                    row = next(self.rows, None)
                    if row is None:
                        return
                    if _holds(row):
                        yield self._entry(row, start)
                except csv.Error as error:
                    yield Failed(f"line {start}", _reason(error))
                except _TooLong:
                    reason = f"the row has more than {MOST_ROW:,} characters; is a quote left open?"
                    yield Failed(f"line {start}", reason)

    def _entry(self, row: list[str], line: int) -> Entry | Failed:
        width, raw = len(self.columns.names), "; ".join(each[:_RAW] for each in row[:50])[:_RAW]
        if len(row) < width or _holds(row[width:]):
            reason = f"it has {len(row)} fields, but the first row names {width} columns"
            return Failed(f"line {line}", reason, raw)
        try:
            return self.columns.entry(row)
        except Refused as refusal:
            return Failed(f"line {line}", str(refusal), raw)


def _reason(error: csv.Error) -> str:
    if "field limit" in str(error):
        return f"a field has more than {MOST_FIELD:,} characters; is a quote left open?"
    return f"it is no row of a table: {error}"
