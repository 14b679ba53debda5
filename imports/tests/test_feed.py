"""Feeds of every kind, from bytes to entries."""

from datetime import UTC, datetime

import pytest

from imports.formats.feed import parse
from imports.tests.samples import entries, feed, only, rss


def test_rss_says_whose_it_is() -> None:
    document = parse(feed("rss-2.0.xml"))
    assert document.title == "Grid Ledger"
    assert document.home_url == "https://gridledger.example/"
    assert document.language == "en-GB"


def test_rss_item_whole() -> None:
    entry = entries(feed("rss-2.0.xml"))[0]
    assert entry.external_id == "gl-7"
    assert entry.address.startswith("https://gridledger.example/2026/battery-prices?")
    assert entry.headline == "Battery prices fell &amp; nobody noticed"
    assert entry.dek == "Cells cost half of last year's price."
    assert "Buyers wait all the same." in entry.body
    assert entry.published_at == datetime(2026, 2, 17, 14, 20, 2, tzinfo=UTC)
    assert entry.authors == ("Ada Okafor", "Jonas Weil")
    assert entry.tags == ("Energy", "Storage & Grids")
    assert entry.raw.startswith("<title>Battery prices") and len(entry.raw) <= 500


def test_pictures_come_widest_first_and_without_thumbnails() -> None:
    images = entries(feed("rss-2.0.xml"))[0].images
    assert images == (
        "https://gridledger.example/large.jpg",
        "https://gridledger.example/small.jpg",
    )


def test_picture_enclosures_are_images_and_others_are_not() -> None:
    assert entries(feed("rss-2.0.xml"))[1].images == (
        "https://gridledger.example/pictures/excerpt.png",
    )


def test_a_repeated_text_makes_no_dek() -> None:
    entry = entries(feed("rss-2.0.xml"))[1]
    assert entry.body == "The same few words."
    assert entry.dek == ""


def test_an_unreadable_date_keeps_its_text() -> None:
    entry = entries(feed("rss-2.0.xml"))[1]
    assert (entry.published_at, entry.date_text) == (None, "Invalid Date")


def test_an_email_address_is_no_author() -> None:
    assert entries(feed("rss-2.0.xml"))[1].authors == ()


def test_a_guid_is_the_link_where_there_is_no_other() -> None:
    absolute, relative = entries(feed("rss-2.0.xml"))[1:]
    assert absolute.address == "https://gridledger.example/2026/excerpt"
    assert relative.address == "https://gridledger.example/2026/notiz"
    assert relative.external_id == "/2026/notiz"


def test_a_language_of_its_own_goes_with_the_item() -> None:
    assert [entry.language for entry in entries(feed("rss-2.0.xml"))] == ["", "", "de"]


def test_rss_0_90() -> None:
    titles = [entry.headline for entry in entries(feed("rss-0.90.rdf"))]
    assert titles == ["The first of two", "The second of two"]


def test_html_entities_are_known_without_their_doctype() -> None:
    (entry,) = entries(feed("rss-0.91.xml"))
    assert entry.headline == "Café of repairs"
    assert entry.body == "Bring a toaster – leave with a friend."


def test_rss_0_92_has_untitled_items() -> None:
    (entry,) = entries(feed("rss-0.92-untitled.xml"))
    assert (entry.headline, entry.external_id, entry.address) == ("", "", "")
    assert "<b>two</b>" in entry.body


def test_rdf_has_bodies_too() -> None:
    (entry,) = entries(feed("rss-1.0.rdf"))
    assert entry.body == "<p>Thirty kilometres of fibre, unrolled in an hour.</p>"
    assert entry.dek == "Thirty kilometres of fibre."
    assert (entry.authors, entry.tags) == (("M. Arrow",), ("Space",))
    assert parse(feed("rss-1.0.rdf")).language == "en"


def test_atom_prefers_the_page_among_its_links() -> None:
    entry = entries(feed("atom-1.0.atom"))[0]
    assert entry.address == "https://substrate.example/notes/2026/nanometres"
    assert entry.images == ("https://substrate.example/notes/wafer.jpg",)
    assert parse(feed("atom-1.0.atom")).home_url == "https://substrate.example/"


def test_atom_xhtml_becomes_html_with_links_by_its_base() -> None:
    body = entries(feed("atom-1.0.atom"))[0].body
    assert body.startswith("<div><p>Smaller, again: see")
    assert 'href="https://substrate.example/about"' in body
    assert "2 &lt; 3" in body


