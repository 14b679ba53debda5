"""Exports as they should not be: hostile, damaged, endless. Read, cut or refused in words."""

import gzip
import io
import os
import subprocess
import sys
import time
import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from imports.cleaning import clean
from imports.entry import Entry, Failed, Refused, Unreadable
from imports.formats.wordpress import parse
from imports.tests.wordpress.building import (
    HEAD,
    NEWSROOM,
    TAIL,
    Made,
    body,
    export,
    found,
    item,
    meta,
    until_it_breaks,
)

EXPORT = NEWSROOM.read_bytes()
MEGABYTE = 1_000_000


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (gzip.compress(EXPORT), "gzip"),
        (b"PK\x03\x04", "zip archive"),
        (b'{"db": [{"data": {"posts": "<rss>"}}]}', "import_ghost"),
        (b"<!doctype html><title>Export</title>", "web page"),
        (b"<opml version='2.0'><body/></opml>", "<opml>"),
        (b"Nothing at all", "begins with “Nothing at all”"),
        (b"<rss><channel><title>T</title><item/></channel></rss>", "import_feeds"),
        (EXPORT.replace(b"wxr_version>", b"wxr>"), "<wp:wxr_version> is missing"),
        (EXPORT.replace(b">1.2<", b">next<"), "“next” is no version"),
    ],
)
def test_what_is_no_export_is_named(data, words):
    with pytest.raises(Unreadable, match=words) as refusal:
        parse(io.BytesIO(data))
    assert str(refusal.value).endswith(".")


def test_a_file_that_is_not_there_and_one_that_is_a_folder(tmp_path):
    with pytest.raises(Unreadable, match="no such file"):
        parse(tmp_path / "export.xml")
    with pytest.raises(Unreadable, match="folder"):
        parse(tmp_path)


@pytest.mark.parametrize(
    "declared",
    [
        '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">',
        '<!ENTITY c SYSTEM "file:///etc/passwd">',
        '<!ENTITY % c SYSTEM "http://127.0.0.1:1/x.dtd"> %c;',
    ],
)
def test_entities_of_its_own_are_refused(declared):
    head = HEAD.replace("<rss ", f"<!DOCTYPE rss [{declared}]>\n<rss ", 1)
    with pytest.raises(Unreadable, match="declares entities of its own"):
        parse(export(item("<title>&c;</title>"), head=head))


def test_entities_declared_inside_an_item_mean_nothing():
    (entry,) = found(item('<!DOCTYPE a [<!ENTITY c SYSTEM "file:///etc/passwd">]><x>&c;</x>'))
    assert "root:" not in str(entry)


def test_nothing_is_loaded_from_outside():
    head = HEAD.replace("<rss ", '<!DOCTYPE rss SYSTEM "file:///etc/passwd">\n<rss ', 1)
    assert len(list(parse(export(item(), head=head)).entries)) == 1


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7, 0.9, 0.99])
def test_a_file_cut_off_gives_what_is_whole_and_says_where_it_ends(share):
    whole, _ = until_it_breaks(EXPORT)
    out, reason = until_it_breaks(EXPORT[: int(len(EXPORT) * share)])
    assert [entry.external_id for entry in out] == [e.external_id for e in whole[: len(out)]]
    assert "breaks off in line" in reason


def test_the_item_that_is_cut_off_is_named():
    data = EXPORT[: EXPORT.index(b"hunter2")]
    out, reason = until_it_breaks(data)
    lines = data.count(b"\n") + 1
    assert len(out) == 2
    assert reason == (
        f"It breaks off in line {lines}, in the middle of item 3 (“Members only”); "
        "the items before that one were read."
    )


def test_a_file_cut_off_between_two_items():
    out, reason = until_it_breaks(export(item(), tail="").getvalue())
    assert len(out) == 1
    assert "after item 1: the closing </rss> is missing" in reason


def test_an_item_without_an_end_costs_only_itself():
    broken = item(title="Open").replace("</item>", "")
    first, second = found(broken + item(title="Whole"))
    assert isinstance(first, Failed) and first.item == "Open" and "end is missing" in first.reason
    assert isinstance(second, Entry) and second.headline == "Whole"


