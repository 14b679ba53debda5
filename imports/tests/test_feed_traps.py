"""Feeds as they should not be: read all the same, or refused with a sentence."""

import gzip
import json
import time

import pytest

from imports.entry import Unreadable
from imports.formats.feed import parse
from imports.tests.samples import entries, feed, only, rss

ITEM = "<item><title>A &amp; B</title><link>https://gridledger.example/1</link></item>"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"Not found.", "begins with “Not found.”"),
        (b"<!DOCTYPE html><html><body>Hello</body></html>", "web page"),
        (b"<!doctype HTML><p>Hello", "web page"),
        (b"<opml version='2.0'><body/></opml>", "import_opml"),
        (b"<urlset><url/></urlset>", "sitemap"),
        (b"<note><to>You</to></note>", "<note>"),
        (b"<rdf:RDF xmlns:rdf='x'><Person/></rdf:RDF>", "no feed in it"),
        (b'{"rss": {"channel": {"item": []}}}', "RSS written as JSON"),
        (b'{"items": [{"name": "x"}], "total_count": 1}', "no JSON Feed"),
        (b'[{"id": 1}]', "no JSON Feed"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1', "line 1"),
        (b"[" * 100_000, "nested too deeply"),
        (gzip.compress(feed("rss-2.0.xml")), "gzip"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"%PDF-1.7", "PDF"),
    ],
)
def test_what_is_no_feed_is_named(data: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        parse(data)


def test_a_feed_without_entries_yet_is_a_feed() -> None:
    assert entries(rss("")) == []


def test_a_web_page_tells_of_its_feed() -> None:
    page = b'<html><link rel="alternate" type="application/rss+xml" href="/feed.xml"></html>'
    with pytest.raises(Unreadable, match=r"/feed\.xml"):
        parse(page)


def test_a_wordpress_export_is_not_taken_for_a_feed() -> None:
    export = rss("<item/>", channel="<wp:wxr_version>1.2</wp:wxr_version>")
    with pytest.raises(Unreadable, match="import_wordpress"):
        parse(export)


@pytest.mark.parametrize("name", ["rss-2.0.xml", "rss-1.0.rdf", "atom-1.0.atom", "atom-0.3.xml"])
def test_a_feed_cut_off_in_transit_is_refused(name: str) -> None:
    data = feed(name)
    with pytest.raises(Unreadable, match="breaks off"):
        parse(data[: len(data) * 2 // 3])


def test_a_forgotten_last_tag_costs_nothing() -> None:
    assert len(entries(rss(ITEM).removesuffix(b"</rss>"))) == 1


def test_entities_of_its_own_are_refused() -> None:
    bomb = b'<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>' + rss(
        "<item><title>&b;</title></item>"
    )
    with pytest.raises(Unreadable, match="entity of its own"):
        parse(bomb)


def test_an_external_entity_is_refused() -> None:
    data = b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + rss("<item/>")
    with pytest.raises(Unreadable, match="entity of its own"):
        parse(data)


def test_an_unknown_entity_stays_as_it_is_written() -> None:
    assert only("<item><title>A &thing; here</title></item>").headline == "A &thing; here"


def test_declarations_of_html_entities_are_harmless() -> None:
    data = b'<!DOCTYPE rss [<!ENTITY nbsp "&#160;">]>' + rss("<item><title>a&nbsp;b</title></item>")
    assert entries(data)[0].headline == "a\xa0b"


def test_halves_of_characters_are_joined_or_dropped() -> None:
    item = "<item><title>&#xD83D;&#xDE00; &#55357;&#56832; &#xD83D;!</title></item>"
    assert only(item).headline == "\U0001f600 \U0001f600 !"


def test_a_reference_that_appears_as_another_goes_is_no_trouble() -> None:
    assert entries(
        b"<rss a=&&#xD83D;#xD83D;><channel><item><title>x</title></item></channel></rss>"
    )


def test_references_to_control_characters_are_dropped() -> None:
    assert only("<item><title>a&#0;&#x1F;&#12;b\x0bc</title></item>").headline == "abc"


def test_references_to_windows_1252_mean_its_characters() -> None:
    assert only("<item><title>&#147;So&#148;&#x92;s</title></item>").headline == "“So”’s"


def test_bare_ampersands_and_brackets_are_mended() -> None:
    entry = only(
        "<item><title>Q&A: 3 < 4</title><link>https://a.example/?a=1&b=2</link>"
        "<description><![CDATA[<a href='?a&b'>x</a>]]></description></item>"
    )
    assert entry.headline == "Q&amp;A: 3 &lt; 4"
    assert entry.address == "https://a.example/?a=1&b=2"
    assert entry.body == "<a href='?a&b'>x</a>"


def test_undeclared_prefixes_are_understood() -> None:
    data = rss(
        "<item><media:content url='/a.jpg' medium='image'/><dc:creator>A</dc:creator></item>"
    )
    (entry,) = entries(data.replace(b"xmlns:dc", b"xmlns:other"))
    assert entry.authors == ("A",)
    assert entry.images == ("https://gridledger.example/a.jpg",)


def test_a_broken_prolog_and_bare_attributes() -> None:
    data = b"""<?xml?xml version="1.0" encoding="UTF-8" ??>
    <rss rss:version=2.0><rss:channel><rss:item><rss:title>Odd</rss:title>
    <rss:guid rss:isPermaLink=true>https://a.example/1</rss:guid></rss:item></rss:channel></rss>"""
    (entry,) = entries(data)
    assert (entry.headline, entry.address) == ("Odd", "https://a.example/1")


def test_warnings_before_and_rubbish_behind_a_feed() -> None:
    data = b"<br />\n<b>Warning</b>: oops in line 3<br />\n" + rss(ITEM) + b"<script>x</script>"
    assert len(entries(data)) == 1


def test_items_inside_items_count() -> None:
    data = rss("<item><title>Outer</title><item/><link>https://a.example/1</link></item>")
    outer, inner = entries(data)
    assert (outer.headline, outer.address) == ("Outer", "https://a.example/1")
    assert inner.headline == ""


def test_items_quoted_in_a_text_do_not_count() -> None:
    quoted = "<![CDATA[<pre><item><title>x</title></item></pre>]]>"
    assert "<item>" in only(f"<item><description>{quoted}</description></item>").body


def test_an_element_with_fifty_thousand_attributes_takes_no_time() -> None:
    attributes = " ".join(f'a{n}="1"' for n in range(50_000))
    started = time.monotonic()
    assert len(entries(rss(f"<item {attributes}><title>x</title></item>"))) == 1
    assert time.monotonic() - started < 2


def test_elements_nested_without_end_are_refused() -> None:
    nested = "<a>" * 30_000 + "</a>" * 30_000
    with pytest.raises(Unreadable, match="nested"):
        parse(rss(f"<item><description>{nested}</description></item>"))


def test_an_item_of_fifty_megabytes_harms_nobody() -> None:
    text = "word " * 10_000_000
    big, small = entries(rss(f"<item><description>{text}</description></item>{ITEM}"))
    assert len(big.body) > 49_000_000
    assert len(big.raw) <= 500
    assert small.headline == "A &amp; B"


def test_a_feed_beyond_all_measure_is_refused() -> None:
    with pytest.raises(Unreadable, match="larger than 100 MB"):
        parse(b"<" * 100_000_001)


def test_json_feed_with_a_byte_order_mark_and_raw_line_breaks() -> None:
    data = b'\xef\xbb\xbf{"version": "https://jsonfeed.org/version/1", "items": [{"id": "a\n"}]}'
    assert entries(data)[0].external_id == "a"


def test_json_of_the_wrong_types_is_no_trouble() -> None:
    item = {key: [[1]] for key in ("id", "url", "title", "content_html", "tags", "authors")}
    data = {"version": "https://jsonfeed.org/version/1.1", "title": None, "items": [item, 3, None]}
    assert len(entries(json.dumps(data).encode())) == 3
