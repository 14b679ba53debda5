"""What every entry goes through, whatever format it came in."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from imports.cleaning import clean
from imports.entry import Entry, Refused
from imports.tests.samples import entries, feed

BASE = "https://gridledger.example/"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
LONG = "<p>" + "Seven words make up this first sentence. " * 12 + "</p>"


def cleaned(language: str = "en", **given: Any) -> Entry:
    return clean(Entry(**{"headline": "H", **given}), base=BASE, language=language, now=NOW)


def test_a_headline_is_one_plain_line() -> None:
    headline = cleaned(headline=" A <b>bold</b>\n &amp;\u200b <i>new</i>\x07 way ").headline
    assert headline == "A bold & new way"


def test_letters_are_composed() -> None:
    assert cleaned(headline="Cafe\u0301").headline == "Café"


def test_a_long_headline_is_cut_at_a_word_with_a_note() -> None:
    entry = cleaned(headline="word " * 60)
    assert len(entry.headline) <= 200
    assert entry.headline.endswith("word…")
    assert entry.notes == ("the headline cut to 200 characters",)


def test_an_untitled_entry_is_headed_by_its_first_sentence() -> None:
    body = "<h2>Rep. Stansbury speaks of food.</h2><p>Then more.</p>"
    entry = cleaned(headline="", body=body)
    assert entry.headline == "Rep. Stansbury speaks of food."
    assert "the headline made from the text" in entry.notes


def test_else_by_the_end_of_its_address() -> None:
    entry = cleaned(headline="", address="https://gridledger.example/2026/a-new-way.html")
    assert entry.headline == "A new way"
    assert entry.notes == ("the headline made from the address",)


def test_an_entry_with_nothing_in_it_is_refused() -> None:
    with pytest.raises(Refused, match="neither a headline nor a text nor an address"):
        cleaned(headline="<br>", body="<p> </p>", dek="&nbsp;")


def test_a_body_beyond_all_measure_is_refused() -> None:
    with pytest.raises(Refused, match="2,000,001 characters"):
        cleaned(body="x" * 2_000_001)


def test_a_dek_is_one_plain_line_cut_at_a_word() -> None:
    dek = cleaned(dek="<p>word</p> " * 200).dek
    assert dek.endswith("word…")
    assert len(dek) <= 600


def test_a_long_body_without_dek_gets_its_first_sentences() -> None:
    dek = cleaned(body=LONG).dek
    assert dek.startswith("Seven words") and dek.endswith("sentence.")
    assert 200 < len(dek) <= 300


def test_a_short_body_without_dek_stays_without() -> None:
    assert cleaned(body="<p>Only a few words.</p>").dek == ""


def test_words_are_counted_where_none_are_spaced() -> None:
    entry = clean(
        Entry(headline="題", body="繊維は最後まで切れなかった。" * 12), base=BASE, language="ja"
    )
    assert entry.dek.endswith("。") and len(entry.dek) <= 300


def test_a_dek_is_the_body_where_there_is_none() -> None:
    assert cleaned(dek="First.\n\nSecond.").body == "<p>First.</p><p>Second.</p>"


def test_the_signature_of_wordpress_is_no_news() -> None:
    dek = "Cells are cheap. [&#8230;] The post <a href='/1'>Cells</a> appeared first on Grid."
    assert cleaned(dek=dek, body=LONG).dek == "Cells are cheap."


def test_addresses_are_canonical() -> None:
    entry = cleaned(address="HTTPS://GridLedger.example/a/../b?utm_source=x#top")
    assert entry.address == "https://gridledger.example/b"


def test_a_relative_address_belongs_to_the_site() -> None:
    assert cleaned(address="/b").address == "https://gridledger.example/b"


@pytest.mark.parametrize("address", ["tag:gridledger.example,2026:1", "javascript:x", "http://["])
def test_what_is_no_web_address_is_left_out_with_a_note(address: str) -> None:
    entry = cleaned(address=address)
    assert entry.address == ""
    assert address in entry.notes[0]


def test_an_endless_address_is_left_out_with_a_note() -> None:
    entry = cleaned(address=BASE + "a" * 2000)
    assert entry.address == ""
    assert "longer than 2000" in entry.notes[0]


@pytest.mark.parametrize(
    ("given", "language"),
    [
        ("en-US", "en-us"),
        ("pt_BR", "pt-br"),
        (" DE ", "de"),
        ("zh-Hant-TW", "zh-hant-tw"),
        ("English", "fr"),
        ("und", "fr"),
        ("", "fr"),
        ("<b>", "fr"),
    ],
)
def test_languages_are_tags_or_the_feeds(given: str, language: str) -> None:
    assert cleaned(language="fr", **{}).language == "fr"
    entry = clean(Entry(headline="H", language=given), base=BASE, language="fr", now=NOW)
    assert entry.language == language


def test_a_sane_date_is_kept() -> None:
    moment = datetime(2026, 2, 17, tzinfo=UTC)
    assert cleaned(published_at=moment, date_text="17 Feb").published_at == moment


@pytest.mark.parametrize("year", [1970, 2035])
def test_an_absurd_date_is_left_out_with_its_text(year: int) -> None:
    entry = cleaned(published_at=datetime(year, 1, 1, tzinfo=UTC), date_text="as written")
    assert entry.published_at is None
    assert "as written" in entry.notes[0]


def test_an_unreadable_date_is_told() -> None:
    assert cleaned(date_text="Invalid Date").notes == ("the date “Invalid Date” cannot be read",)


def test_authors_are_names_and_ten_at_most() -> None:
    given = ("By Ada", "ada", "desk@gridledger.example", "j@x.example (Jo)", "K <k@x.example>")
    assert cleaned(authors=given).authors == ("By Ada".removeprefix("By "), "Jo", "K")
    many = cleaned(authors=tuple(f"Author {n}" for n in range(12)))
    assert len(many.authors) == 10
    assert many.notes == ("2 of 12 authors left out",)


def test_a_name_is_120_characters_at_most() -> None:
    assert len(cleaned(authors=("name " * 40,)).authors[0]) <= 120


def test_tags_are_plain_lower_case_and_single() -> None:
    given = (
        "Energy",
        "energy ",
        "<b>Grids &amp; Cells</b>",
        "#Web",
        "a, b",
        "https://x.example/#t",
    )
    assert cleaned(tags=given).tags == ("energy", "grids & cells", "web", "a", "b")


def test_tags_are_twenty_at_most_and_of_sixty_characters() -> None:
    entry = cleaned(tags=("word " * 20, *(f"tag {n}" for n in range(24))))
    assert len(entry.tags) == 20
    assert all(len(tag) <= 60 for tag in entry.tags)
    assert entry.notes == ("a tag cut to 60 characters", "5 of 25 tags left out")


def test_images_are_web_addresses_and_single() -> None:
    given = ("/a.jpg", "https://gridledger.example/a.jpg", "data:image/png;base64,x", "")
    assert cleaned(images=given).images == ("https://gridledger.example/a.jpg",)


def test_nothing_reaches_the_database_that_it_cannot_hold() -> None:
    bad = "a\x00\ud800b"
    names = ("headline", "dek", "body", "external_id", "raw", "slug", "topic", "lead_alt")
    entry = cleaned(**dict.fromkeys(names, bad), tags=(bad,), old_paths=(bad,))
    texts = (*(getattr(entry, name) for name in names), *entry.tags, *entry.old_paths)
    assert all("\x00" not in text and text.encode() for text in texts)


def test_notes_of_the_format_stay() -> None:
    assert cleaned(notes=("from the format",)).notes == ("from the format",)


def test_cleaning_twice_changes_nothing() -> None:
    for entry in entries(feed("rss-2.0.xml")):
        once = clean(entry, base=BASE, language="en", now=NOW)
        assert replace(clean(once, base=BASE, language="en", now=NOW), notes=once.notes) == once
