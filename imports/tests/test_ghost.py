"""Ghost's exports: what is a story, and what is said of it besides its text."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from imports.cleaning import clean
from imports.entry import Document, Entry, Failed, Unreadable
from imports.formats.ghost import parse

SAMPLES = Path(__file__).parent / "ghost"


def document(name: str, **given: Any) -> Document:
    return parse((SAMPLES / name).read_bytes(), **given)


def stories(name: str = "mobiledoc-4.json", **given: Any) -> dict[str, Any]:
    """What an export holds, by slug."""
    found = document(name, **given).entries
    return {each.item if isinstance(each, Failed) else each.slug: each for each in found}


def exported(post: dict[str, Any], **tables: Any) -> bytes:
    given = {"id": 1, "title": "One", "slug": "one", "status": "published", "html": "<p>T</p>"}
    return json.dumps({"data": {"posts": [given | post], **tables}}).encode()


def only(post: dict[str, Any], address: str = "", **tables: Any) -> Entry:
    (entry,) = parse(exported(post, **tables), address=address).entries
    assert isinstance(entry, Entry)
    return entry


def test_what_the_export_says_of_its_site():
    found = document("mobiledoc-4.json")
    assert (found.title, found.language) == ("Gridledger", "en")
    assert found.home_url == "https://gridledger.example/"


@pytest.mark.parametrize(
    "given", ["https://other.example/", "other.example", "https://other.example"]
)
def test_the_given_address_comes_before_that_of_the_export(given):
    assert document("mobiledoc-4.json", address=given).home_url == "https://other.example/"
    story = stories(address=given)["everything"]
    assert story.address == "https://other.example/everything/"


def test_a_story_whole():
    story = stories()["everything"]
    assert (story.external_id, story.headline) == (
        "604100000000000000000001",
        "Everything an editor can do",
    )
    assert story.address == "https://gridledger.example/everything/"
    assert (story.dek, story.language, story.status) == ("All of it, once.", "de", "published")
    assert story.published_at == datetime(2021, 3, 1, 8, tzinfo=UTC)
    assert story.old_paths == ("/everything/",)


def test_the_first_public_tag_is_the_topic_and_internal_ones_stay_behind():
    story = stories()["everything"]
    assert (story.topic, story.topic_slug, story.tags) == ("Energy", "energy", ("Storage",))


def test_authors_are_names_in_their_order_and_nothing_else():
    assert stories()["everything"].authors == ("Ingrid Vale", "Ola Brandt")
    assert "gridledger.example" not in repr(stories()["everything"].authors)


def test_the_lead_picture_with_its_words():
    story = stories()["everything"]
    assert story.images == ("https://gridledger.example/content/images/2021/03/lead.jpg",)
    assert (story.lead_alt, story.lead_caption) == ("Wires at dusk", "By Ola")


@pytest.mark.parametrize(
    ("slug", "status", "said"),
    [
        ("paid", "private", "for members only (paid)"),
        ("tomorrow", "scheduled", ""),
        ("by-letter", "private", "sent by e-mail only"),
        ("member-draft", "private", "for members only (members), draft"),
        ("elsewhere", "published", ""),
    ],
)
def test_statuses(slug, status, said):
    story = stories()[slug]
    assert story.status == status
    assert said in " ".join(story.notes)


def test_a_newsletter_that_never_was_a_page_is_private():
    assert stories("lexical-6.json")["letter"].status == "private"


def test_an_unknown_status_is_a_draft():
    entry = only({"status": "imported"})
    assert (entry.status, "“imported” is unknown" in entry.notes[0]) == ("draft", True)


def test_drafts_and_letters_had_no_page():
    for slug in ("by-letter", "member-draft"):
        assert (stories()[slug].address, stories()[slug].old_paths) == ("", ())


def test_pages_come_only_when_asked_for():
    assert "about" not in stories()
    assert stories(pages=True)["about"].headline == "About us"
    assert "about" not in stories("markdown-0.json")
    assert "about" in stories("markdown-0.json", pages=True)


def test_a_story_without_a_text_fails_with_its_reason():
    story = stories()["nothing"]
    assert isinstance(story, Failed)
    assert story.reason == "it has no text, neither html nor mobiledoc nor lexical"
    assert '"Nothing in it"' in story.raw


def test_a_broken_document_fails_and_costs_the_others_nothing():
    found = stories("lexical-6.json")
    assert found["broken"].reason == "its lexical is broken JSON"
    assert len(found) == 5


def test_what_is_no_post_is_named_by_its_place():
    data = json.dumps({"data": {"posts": [3, None]}}).encode()
    assert [each.item for each in parse(data).entries] == ["post 1", "post 2"]


def test_the_canonical_address_is_that_of_the_original():
    story = stories()["elsewhere"]
    assert story.address == "https://desk-notes.example/first"
    assert story.old_paths == ("/elsewhere/",)


def test_without_the_sites_address_paths_stay_relative():
    entry = only(
        {"feature_image": "__GHOST_URL__/content/a.jpg", "html": '<a href="__GHOST_URL__/x/">x</a>'}
    )
    assert (entry.address, entry.images) == ("", ("/content/a.jpg",))
    assert entry.body == '<a href="/x/">x</a>'


def test_ghost_before_1_0():
    story = stories("markdown-0.json", address="gridledger.example")["meter"]
    assert story.body == "<p>A <em>short</em> note.<br />\nOn two lines.</p>\n"
    assert story.published_at == datetime(2015, 2, 1, tzinfo=UTC)
    assert (story.topic, story.tags, story.authors) == ("Meters", ("Billing",), ("Ingrid Vale",))
    assert story.images == ("https://gridledger.example/content/images/2015/02/meter.jpg",)


def test_dated_paths_where_the_settings_say_so_in_the_sites_own_zone():
    settings = [
        {"key": "permalinks", "value": "/:year/:month/:day/:slug/"},
        {"key": "timezone", "value": "Pacific/Auckland"},
    ]
    entry = only({"published_at": "2015-01-31T20:00:00.000Z"}, settings=settings)
    assert entry.old_paths == ("/2015/02/01/one/", "/one/")


def test_a_setting_of_paths_that_cannot_be_filled_is_left_alone():
    settings = [
        {"key": "permalinks", "value": "/:mood/:slug/"},
        {"key": "timezone", "value": "../x"},
    ]
    assert only({"published_at": 1422748800000}, settings=settings).old_paths == ("/one/",)


def test_a_name_that_is_an_address_is_no_name():
    assert stories("markdown-0.json")["half"].authors == ()


def test_tags_and_authors_written_into_the_post():
    entry = only({"tags": [{"name": "Energy", "slug": "e"}], "authors": [{"name": "Ola Brandt"}]})
    assert (entry.topic, entry.authors) == ("Energy", ("Ola Brandt",))


def test_numbers_and_texts_as_keys_meet():
    tables = {
        "posts_tags": [{"post_id": "1", "tag_id": 7}],
        "tags": [{"id": "7", "name": "Energy"}],
        "users": [{"id": 1, "name": "Ola Brandt"}],
    }
    entry = only({"author_id": "1"}, **tables)
    assert (entry.topic, entry.authors) == ("Energy", ("Ola Brandt",))


def test_several_databases_in_one_export():
    one, two = (json.loads(exported({"slug": slug})) for slug in ("one", "two"))
    found = parse(json.dumps({"db": [one, two]}).encode()).entries
    assert [each.slug for each in found] == ["one", "two"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "It is empty."),
        (b"PK\x03\x04rest", "a zip archive; unpack it"),
        (b'{"db": [', "broken or breaks off"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": []}', "no export of Ghost"),
        (b"[1, 2]", "no export of Ghost"),
        (b'{"db": [{"data": {"tags": []}}]}', "no export of Ghost"),
        (b"[" * 100_000, "nested too deeply"),
        (b"<html>", "broken or breaks off"),
    ],
)
def test_what_is_no_export_is_refused_with_a_sentence(data, said):
    with pytest.raises(Unreadable, match=said) as caught:
        parse(data)
    assert str(caught.value).endswith(".")


def test_halves_of_characters_and_control_characters_are_gone():
    entry = only({"title": "A\ud83d\x00\u200b B", "slug": "a\udc00b", "html": "<p>\x00x</p>"})
    assert (entry.headline, entry.slug, entry.body) == ("A B", "ab", "<p>x</p>")


def test_the_whole_passes_cleaning():
    found = document("mobiledoc-4.json")
    for entry in found.entries:
        if isinstance(entry, Entry):
            story = clean(entry, base=found.home_url, language=found.language)
            assert "__GHOST_URL__" not in story.body
            assert "kg-" not in story.body
