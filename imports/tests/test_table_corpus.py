"""Real tables, JSON Lines and lists of feeds, where their folder is at hand (IMPORT_CORPUS)."""

import csv
import json
from typing import Any

import pytest
from lxml import etree

from imports.cleaning import clean
from imports.entry import Document, Entry
from imports.formats import jsonl, opml, table
from imports.formats.columns import Columns
from imports.tests.manifest import FOLDER, of_kind

TABLES, LISTS = of_kind("csv", "jsonl"), of_kind("opml")


def entries(file: dict[str, Any]) -> list[Entry]:
    path = FOLDER / file["path"]
    if file["kind"] == "csv":
        return _entries(table.parse(path))
    with path.open("rb") as opened:
        return _entries(jsonl.parse(opened))


def _entries(document: Document) -> list[Entry]:
    found = list(document.entries)
    assert all(isinstance(each, Entry) for each in found), found
    return found  # type: ignore[return-value]


@pytest.mark.parametrize("file", TABLES)
def test_every_row_is_a_story_in_its_order(file):
    found, known = entries(file), file["facts"]
    assert len(found) == known["rows"]
    assert found[0].headline == known.get("first_title", found[0].headline)
    assert found[-1].headline == known.get("last_title", found[-1].headline)


@pytest.mark.parametrize("file", TABLES)
def test_every_column_is_known_but_those_of_mails_and_sound(file):
    names = file["facts"]["columns"]
    columns = Columns([(name, name) for name in names])
    unknown = set(names) - {key for keys in columns.keys.values() for key in keys}
    assert unknown <= {"email_sent_at", "type", "podcast_url"}


@pytest.mark.parametrize("file", TABLES)
def test_nothing_of_a_row_is_lost(file):
    with (FOLDER / file["path"]).open(newline="") as opened:
        rows = [*csv.DictReader(opened)] if file["kind"] == "csv" else [*map(json.loads, opened)]
    for row, entry in zip(rows, entries(file), strict=True):
        assert entry.slug == row.get("slug", entry.slug)
        assert bool(entry.body) == bool(row.get("body_markdown"))
        assert bool(entry.authors) == bool(row.get("authors"))
        written = row.get("date") or row.get("post_date")
        # One has the "None" of the program that wrote the table.
        assert bool(entry.published_at) == (written not in {"", None, "None"})
        assert clean(entry, base="", language="").headline


def test_substacks_own_words_are_understood():
    file = next((each.values[0] for each in TABLES if "substack" in str(each.id)), None)
    if file is None:
        pytest.skip("needs real files: set IMPORT_CORPUS to a folder with a manifest.json")
    found = entries(file)
    assert [entry.status for entry in found].count("draft") == 1
    assert (found[0].external_id, found[0].slug) == ("123401.plain-text", "plain-text")


@pytest.mark.parametrize("file", LISTS)
def test_lists_of_feeds(file):
    known, (title, found) = file["facts"], opml.parse((FOLDER / file["path"]).read_bytes())
    groups = {feed.group: None for feed in found if feed.group}
    assert title == known["title"]
    assert len(found) == known["unique_feed_urls"]
    assert found[0].address == known["first_feed_url"]
    assert [group[-1] for group in groups] == known["groups"]
    assert len(groups) == known["group_count"]
    assert max(len(feed.group) for feed in found) + 1 == known["max_depth"]
    assert len(found) + len(groups) == known["outlines"]


@pytest.mark.parametrize("file", LISTS)
def test_lists_are_read_whether_they_are_well_formed_or_not(file):
    data, known = (FOLDER / file["path"]).read_bytes(), file["facts"]
    assert f'<opml version="{known["format"].split()[1]}"'.encode() in data
    try:
        etree.fromstring(data)
    except etree.XMLSyntaxError:
        assert not known["wellformed"]
    else:
        assert known["wellformed"]
    assert opml.parse(data)
