"""JSON Lines: one story an object, one object a line. Our own export is of this kind."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import chain, islice
from typing import Any, BinaryIO

from articles.text import cut, visible
from imports.charset import decode
from imports.entry import Document, Entry, Failed, Refused, Unreadable
from imports.formats.columns import NAMES, STORY, Columns

MOST_LINE = 20_000_000  # bytes
MOST_FIELDS = 1000  # of one story

_PEEK = 20  # lines that may be bad before the whole is called something else
_RAW = 500  # characters
_MOST_NUMBER = 2**31
# What an Entry carries of our own export; the rest goes along as `extra`.
_CARRIED = {"number", "headline", "dek", "body", "slug", "authors", "tags", "language"}
_MAGIC = {
    b"\xff\xfe": "UTF-16; save it as UTF-8",
    b"\xfe\xff": "UTF-16; save it as UTF-8",
    b"\x1f\x8b": "a gzip archive; unpack it first",
    b"PK\x03\x04": "a zip archive; unpack it first",
}
_SURROGATE = re.compile("[\ud800-\udfff]")


def parse(file: BinaryIO) -> Document:
    """Read stories, one JSON object a line; see `columns.NAMES` for the fields understood.

    Entries are made one at a time, as they are asked for; a line that is no story is a Failed
    with its number. Raises Unreadable with a sentence when the first lines are no stories at all.
    """
    entries = _entries(file)
    first = list(islice(entries, _PEEK))
    if not first:
        raise Unreadable("It is empty.")
    if not any(isinstance(each, Entry) for each in first):
        raise Unreadable(_no_stories(first[0]))
    return Document("", "", "", chain(first, entries))


def _entries(file: BinaryIO) -> Iterator[Entry | Failed]:
    for number, line in _lines(file):
        if line is None:
            yield Failed(f"line {number}", f"the line has more than {MOST_LINE:,} bytes")
        elif line.strip():
            yield _entry(line, number)


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """(number, line); None for a line that is too long. Raises Unreadable at the first bytes."""
    number = 0
    try:
        while line := file.readline(MOST_LINE):
            number += 1
            if number == 1:
                _refuse_other(line)
                line = line.removeprefix(b"\xef\xbb\xbf")
            is_long = len(line) == MOST_LINE and not line.endswith(b"\n")
            yield number, None if is_long else line
            while is_long and line and not line.endswith(b"\n"):
                line = file.readline(MOST_LINE)
    except OSError as error:
        raise Unreadable(f"The file cannot be read: {error.strerror or error}.") from None


def _refuse_other(head: bytes) -> None:
    for magic, what in _MAGIC.items():
        if head.startswith(magic):
            raise Unreadable(f"This is {what}.")


def _entry(line: bytes, number: int) -> Entry | Failed:
    written = decode(line).strip()
    try:
        story = _loaded(written)
        columns = _columns(tuple(story))
        if not columns.has_stories:
            names = ", ".join(f"“{cut(visible(name), 40)}”" for name in islice(story, 20))
            raise Refused(f"no field of it holds a story; it has {names or 'none at all'}")
        return _with_own(columns.entry(story, written), story)
    except Refused as refusal:
        return Failed(f"line {number}", str(refusal), written[:_RAW])


@lru_cache(maxsize=256)
def _columns(names: tuple[str, ...]) -> Columns:
    return Columns([(name, name) for name in names])


def _loaded(written: str) -> dict[str, Any]:
    try:
        story = json.loads(written, strict=False, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise Refused(f"it is no JSON: {error.msg} in column {error.pos + 1}") from None
    except (RecursionError, ValueError):
        raise Refused("its JSON is nested too deeply or holds an absurd number") from None
    if not isinstance(story, dict):
        raise Refused("it is no JSON object: each line must be one story, {…}")
    if len(story) > MOST_FIELDS:
        raise Refused(f"it has more than {MOST_FIELDS:,} fields")
    return story


def _refuse_constant(_: str) -> None:
    raise ValueError  # NaN and Infinity are no JSON


def _with_own(entry: Entry, story: dict[str, Any]) -> Entry:
    """What only our own export says: the story's number, and all that an Entry has no place for."""
    number = story.get("number")
    if not isinstance(number, int) or isinstance(number, bool) or "headline" not in story:
        return entry
    if not 0 < number < _MOST_NUMBER:
        return entry
    return replace(
        entry,
        external_id=entry.external_id or f"art-{number}",
        number=number,
        extra={key: _encodable(value) for key, value in story.items() if key not in _CARRIED},
    )


def _encodable(value: Any) -> Any:
    """The value without lone surrogates, which no database takes."""
    if isinstance(value, str):
        return _SURROGATE.sub("", value)
    if isinstance(value, list):
        return [_encodable(each) for each in value]
    if isinstance(value, dict):
        return {_encodable(key): _encodable(each) for key, each in value.items()}
    return value


def _no_stories(first: Failed | Entry) -> str:
    """Why this is no file of JSON Lines, by its first line."""
    assert isinstance(first, Failed)
    begins = first.raw.lstrip()
    if begins.startswith("["):
        return (
            "This is one JSON list; JSON Lines have one object a line, without brackets around "
            "them or commas between them (`jq -c '.[]'` makes them)."
        )
    if begins in {"{", "}"}:
        return "This is JSON over several lines; JSON Lines have one object a line (`jq -c .`)."
    if begins.startswith('{"db"'):
        return "This is a Ghost export; import it with import_ghost."
    names = ", ".join(name for part in STORY for name in NAMES[part])
    return (
        f"It holds no stories, one JSON object a line: in {first.item} {first.reason}. "
        f"Fields that hold a story: {names}."
    )
