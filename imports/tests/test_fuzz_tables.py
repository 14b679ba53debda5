"""Whatever the bytes: tables, JSON Lines, lists and pages give entries, faults or Unreadable."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st

from imports.cleaning import clean
from imports.entry import Entry, Failed, Refused, Unreadable
from imports.formats import jsonl, opml, table
from imports.formats.page import reading

PAGES = [path.read_bytes() for path in sorted((Path(__file__).parent / "page").iterdir())]
TABLES = [
    b'title,date,tags,body_markdown,status\nA,2026-05-02,a|b,"x\ny",draft\n"B ""b""",,,**z**,\n',
    "titre;Título;title;HTML;url\n1;2;Ñandú;<p>x</p>;/a\n".encode("cp1252"),
    "headline\tcontent\tid\nA\tb\t1\n".encode("utf-16"),
]
LINES = [
    b'{"number": 1, "headline": "A", "topic": {"slug": "a", "name": "A"}, "tags": ["x"]}\n',
    b'{"title": "A", "body_markdown": "**b**", "authors": [{"name": "C"}]}\n{"title": "B"}\n',
]
LISTS = [
    b'<opml version="2.0"><head><title>T</title></head><body><outline text="G"><outline text="A"'
    b' xmlUrl="http://a.example/f?a=1&b=2"/></outline></body></opml>'
]
SPLINTERS = [
    *(b"<", b">", b"&", b'"', b"\x00", b"\xff", b"\n", b"\r", b",", b";", b"\t", b"{", b"}", b"["),
    *(b'"""', b"\\ud800", b"&#xD83D;", b"<!--", b"]]>", b"</", b"xmlUrl", b"http://[", b"sep=;"),
    *(
        b'<script type="application/ld+json">',
        b"<h1>",
        b"</p>",
        b"<table>",
        b"\xef\xbb\xbf",
        b"9e99",
    ),
    *(
        b'<meta property="og:title" content="',
        b'<base href="http://[">',
        b"\xff\xfe",
        b"\xe2\x80\xae",
    ),
]

settings.register_profile("tables", deadline=None, suppress_health_check=list(HealthCheck))
thorough = settings(settings.get_profile("tables"), max_examples=150)


def damaged(originals: list[bytes]) -> st.SearchStrategy[bytes]:
    @st.composite
    def one(draw: st.DrawFn) -> bytes:
        """One of ours with a few bytes changed, lost, added or cut off."""
        data = bytearray(draw(st.sampled_from(originals)))
        for _ in range(draw(st.integers(1, 6))):
            at = draw(st.integers(0, len(data)))
            data[at : at + draw(st.sampled_from([0, 1, 5, 200]))] = draw(
                st.sampled_from(SPLINTERS) | st.binary(max_size=3)
            )
        return bytes(data[: draw(st.sampled_from([None, None, None, at]))])

    return (
        one()
        | st.binary(max_size=300)
        | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace"))
    )


def check_sentence(reason: Unreadable | Refused) -> None:
    assert len(str(reason)) > 10
    assert isinstance(reason, Refused) or str(reason).endswith(".")


def check(entry: Entry | Failed) -> None:
    if isinstance(entry, Failed):
        assert entry.item and entry.reason and len(entry.raw) <= 500
        return
    try:
        story = clean(entry, base="https://gridledger.example/", language="en")
    except Refused as reason:
        check_sentence(reason)
    else:
        assert str(story).encode()  # no half of a character is left anywhere


@thorough
@given(damaged(TABLES))
def test_tables(data):
    try:
        for entry in table.parse(data).entries:
            check(entry)
    except Unreadable as reason:
        check_sentence(reason)


@thorough
@given(damaged(LINES))
def test_json_lines(data):
    try:
        for entry in jsonl.parse(BytesIO(data)).entries:
            check(entry)
    except Unreadable as reason:
        check_sentence(reason)


SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9)
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "slug", "url", "alt", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)
NAMES = "number headline title body text tags topic authors image date status draft access url id"


@thorough
@given(st.dictionaries(st.sampled_from(NAMES.split()), JSON, max_size=8))
def test_any_value_in_any_field(story: dict[str, Any]):
    line = json.dumps({"title": "A"} | story).encode()
    for entry in jsonl.parse(BytesIO(b'{"title": "First"}\n' + line)).entries:
        check(entry)


@thorough
@given(damaged(LISTS))
def test_lists(data):
    try:
        title, feeds = opml.parse(data)
        assert f"{title}{feeds}".encode() and feeds
    except Unreadable as reason:
        check_sentence(reason)


@thorough
@given(damaged(PAGES), st.sampled_from(["", "https://gridledger.example/a", "http://[", "a b"]))
def test_pages(data, address):
    # Here without the process around it, which would turn an exception into Unreadable.
    try:
        entry, site = reading.read(data, address)
        check(entry)
        assert f"{site}{entry}".encode("utf-8", "surrogatepass")
    except Unreadable as reason:
        check_sentence(reason)
