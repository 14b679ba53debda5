from datetime import UTC, datetime

from imports.formats.feed import parse
from imports.tests.samples import entries, feed


def test_what_the_feed_says_of_itself() -> None:
    document = parse(feed("jsonfeed-1.1.json"))
    assert document.title == "Desk Notes"
    assert document.home_url == "https://desk-notes.example/"
    assert document.language == "en"


def test_an_item_whole() -> None:
    entry = entries(feed("jsonfeed-1.1.json"))[0]
    assert (entry.external_id, entry.headline) == ("1", "A note in full")
    assert entry.address == "https://desk-notes.example/notes/1"
    assert entry.body.startswith("<p>The whole of it, with")
    assert entry.dek == "<p>The gist.</p>"
    assert entry.published_at == datetime(2026, 2, 1, 11, tzinfo=UTC)
    assert entry.tags == ("Web", "Notes")


def test_pictures() -> None:
    assert entries(feed("jsonfeed-1.1.json"))[0].images == (
        "https://desk-notes.example/pictures/1.jpg",
        "https://desk-notes.example/2.png",
    )


def test_authors_are_the_items_own_or_the_feeds() -> None:
    first, second, _ = entries(feed("jsonfeed-1.1.json"))
    assert (first.authors, second.authors) == (("K. Ito",), ("The Desk",))


def test_plain_text_keeps_its_lines() -> None:
    entry = entries(feed("jsonfeed-1.1.json"))[1]
    assert entry.body == "<p>Plain text &amp; no more.<br>A second line.</p>"


def test_numbers_as_ids_external_links_and_dates_that_are_none() -> None:
    entry = entries(feed("jsonfeed-1.1.json"))[1]
    assert (entry.external_id, entry.address) == ("2", "https://elsewhere.example/story")
    assert (entry.published_at, entry.date_text) == (None, "soon")


def test_what_is_no_item_is_an_empty_entry_to_be_refused() -> None:
    entry = entries(feed("jsonfeed-1.1.json"))[2]
    assert (entry.headline, entry.body, entry.address) == ("", "", "")


def test_version_1_0() -> None:
    (entry,) = entries(feed("jsonfeed-1.0.json"))
    assert entry.address == entry.external_id == "https://desk-notes.example/old"
    assert entry.body == "<p>Nothing but a summary.</p>"
    assert entry.authors == ("The Desk",)
    assert entry.published_at == datetime(2018, 1, 2, 3, 4, 5, tzinfo=UTC)
