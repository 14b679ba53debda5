"""Real exports and what is known of them, where their folder is at hand (IMPORT_CORPUS)."""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from articles.text import plain, visible
from imports.cleaning import clean
from imports.entry import Document, Entry, Unreadable
from imports.formats.wordpress import parse
from imports.formats.wordpress.items import item_of
from imports.formats.wordpress.splitting import pieces
from imports.tests.wordpress.building import HEAD, until_it_breaks

FOLDER = Path(os.environ.get("IMPORT_CORPUS") or settings.BASE_DIR.parent / "shared" / "data")
STATUSES = {
    "publish": "published",
    "future": "scheduled",
    "draft": "draft",
    "pending": "draft",
    "private": "private",
}


def _exports() -> list[Any]:
    manifest = FOLDER / "manifest.json"
    if not manifest.is_file():
        reason = "needs real exports: set IMPORT_CORPUS to a folder with a manifest.json"
        return [pytest.param({}, marks=pytest.mark.skip(reason=reason))]
    files = json.loads(manifest.read_text())["files"]
    return [pytest.param(each, id=each["path"]) for each in files if each["kind"] == "wxr"]


EXPORTS = _exports()
READABLE = [each for each in EXPORTS if "missing-version" not in str(each.id)]


def read(file: dict[str, Any], *, pages: bool = False) -> tuple[Document, list[Any]]:
    document = parse(FOLDER / file["path"], pages=pages)
    return document, list(document.entries)


@pytest.mark.parametrize("file", EXPORTS)
def test_all_parts_are_found(file):
    with (FOLDER / file["path"]).open("rb") as stream:
        parts = list(pieces(stream))
    counted = Counter(part.name for part in parts)
    known = file["facts"]
    assert not [part for part in parts if part.state != "whole"]
    assert counted["item"] == known["items"]
    assert counted["wp:author"] == known["authors"]
    assert counted["wp:category"] == known["categories"]
    assert counted["wp:tag"] == known["tags"]
    assert not [part for part in parts if "<wp:comment_content>" in part.text]


@pytest.mark.parametrize("file", EXPORTS)
def test_items_by_type_and_status(file):
    with (FOLDER / file["path"]).open("rb") as stream:
        items = [item_of(part.text, HEAD) for part in pieces(stream) if part.name == "item"]
    both = Counter(f"{each.text('wp:post_type')}/{each.text('wp:status')}" for each in items)
    types = Counter(each.text("wp:post_type") for each in items)
    assert both == file["facts"]["by_type_status"]
    assert types == file["facts"]["by_type"]


@pytest.mark.parametrize("file", READABLE)
@pytest.mark.parametrize("kinds", [{"post"}, {"post", "page"}])
def test_each_story_comes_in_with_its_status(file, kinds):
    _, entries = read(file, pages="page" in kinds)
    expected: Counter[str] = Counter()
    for key, number in file["facts"]["by_type_status"].items():
        kind, status = key.split("/")
        if kind in kinds:
            expected[STATUSES[status]] += number
    locked = sum("protected by a password" in str(entry.notes) for entry in entries)
    expected["published"] -= locked
    expected["private"] += locked
    assert Counter(entry.status for entry in entries) == +expected
    assert locked == file["facts"]["password_protected"]


@pytest.mark.parametrize("file", READABLE)
def test_the_site_itself(file):
    assert read(file)[0].title == visible(file["facts"]["site_title"]).strip()


@pytest.mark.parametrize("which", [0, -1])
@pytest.mark.parametrize("file", READABLE)
def test_the_first_and_the_last_published_post(file, which):
    entry = [each for each in read(file)[1] if each.status != "draft"][which]
    known = file["facts"]["last_published_post" if which else "first_published_post"]
    filed = {*([entry.topic] if entry.topic else []), *entry.tags}
    assert plain(entry.headline) == plain(known["title"])
    assert entry.slug == visible(known["slug"])
    assert f"{entry.published_at:%Y-%m-%d %H:%M:%S}" == known["date_gmt"]
    assert filed == {plain(each) for each in known["categories"] + known["tags"]}
    assert entry.topic in map(plain, known["categories"])
    assert len(entry.authors) == 1 and "@" not in entry.authors[0]
    assert bool(plain(entry.body)) == bool(known["content_chars"])


@pytest.mark.parametrize("file", READABLE)
def test_every_story_can_be_cleaned(file):
    document, entries = read(file, pages=True)
    for entry in entries:
        assert isinstance(entry, Entry)
        assert "wp:" not in entry.body.replace("&lt;!-- wp:", "")
        story = clean(entry, base=document.home_url, language=document.language)
        assert story.headline and len(story.headline) <= 200


@pytest.mark.parametrize("file", EXPORTS)
def test_without_a_version_it_is_refused_and_said_so(file):
    if file["facts"]["format"] == "wxr (no version)":
        with pytest.raises(Unreadable, match="wxr_version"):
            parse(FOLDER / file["path"])
    else:
        assert read(file)[1]


@pytest.mark.parametrize("file", READABLE)
def test_a_copy_cut_off_in_the_middle_gives_its_first_half(file):
    data = (FOLDER / file["path"]).read_bytes()
    whole = [entry.external_id for entry in read(file, pages=True)[1]]
    out, reason = until_it_breaks(data[: len(data) // 2])
    assert [entry.external_id for entry in out] == whole[: len(out)]
    assert "breaks off in line" in reason


def test_names_and_pictures_of_the_theme_test():
    file = next((each for each in READABLE if "theme-unit-test" in str(each.id)), None)
    if file is None:
        pytest.skip("needs real exports: set IMPORT_CORPUS to a folder with a manifest.json")
    entries = {entry.slug: entry for entry in read(*file.values)[1]}
    pictured = entries["template-featured-image-horizontal"]
    assert pictured.authors == ("Theme Buster",)
    assert pictured.images[0].endswith("/featured-image-horizontal.jpg")
    assert pictured.lead_alt == "Horizontal Featured Image"
    assert entries["post-format-gallery"].notes == ("10 galleries left out",)
    caption = "<figcaption>Bell on wharf in San Francisco</figcaption>"
    assert caption in entries["post-format-image-caption"].body
    assert "coracles [simple boat]" in entries["post-format-standard"].body