def test_bare_ampersands_brackets_and_names_of_html():
    fields = "<title>Fish & chips &nbsp;a < b &eacute;</title>"
    (entry,) = found(item(fields))
    assert entry.headline.replace("\xa0", " ") == "Fish &amp; chips  a &lt; b é"


def test_control_characters_and_nuls_are_dropped():
    entry, *_ = found(item(body="One\x00 \x0btwo\x08", title="A\x00B"))
    assert (entry.headline, entry.body) == ("AB", "<p>One two</p>")


def test_single_texts_in_latin_1_among_utf_8():
    data = export(item(body="Kraków ·")).getvalue().replace("Kraków".encode(), b"M\xe4rz")
    (entry,) = parse(io.BytesIO(data)).entries
    assert entry.body == "<p>März ·</p>"


@pytest.mark.parametrize("codec", ["windows-1251", "utf-16", "utf-8-sig", "koi8-r"])
def test_other_encodings(codec):
    text = export(item(body="Подстанция", title="Сеть")).getvalue().decode()
    data = text.replace('"UTF-8"', f'"{codec}"').encode(codec)
    (entry,) = parse(io.BytesIO(data)).entries
    assert (entry.headline, entry.body) == ("Сеть", "<p>Подстанция</p>")


def test_warnings_of_a_server_before_the_export():
    data = b"<br />\n<b>Warning</b>: x in <b>y.php</b><br />\n" + EXPORT
    assert len(list(parse(io.BytesIO(data)).entries)) == 3


def test_ten_thousand_tags_are_cut_with_a_note():
    tags = "".join(f'<category domain="post_tag">tag {n}</category>' for n in range(10_000))
    (entry,) = found(item(tags))
    assert isinstance(entry, Entry)
    assert len(entry.tags) == 500 and entry.notes == ("9500 of 10000 tags left out",)
    assert len(clean(entry, base="https://gridledger.example", language="en").tags) == 20


def test_a_title_of_100_megabytes_costs_neither_memory_nor_the_rest():
    huge = Made(
        (HEAD + item(number=1) + "<item><title>", 1), ("x" * MEGABYTE, 100),
        (f"</title></item>{item(number=2)}{TAIL}", 1),
    )  # fmt: skip
    out, peak = measured(huge)
    assert [isinstance(each, Failed) for each in out] == [False, True, False]
    assert isinstance(out[1], Failed) and "longer than 4,000,000 characters" in out[1].reason
    assert peak < 30 * MEGABYTE


def test_a_hundred_megabytes_before_the_first_item_are_refused():
    huge = Made((HEAD, 1), ("x" * MEGABYTE, 100), (item() + TAIL, 1))
    with pytest.raises(Unreadable, match="before its first item"):
        parse(huge)


def test_comments_and_meta_data_of_any_length_cost_nothing():
    comment = f"<wp:comment><wp:comment_content>{'x' * 1000}</wp:comment_content></wp:comment>"
    long = Made(
        (HEAD + item().replace("</item>", ""), 1), (comment, 5000),
        ("<wp:postmeta><wp:meta_key>_data</wp:meta_key><wp:meta_value>", 1), ("y" * MEGABYTE, 8),
        (f"</wp:meta_value></wp:postmeta>{meta('_wp_old_slug', 'old')}</item>{TAIL}", 1),
    )  # fmt: skip
    (entry,), peak = measured(long)
    assert isinstance(entry, Entry) and "/2024/old/" in entry.old_paths
    assert peak < 20 * MEGABYTE


def test_memory_does_not_grow_with_the_file():
    post = item(body="<p>Words of a story.</p>\n\n" * 40, number=3)
    picture = post.replace(">post<", ">attachment<")
    _, of_few = measured(Made((HEAD, 1), (post + picture, 50), (TAIL, 1)), keep=False)
    _, of_many = measured(Made((HEAD, 1), (post + picture, 400), (TAIL, 1)), keep=False)
    assert of_many < of_few + MEGABYTE


def measured(file: Made, *, keep: bool = True) -> tuple[list[Entry | Failed], int]:
    """(the entries, the most bytes that were in use by Python at once)."""
    tracemalloc.start()
    try:
        out = []
        for entry in parse(file).entries:
            if keep:
                out.append(entry)
        return out, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


