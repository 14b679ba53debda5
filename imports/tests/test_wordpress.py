"""Exports of WordPress: what becomes of each part of an item."""

import io
from datetime import UTC, datetime

import pytest

from imports.entry import Entry, Failed
from imports.formats.wordpress import parse
from imports.tests.wordpress.building import NEWSROOM, export, found, item, meta, only


@pytest.fixture(scope="module")
def newsroom() -> dict[str, Entry]:
    entries = parse(NEWSROOM, pages=True).entries
    return {entry.headline: entry for entry in entries if isinstance(entry, Entry)}


@pytest.fixture
def parks(newsroom) -> Entry:
    return newsroom["Battery parks outnumber gas plants"]


@pytest.fixture
def tariff(newsroom) -> Entry:
    return newsroom["A tariff nobody asked for"]


def test_the_site_itself():
    document = parse(NEWSROOM)
    assert document.title == "Grid & Ledger"
    assert document.home_url == "https://gridledger.example/news"
    assert document.language == "en-GB"


def test_posts_alone_unless_pages_are_asked_for(newsroom):
    assert len(list(parse(NEWSROOM).entries)) == 3
    assert list(newsroom)[-1] == "About us" and len(newsroom) == 4


def test_what_is_no_story_is_counted_in_one_note():
    first, *others = parse(NEWSROOM).entries
    assert first.notes[0] == (
        "not taken from the whole export: 1 with status trash, 1 of type page, "
        "1 of type guest-author, 1 of type attachment, 1 of type wp_block"
    )
    assert not any("whole export" in note for entry in others for note in entry.notes)


def test_an_open_file_will_do_as_well():
    with NEWSROOM.open("rb") as file:
        assert len(list(parse(file).entries)) == 3


def test_a_published_post(parks):
    assert parks.status == "published"
    assert parks.external_id == "https://gridledger.example/news/?p=101"
    assert parks.address == "https://gridledger.example/news/2024/03/battery-parks/"
    assert parks.slug == "battery-parks"
    assert parks.dek == "Storage has overtaken generation."
    assert parks.published_at == datetime(2024, 3, 8, 9, 30, tzinfo=UTC)


def test_authors_are_named_as_they_sign(parks, tariff):
    assert parks.authors == ("Mina Okafor",)
    assert tariff.authors == ("Tomas Lind",)  # its display name is an e-mail address


def test_several_authors_of_a_plugin(newsroom):
    assert newsroom["Members only"].authors == ("Ana Pires", "Mina Okafor")


def test_no_login_address_or_password_leaves_the_export(newsroom):
    told = str(list(newsroom.values()))
    secrets = ("mokafor7", "@gridledger", "@mail.example", "192.0.2.7", "hunter2", "Finally!")
    assert not [secret for secret in secrets if secret in told]


def test_a_login_without_a_name_is_left_out_with_a_note():
    entry = only("<dc:creator>root</dc:creator>")
    assert entry.authors == ()
    assert "the author is left out: the export gives a login, and no name to it" in entry.notes


def test_the_main_category_is_the_topic_and_others_are_tags(parks):
    assert (parks.topic, parks.topic_slug) == ("R&D", "r-d")
    assert parks.tags == ("Policy", "Batteries")


def test_without_a_main_category_the_first_one_is_the_topic():
    entry = only(
        '<category domain="category" nicename="uncategorized">Uncategorized</category>'
        '<category domain="category" nicename="chips">Chips</category>'
        '<category domain="category" nicename="web">Web</category>'
    )
    assert (entry.topic, entry.topic_slug, entry.tags) == ("Chips", "chips", ("Web",))


def test_the_only_category_is_the_topic_whatever_it_is(tariff):
    assert (tariff.topic, tariff.topic_slug) == ("Uncategorized", "uncategorized")


def test_categories_of_the_first_version_have_no_kind():
    entry = only("<category>Space</category><category domain='tag'>Orbit</category>")
    assert (entry.topic, entry.tags) == ("Space", ("Orbit",))


def test_the_featured_image_may_stand_after_its_post(parks):
    assert parks.images == ("https://gridledger.example/news/wp-content/uploads/park.jpg",)
    assert parks.lead_alt == "Rows of white containers"
    assert parks.lead_caption == "The park at Low Field"


def test_a_featured_image_that_is_not_there_is_noted():
    entry = only(meta("_thumbnail_id", "55"))
    assert entry.images == ()
    assert "the featured image (attachment 55) is not in the export" in entry.notes


def test_its_addresses_on_the_old_site(parks):
    assert parks.old_paths == (
        "/news/2024/03/battery-parks/",
        "/news/?p=101",
        "/news/2024/03/batteries-win/",
    )


def test_the_front_page_and_other_sites_are_no_old_address():
    fields = "<guid>https://elsewhere.example/?p=3</guid><link>https://gridledger.example/</link>"
    assert only(fields).old_paths == ("/?p=7",)


def test_a_page_has_two_numbered_addresses(newsroom):
    paths = newsroom["About us"].old_paths
    assert paths == ("/news/about/", "/news/?page_id=105", "/news/?p=105")


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("publish", "published"),
        ("future", "scheduled"),
        ("draft", "draft"),
        ("pending", "draft"),
        ("private", "private"),
        ("pitch", "draft"),  # plugins add stages of their own
    ],
)
def test_statuses(given, status):
    (entry,) = found(item().replace(">publish<", f">{given}<"))
    assert entry.status == status


def test_a_status_of_a_plugin_is_noted():
    (entry,) = found(item().replace(">publish<", ">pitch<"))
    assert entry.notes == ("taken as a draft: its status is “pitch”",)


@pytest.mark.parametrize("status", ["trash", "inherit", "auto-draft"])
def test_what_was_thrown_away_stays_away(status):
    assert found(item().replace(">publish<", f">{status}<")) == []


def test_a_password_makes_a_story_private(newsroom):
    entry = newsroom["Members only"]
    assert entry.status == "private"
    assert "it was protected by a password, which is not taken over" in entry.notes


def test_a_local_date_is_taken_as_utc_with_a_note(tariff):
    assert tariff.published_at == datetime(2024, 4, 1, 12, tzinfo=UTC)
    assert "the date is the site's local time, taken as UTC" in tariff.notes


def test_the_date_of_the_feed_is_the_last_resort():
    fields = "<pubDate>Mon, 06 May 2024 09:08:09 +0200</pubDate>"
    (entry,) = found(item(fields).replace("2024-05-06 07:08:09", ""))
    assert entry.published_at == datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)


def test_no_date_at_all():
    fields = "<pubDate>Wed, 30 Nov -0001 00:00:00 +0000</pubDate>"
    (entry,) = found(item(fields).replace("2024-05-06 07:08:09", "0000-00-00 00:00:00"))
    assert (entry.published_at, entry.date_text) == (None, "")


def test_slugs_are_in_their_own_script():
    fields = "<wp:post_name>%ce%bd%ce%ad%ce%b1</wp:post_name>"
    assert only(fields).slug == "νέα"


def test_a_post_without_a_guid_goes_by_its_number():
    assert only().external_id == "7"


def test_two_posts_with_one_guid_are_two():
    guid = "<guid>https://gridledger.example/?p=1</guid>"
    first, second = found(item(guid, number=1) + item(guid, number=2))
    assert first.external_id == "https://gridledger.example/?p=1"
    assert second.external_id == "https://gridledger.example/?p=1|2"


def test_the_language_of_a_translated_post():
    assert only('<category domain="language" nicename="de">Deutsch</category>').language == "de"


def test_an_item_that_cannot_be_read_costs_only_itself():
    deep = "<item><title>Deep</title>" + "<a>" * 300 + "</a>" * 300 + "</item>"
    first, broken, last = found(item(number=1) + deep + item(number=2))
    assert (first.external_id, last.external_id) == ("1", "2")
    assert isinstance(broken, Failed) and broken.item == "Deep"
    assert "nested hundreds deep" in broken.reason and "item 2 of the file" in broken.reason


def test_a_text_of_absurd_length_is_refused_by_its_length():
    (entry,) = found(item(body="x" * 2_000_001))
    assert isinstance(entry, Failed) and "2,000,001 characters" in entry.reason


def test_two_exports_one_after_the_other_are_both_read():
    both = export(item(number=1)).getvalue() + export(item(number=2)).getvalue()
    assert [entry.external_id for entry in parse(io.BytesIO(both)).entries] == ["1", "2"]
