"""Real pages and the hand-made answers to them, where their folder is at hand (IMPORT_CORPUS)."""

import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from articles.sanitising import sanitise
from articles.text import plain
from imports import dates
from imports.bylines import name_of
from imports.cleaning import clean
from imports.entry import Document, Entry
from imports.formats.page import parse
from imports.formats.page.lines import Site, folded_line
from imports.tests.manifest import FOLDER, of_kind

# How much of what the pages hold is found, of the 35 at hand: titles 32 of 35, authors 19 of 23,
# dates 24 of 25, phrases kept 33 of 35 and dropped 32 of 34, languages 10 of 11, pictures 8 of 8.
FLOORS = {
    "title": 0.91,
    "author": 0.82,
    "date": 0.96,
    "with": 0.94,
    "without": 0.94,
    "lang": 0.90,
    "image": 1.0,
}


PAGES = of_kind("page")


def read(file: dict[str, Any]) -> tuple[Document, Entry]:
    data = (FOLDER / file["path"]).read_bytes()
    document = parse(data, address=file.get("url", ""))
    (entry,) = document.entries
    assert isinstance(entry, Entry)
    return document, entry


@pytest.mark.parametrize("file", PAGES)
def test_every_page_has_an_article_that_can_be_cleaned(file):
    document, entry = read(file)
    story = clean(entry, base=document.home_url, language=document.language)
    assert story.headline and story.body
    assert sanitise(story.body) == story.body


@pytest.mark.parametrize("file", PAGES)
def test_a_saved_page_is_read_without_its_address(file):
    (entry,) = parse((FOLDER / file["path"]).read_bytes()).entries
    assert entry.headline == read(file)[1].headline


def answers(file: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    """(what was asked, whether the page was read as the corpus has it)"""
    gold = file["gold"]
    gold = {key: gold[key] for key in gold if key not in gold.get("not_found_in_page", ())}
    document, entry = read(file)
    text, names = folded_line(entry.body), {folded_line(name) for name in entry.authors}
    if "title" in gold:
        # Some of the answers end with the name of the site, which is no part of a headline.
        site = Site([document.title, gold.get("site", "")], file.get("url", ""))
        yield "title", folded_line(entry.headline) == folded_line(site.cut_from(gold["title"]))
    if "author" in gold:
        yield "author", folded_line(name_of(gold["author"])) in names
    if wanted := dates.parse(gold.get("date", "")):
        found = entry.published_at
        yield "date", found is not None and abs(found - wanted) <= timedelta(days=1)
    if "lang" in gold:
        yield "lang", entry.language[:2].lower() == gold["lang"][:2]
    if "image" in gold:
        yield "image", entry.images == (gold["image"],)
    yield from (("with", folded_line(phrase) in text) for phrase in gold.get("with", ()))
    yield from (("without", folded_line(phrase) not in text) for phrase in gold.get("without", ()))


@pytest.fixture(scope="module")
def held() -> dict[str, list[bool]]:
    """What was asked of all pages, and of each question whether it was answered."""
    found: dict[str, list[bool]] = {asked: [] for asked in FLOORS}
    for file in PAGES:
        if file.marks:
            pytest.skip("needs real pages: set IMPORT_CORPUS to a folder with a manifest.json")
        for asked, is_held in answers(file.values[0]):
            found[asked].append(is_held)
    return found


def test_the_measured_table(held, capsys):
    lines = [f"{asked:8} {sum(found):3} of {len(found):3} hold" for asked, found in held.items()]
    with capsys.disabled():
        sys.stdout.write("\nreal pages\n" + "\n".join(lines) + "\n")
    assert all(held.values())


@pytest.mark.parametrize("asked", FLOORS)
def test_no_less_is_found_than_before(held, asked):
    found = held[asked]
    assert sum(found) >= FLOORS[asked] * len(found) - 0.01


@pytest.mark.parametrize("file", PAGES)
def test_the_text_is_the_article_and_not_much_more(file):
    wanted = file["gold"].get("body_chars")
    # Nikkei's is the one sentence before the wall; the box around it is read as well.
    if wanted and "japanese" not in file["path"]:
        assert 0.7 < len(plain(read(file)[1].body)) / wanted < 1.4