def test_atom_is_published_before_it_is_updated() -> None:
    entry = entries(feed("atom-1.0.atom"))[0]
    assert entry.published_at == datetime(2026, 4, 1, 7, 30, tzinfo=UTC)


def test_atom_entries_inherit_the_authors_of_their_feed() -> None:
    first, second = entries(feed("atom-1.0.atom"))
    assert first.authors == ("R. Silber",)
    assert second.authors == ("L. Petit", "O. Grand")


def test_atom_plain_texts_stay_plain() -> None:
    entry = entries(feed("atom-1.0.atom"))[1]
    assert entry.headline == "Ein &lt;blink&gt; im Titel"
    assert entry.body == "<p>One line.</p><p>Another &amp; last.</p>"


def test_an_id_on_the_own_site_is_an_address_at_need() -> None:
    address = "https://substrate.example/notes/2026/blink"
    assert entries(feed("atom-1.0.atom"))[1].address == address


def test_atom_0_3_with_a_prefix() -> None:
    (entry,) = entries(feed("atom-0.3.xml"))
    assert entry.headline == "The <b>old</b> form"
    assert entry.body == "<p>Still read.</p>"
    assert entry.published_at == datetime(2004, 5, 6, 7, 8, 9, tzinfo=UTC)


def test_atom_without_namespace() -> None:
    (entry,) = entries(
        b"<feed><entry><title>Bare</title><link href='http://a.example/1'/></entry></feed>"
    )
    assert (entry.headline, entry.address) == ("Bare", "http://a.example/1")


def test_an_atom_entry_alone_is_a_feed_of_one() -> None:
    (entry,) = entries(b'<entry xmlns="http://www.w3.org/2005/Atom"><title>Alone</title></entry>')
    assert entry.headline == "Alone"


@pytest.mark.parametrize(
    ("name", "title", "headline", "language"),
    [
        ("arabic.xml", "دفتر الشبكة", "أسعار البطاريات تنخفض إلى النصف", "ar"),
        ("hebrew.xml", "פנקס הרשת", "מחירי הסוללות ירדו בחצי", "he"),
        ("japanese.rdf", "近地点だより", "三十キロのテザーが一時間で展開", "ja"),
        ("korean.xml", "전력망 일지", "배터리 가격이 절반으로 떨어졌다", "ko"),
    ],
)
def test_every_script(name: str, title: str, headline: str, language: str) -> None:
    document = parse(feed(name))
    (entry,) = document.entries
    assert (document.title, entry.headline, document.language) == (title, headline, language)
    assert entry.published_at


def test_the_longer_text_is_the_body_whatever_it_is_called() -> None:
    item = (
        "<item><description>All of the story, word for word, to its end.</description>"
        "<content:encoded>All of the story …</content:encoded></item>"
    )
    assert only(item).body.endswith("to its end.")
    assert only(item).dek == ""


def test_a_podcast_summary_is_the_body_where_it_says_much_more() -> None:
    item = (
        "<item><description>Episode 7</description>"
        "<itunes:summary>We talk about tethers for an hour.</itunes:summary></item>"
    )
    assert only(item).body == "We talk about tethers for an hour."
    assert only(item).dek == "Episode 7"


def test_relative_links_belong_to_the_feed_where_it_names_no_site() -> None:
    data = rss("<item><link>story/1</link></item>", channel="<link>/blog/</link>")
    (entry,) = entries(data, address="https://perigee.example/blog/feed.xml")
    assert entry.address == "https://perigee.example/blog/story/1"


def test_a_relative_link_without_any_base_is_kept_as_it_is() -> None:
    (entry,) = entries(rss("<item><link>/story/1</link></item>", channel=""))
    assert entry.address == "/story/1"


def test_equal_guids_stay_equal() -> None:
    items = "<item><guid>x</guid><title>A</title></item><item><guid>x</guid><title>B</title></item>"
    assert [entry.external_id for entry in entries(rss(items))] == ["x", "x"]


def test_entries_are_made_as_they_are_asked_for() -> None:
    data = rss("<item><title>A</title></item>" * 3)
    assert next(iter(parse(data).entries)).headline == "A"


def test_ten_thousand_items() -> None:
    item = "<item><title>A story</title><link>/1</link><description>Text.</description></item>"
    assert len(entries(rss(item * 10_000))) == 10_000
