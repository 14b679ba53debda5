"""WordPress exports (WXR 1.0 to 1.2): one item at a time, whatever the length of the file.

The file is read twice, since pictures may stand after the posts that show them: once for what
items refer to, which is kept on disk, and once for the stories.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from articles.text import cut, plain, visible
from imports.addresses import absolute, is_web
from imports.elements import Fields, fields, first_line, first_text, name
from imports.entry import Document, Entry, Failed, Unreadable
from imports.formats.wordpress import items
from imports.formats.wordpress.lookup import Lookup
from imports.formats.wordpress.splitting import MOST_CHARACTERS, Piece, pieces
from imports.trees import prolog, root_of

_SAMPLE = 64 * 1024  # bytes in which the export has to begin
_ROOT = re.compile(r"<rss(?=[\s>])[^<>]*>")
_VERSION = re.compile(r"\d{1,2}\.\d{1,2}")
_NAMESPACES = (
    '<rss xmlns:wp="http://wordpress.org/export/1.2/" '
    'xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/">'
)
_ENTITY = re.compile(r"<!ENTITY\b", re.I)
_KIND = re.compile(r"<wp:post_type>\s*([\w.-]{1,40})")
_STATUS = re.compile(r"<wp:status>\s*([\w.-]{1,40})")
_TITLE = re.compile(r"<title>\s*(?:<!\[CDATA\[)?(.{1,500}?)(?:\]\]>|</title>|$)", re.S)
_SECRET = re.compile(r"<(dc:creator|wp:post_password)>.{0,300}?</\1>\s*", re.S)
_LONG_SECTION = 100  # characters; a type or status is shorter
_REFERRED_TO = {"attachment", "guest-author", "wp_block"}
_MOST_KINDS = 100
_MAGIC = {
    b"\x1f\x8b": "a gzip archive; unpack it and import the .xml file in it",
    b"PK\x03\x04": "a zip archive; unpack it and import the .xml files in it",
    b"%PDF": "a PDF file",
}


def parse(file: BinaryIO | Path, *, pages: bool = False) -> Document:
    """Read an export of WordPress: its posts, with `pages` its pages too.

    `file` is read twice, so it must allow to go back to its start. Entries come lazily; an item
    that cannot be read is a Failed among them. The first one also has a note on what the export
    holds that is no story. Raises Unreadable with a sentence for what is no export, at once; for
    a file that breaks off, after the entries that are whole.
    """
    with _opened(file) as stream:
        text = _head(stream)
    channel, opening = _channel(text)
    link = first_text(channel, ["link"]) or first_text(channel, ["wp:base_blog_url"])
    reader = _Reader(
        file,
        home_url=link if is_web(link) else absolute(link),
        opening=opening,
        kinds=frozenset({"post", "page"} if pages else {"post"}),
    )
    return Document(
        title=cut(plain(first_line(channel, ["title"])[:20_000]), 200),
        home_url=reader.home_url,
        language=first_text(channel, ["language"])[:35],
        entries=reader.entries(),
    )


@contextmanager
def _opened(file: BinaryIO | Path) -> Iterator[BinaryIO]:
    """The file at its start. Raises Unreadable when it cannot be opened."""
    try:
        if isinstance(file, Path):
            stream: BinaryIO = file.open("rb")
        else:
            stream = file
            stream.seek(0)
    except FileNotFoundError:
        raise Unreadable("There is no such file.") from None
    except IsADirectoryError:
        raise Unreadable("This is a folder; name the files in it.") from None
    except (OSError, ValueError) as error:
        raise Unreadable(f"It cannot be read: {error}.") from None
    try:
        yield stream
    finally:
        if isinstance(file, Path):
            stream.close()


def _head(stream: BinaryIO) -> str:
    """All that stands before the items."""
    try:
        sample = stream.read(_SAMPLE)
        stream.seek(0)
    except (OSError, ValueError) as error:
        raise Unreadable(f"It cannot be read: {error}.") from None
    _refuse_others(sample)
    head = next(piece for piece in pieces(stream) if not piece.name)
    if head.state == "too long":
        raise Unreadable(
            f"What stands before its first item is longer than {MOST_CHARACTERS:,} characters."
        )
    return head.text


def _refuse_others(sample: bytes) -> None:
    """Raises Unreadable for what is no RSS at all, with a word on what it is."""
    for magic, what in _MAGIC.items():
        if sample.startswith(magic):
            raise Unreadable(f"This is {what}.")
    text = sample.replace(b"\0", b"").decode("utf-8", "ignore").removeprefix("\ufeff").strip()
    if not text:
        raise Unreadable("It is empty.")
    if text[0] in "{[":
        raise Unreadable("This is JSON, no WordPress export; one of Ghost is for import_ghost.")
    root = prolog(text[:4000]).name.lower()
    if root == "html" or re.match(r"<!doctype\s+html", text, re.I):
        raise Unreadable("This is a web page, not a WordPress export.")
    if "<rss" in text:  # perhaps after the warnings of a server
        return
    if root:
        raise Unreadable(f"This is no WordPress export: its outermost element is <{root[:40]}>.")
    raise Unreadable(
        f"This is no WordPress export: it begins with “{' '.join(text.split())[:40]}”."
    )


def _channel(text: str) -> tuple[Fields, str]:
    """(what the export says of itself, the tag of its root with the prefixes that items use).

    Raises Unreadable when it is no export, or an attack.
    """
    start = _ROOT.search(text)
    if start is None:
        raise Unreadable("This is no WordPress export: its outermost element is not <rss>.")
    if _ENTITY.search(text, 0, start.start()):
        raise Unreadable("It declares entities of its own, which nothing needs and attacks use.")
    text = text[start.start() :]
    for tag in ("channel", "rss"):
        if f"</{tag}" not in text:
            text += f"</{tag}>"
    root = root_of(text)
    channel = fields(next((each for each in root if name(each) == "channel"), root))
    version = first_text(channel, ["wp:wxr_version"])
    if _VERSION.fullmatch(version):
        return channel, _NAMESPACES if start[0].endswith("/>") else start[0]
    if version:
        raise Unreadable(f"“{version[:40]}” is no version of WordPress exports that we know.")
    if any(each.startswith("wp:") for each in channel) or "wordpress.org/export/" in text:
        raise Unreadable(
            "It does not say which version of export it is: <wp:wxr_version> is missing. "
            "Export it again, or put <wp:wxr_version>1.2</wp:wxr_version> after its <language>."
        )
    raise Unreadable("This is a feed, not a WordPress export; import it with import_feeds.")


class _Reader:
    """The two passes over an export."""

    def __init__(
        self, file: BinaryIO | Path, *, home_url: str, opening: str, kinds: frozenset[str]
    ) -> None:
        self.file, self.home_url, self.opening, self.kinds = file, home_url, opening, kinds

    def entries(self) -> Iterator[Entry | Failed]:
        with closing(Lookup()) as known:
            with _opened(self.file) as stream:
                notes = self._survey(stream, known)
            site = items.Site(self.home_url, self.opening, self.kinds, known)
            with _opened(self.file) as stream:
                for found in self._stories(stream, site):
                    if notes and isinstance(found, Entry):
                        found, notes = replace(found, notes=(*notes, *found.notes)), ()
                    yield found

    def _survey(self, stream: BinaryIO, known: Lookup) -> tuple[str, ...]:
        """Keep what items refer to; returns a note on items that are no stories."""
        others = Counter[str]()
        for piece in pieces(stream):
            if (
                piece.name in {"wp:author", "wp:wp_author", "wp:category"}
                and piece.state == "whole"
            ):
                self._keep_term(piece, known)
            elif piece.name == "item" and piece.state == "whole":
                kind, status = _outline(piece.text)
                if kind in _REFERRED_TO:
                    self._keep_item(piece, known)
                if what := items.no_story(kind, status, self.kinds):
                    others[what if len(others) < _MOST_KINDS else "others"] += 1
        listed = ", ".join(f"{number} {what}" for what, number in others.most_common())
        return (f"not taken from the whole export: {listed}",) if listed else ()

    def _keep_term(self, piece: Piece, known: Lookup) -> None:
        try:
            root = root_of(f"{self.opening}{piece.text}</rss>")
        except Unreadable:
            return
        for term in root:
            if piece.name == "wp:category":
                items.keep_category(fields(term), known)
            else:
                items.keep_author(fields(term), known)

    def _keep_item(self, piece: Piece, known: Lookup) -> None:
        try:
            items.keep(items.item_of(piece.text, self.opening), known)
        except Unreadable:
            pass  # whoever refers to it says that it is not there

    def _stories(self, stream: BinaryIO, site: items.Site) -> Iterator[Entry | Failed]:
        number = 0
        for piece in pieces(stream):
            if piece.name == "item":
                number += 1
                if piece.state == "cut off":
                    raise Unreadable(
                        f"It breaks off in line {piece.line}, in the middle of item {number}"
                        f"{_named(piece)}; the items before that one were read."
                    )
                if (found := self._story(piece, number, site)) is not None:
                    yield found
            elif piece.state == "cut off":
                where = f"after item {number}" if number else "before its first item"
                raise Unreadable(
                    f"It breaks off in line {piece.line}, {where}: "
                    "the closing </rss> is missing, and perhaps more items."
                )

    def _story(self, piece: Piece, number: int, site: items.Site) -> Entry | Failed | None:
        where = f" (item {number} of the file, in line {piece.line})"
        if piece.state == "too long":
            most = f"{MOST_CHARACTERS:,} characters"
            return _failed(piece, number, f"it is longer than {most}, comments not counted{where}")
        if piece.state == "open":
            return _failed(piece, number, f"its end is missing: the next item begins in it{where}")
        if items.no_story(*_outline(piece.text), self.kinds):
            return None
        try:
            return items.entry_of(items.item_of(piece.text, self.opening), site)
        except items.Skipped:
            return None
        except Unreadable as reason:
            return _failed(piece, number, f"{reason}{where}")


def _outline(xml: str) -> tuple[str, str]:
    """(type, status) of an item without parsing it; long texts may hold anything."""
    first, *rest = xml.split("<![CDATA[")
    parts = [first]
    for piece in rest:
        section, _, after = piece.partition("]]>")
        parts.append((section if len(section) < _LONG_SECTION else "") + after)
    short = "".join(parts)
    kind, status = _KIND.search(short), _STATUS.search(short)
    return kind[1] if kind else "", status[1].lower() if status else ""


def _failed(piece: Piece, number: int, reason: str) -> Failed:
    raw = visible(" ".join(_SECRET.sub("", piece.text[:5000]).split())[:500])
    return Failed(_title(piece) or f"item {number}", reason, raw)


def _title(piece: Piece) -> str:
    found = _TITLE.search(piece.text[:5000])
    return cut(plain(found[1]), 80) if found else ""


def _named(piece: Piece) -> str:
    return f" (“{title}”)" if (title := _title(piece)) else ""