PARSED_ALONE = """
import resource, sys
from pathlib import Path
from imports.formats.wordpress import parse
most = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = most()
print(sum(bool(entry.images) for entry in parse(Path(sys.argv[1])).entries), most() - before)
"""


@pytest.mark.load
def test_200_megabytes_are_read_in_less_than_100(tmp_path):
    path, number = tmp_path / "large.xml", 0
    with path.open("w") as file:
        file.write(HEAD)
        while file.tell() < 200 * MEGABYTE:
            number += 1
            picture = meta("_thumbnail_id", f"9{number}")
            file.write(item(picture, number=number, body="<b>Words</b> of it.\n\n" * 200))
            address = f"<wp:attachment_url>https://a.example/{number}.jpg</wp:attachment_url>"
            attached = item(address, number=int(f"9{number}"))
            file.write(attached.replace(">post<", ">attachment<").replace(">publish<", ">inherit<"))
        file.write(TAIL)
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", PARSED_ALONE, str(path)]
    done = subprocess.run(
        command, cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, capture_output=True
    )
    posts, kilobytes = map(int, done.stdout.split())
    assert posts == number
    assert kilobytes < 100 * 1024


SLOW = [
    *(
        "[",
        "[a",
        "[[a]",
        "[a_b]",
        "[/a_b]",
        "[caption]",
        "[[a_b]x",
        "[code]",
        "[a_b c='",
        "<",
        "<a\n",
    ),
    *("<div>", "</p>", "<pre>", "<code>", "<!--", "<!---->", "<!-- wp:a -->", "<!-- /wp:a -->"),
    *("<!-- wp:query -->", '<!-- wp:block {"ref":1} /-->', "\n \n", "a\n", "<br ", "https://", " "),
]


@pytest.mark.parametrize("piece", SLOW)
def test_the_time_for_a_text_grows_with_its_length_alone(piece):
    start = time.process_time()
    body(piece * (500_000 // len(piece)))
    assert time.process_time() - start < 3


SPLINTERS = [
    *(b"<", b">", b"&", b'"', b"\x00", b"\xff", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<item>"),
    *(b"</item>", b"<item/>", b"</rss>", b"<wp:comment>", b"</wp:postmeta>", b"<wp:author>"),
    *(b"&#0;", b"&#xD83D;", b"&x;", b"<a:b:c>", b"<?xml version='1.0'?>", b"<!DOCTYPE x>"),
    *(b"[caption]", b"[/caption]", b"[[", b'<!-- wp:block {"ref":108} /-->', b"%ff", b"http://["),
    *(b"<!-- /wp:paragraph -->", b"99999999999999999999", b"0000-00-00 00:00:00", b"xml:base='http://['"),
]  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Our export with a few bytes changed, lost, added or cut off."""
    data = bytearray(EXPORT)
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, len(data)))
        data[at : at + draw(st.sampled_from([0, 1, 5, 200]))] = draw(
            st.sampled_from(SPLINTERS) | st.binary(max_size=3)
        )
    return bytes(data[: draw(st.sampled_from([None, None, None, at]))])


def read(data: bytes) -> None:
    out, reason = until_it_breaks(data)
    assert not reason or reason.endswith(".")
    for entry in out:
        assert len(entry.raw) <= 500 and str(entry).encode()
        if isinstance(entry, Failed):
            assert entry.item and entry.reason
        else:
            assert all(path.startswith("/") for path in entry.old_paths)
            assert entry.status in {"published", "scheduled", "draft", "private"}
            with suppress(Refused):
                clean(entry, base="https://gridledger.example", language="en")


@settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
@given(damaged())
def test_damaged_exports(data):
    read(data)


@settings(deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=300))
def test_anything_behind_the_head_of_an_export(data):
    read(HEAD.encode() + data)
    read(data)


@settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from([*SLOW, "[/caption]", "[/code]", "</pre>", "<p>", "x", "-->"])))
def test_any_text_becomes_html(pieces):
    read(export(item(body="".join(pieces))).getvalue())
