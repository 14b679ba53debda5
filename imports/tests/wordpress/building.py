"""Exports built for tests: from whole items, or from the fields of one."""

import io
from collections.abc import Iterator
from pathlib import Path

from imports.entry import Entry, Failed, Unreadable
from imports.formats.wordpress import parse

NEWSROOM = Path(__file__).parent / "newsroom.xml"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8" ?>\n<rss version="2.0" '
    'xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:wp="http://wordpress.org/export/1.2/">\n<channel><title>Grid Ledger</title>'
    "<link>https://gridledger.example</link><language>en-GB</language>"
    "<wp:wxr_version>1.2</wp:wxr_version>\n"
)
TAIL = "</channel></rss>\n"
Found = list[Entry | Failed]


def item(fields: str = "", *, title: str = "A story", number: int = 7, body: str = "") -> str:
    """A published post with more fields, which go before those given here."""
    return (
        f"<item>{fields}<title><![CDATA[{title}]]></title><wp:post_id>{number}</wp:post_id>"
        f"<link>https://gridledger.example/2024/a-story/</link><wp:post_name>a-story</wp:post_name>"
        f"<content:encoded><![CDATA[{body}]]></content:encoded>"
        "<wp:post_date_gmt>2024-05-06 07:08:09</wp:post_date_gmt>"
        "<wp:status>publish</wp:status><wp:post_type>post</wp:post_type></item>\n"
    )


def meta(key: str, value: str) -> str:
    return (
        f"<wp:postmeta><wp:meta_key>{key}</wp:meta_key>"
        f"<wp:meta_value><![CDATA[{value}]]></wp:meta_value></wp:postmeta>"
    )


def export(items: str, *, head: str = HEAD, tail: str = TAIL) -> io.BytesIO:
    return io.BytesIO(f"{head}{items}{tail}".encode())


def found(items: str, *, pages: bool = False) -> Found:
    return list(parse(export(items), pages=pages).entries)


def only(fields: str = "", *, body: str = "") -> Entry:
    """The one entry of an export of one item."""
    (entry,) = found(item(fields, body=body))
    assert isinstance(entry, Entry)
    return entry


def body(written: str) -> tuple[str, tuple[str, ...]]:
    """(the body that a text becomes, the notes)."""
    entry = only(body=written)
    return entry.body, entry.notes


def until_it_breaks(data: bytes) -> tuple[Found, str]:
    """(what came out, why it ended, "" when it came to its end)."""
    out: Found = []
    try:
        out.extend(parse(io.BytesIO(data), pages=True).entries)
    except Unreadable as reason:
        return out, str(reason)
    return out, ""


class Made(io.RawIOBase):
    """A file that is never in memory as a whole: pieces and how often each is repeated."""

    def __init__(self, *parts: tuple[str, int]) -> None:
        self.parts = [(text.encode(), times) for text, times in parts]
        self.stream, self.rest = self._pieces(), b""

    def _pieces(self) -> Iterator[bytes]:
        for data, times in self.parts:
            for _ in range(times):
                yield data

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, at: int, whence: int = 0) -> int:
        assert at == whence == 0
        self.stream, self.rest = self._pieces(), b""
        return 0

    def read(self, size: int = -1) -> bytes:
        while len(self.rest) < size and (data := next(self.stream, b"")):
            self.rest += data
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken
