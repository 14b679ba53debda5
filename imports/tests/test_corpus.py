"""Real feeds and what is known of them, where their folder is at hand (IMPORT_CORPUS)."""

from typing import Any

import pytest

from articles.text import plain
from imports.addresses import canonical
from imports.bylines import name_of
from imports.cleaning import clean
from imports.entry import Document, Entry, Unreadable
from imports.formats.feed import parse
from imports.tests.manifest import FOLDER, of_kind
from imports.tests.samples import entries

# Cut off in the middle, and RSS written as JSON: the only ones that nobody is to read.
UNREADABLE = {"feeds/allthis-truncated.json", "feeds/scripting-news-rss-in-json.json"}


FEEDS = of_kind("feed")
READABLE = [each for each in FEEDS if each.id not in UNREADABLE]


def facts(file: dict[str, Any]) -> tuple[Document, list[Entry], dict[str, Any]]:
    document = parse((FOLDER / file["path"]).read_bytes())
    return document, list(document.entries), file["facts"]


def moment(entry: Entry) -> str | None:
    return f"{entry.published_at:%Y-%m-%dT%H:%M:%SZ}" if entry.published_at else None


@pytest.mark.parametrize("file", FEEDS)
def test_every_file_is_read_or_refused_with_a_sentence(file: dict[str, Any]) -> None:
    data = (FOLDER / file["path"]).read_bytes()
    if file["path"] in UNREADABLE:
        with pytest.raises(Unreadable, match=r"\.$"):
            parse(data)
    else:
        assert entries(data)


@pytest.mark.parametrize("file", READABLE)
def test_nothing_is_lost(file: dict[str, Any]) -> None:
    _, read, known = facts(file)
    if known["agreed"]:
        assert len(read) == known["items"]
        assert sum(not entry.headline for entry in read) == known["items_without_title"]
        assert sum(bool(entry.external_id) for entry in read) == known["items_with_id"]
        assert sum(bool(entry.address) for entry in read) >= known["items_with_link"]
        assert sum(bool(entry.published_at) for entry in read) >= known["items_with_date"]


@pytest.mark.parametrize("file", READABLE)
def test_the_feed_itself(file: dict[str, Any]) -> None:
    document, _, known = facts(file)
    # The parser that made the facts decoded this one wrongly, as the manifest says.
    if known["agreed"] and "title_from" not in known:
        assert document.title == known["feed_title"]
        assert document.language == known.get("language", "")
        if canonical(known.get("feed_link") or ""):
            assert document.home_url == known["feed_link"]


@pytest.mark.parametrize("which", ["first", "last"])
@pytest.mark.parametrize("file", READABLE)
def test_the_first_and_the_last_entry(file: dict[str, Any], which: str) -> None:
    _, read, known = facts(file)
    entry, expected = read[0 if which == "first" else -1], known.get(which)
    if expected:
        assert plain(entry.headline) == (expected["title"] or "")
        assert entry.external_id == (expected["id"] or "")
        assert entry.address.endswith(expected["link"] or "")
        assert moment(entry) == expected["date"] or expected["date"] is None
        # What stands beside a name is not part of it: an address, a job, a second space.
        author = name_of(expected.get("author") or "")
        assert author.startswith(", ".join(entry.authors)) or not author


@pytest.mark.parametrize("file", READABLE)
def test_the_texts_are_whole(file: dict[str, Any]) -> None:
    _, read, known = facts(file)
    lengths = sorted(len(entry.body) for entry in read)
    if known["agreed"]:
        assert lengths[len(lengths) // 2] >= 0.9 * known["median_content_chars"] - 5


@pytest.mark.parametrize("file", READABLE)
def test_every_entry_can_be_cleaned(file: dict[str, Any]) -> None:
    document, read, _ = facts(file)
    for entry in read:
        if entry.headline or entry.body or entry.address:
            assert clean(entry, base=document.home_url, language=document.language).headline


@pytest.mark.parametrize("file", READABLE)
def test_a_copy_cut_off_in_the_middle_is_refused(file: dict[str, Any]) -> None:
    data = (FOLDER / file["path"]).read_bytes()
    with pytest.raises(Unreadable, match=r"breaks off|broken"):
        parse(data[: len(data) * 2 // 3])
