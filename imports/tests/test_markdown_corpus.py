"""Real files of Markdown and what is known of them."""

import re

import pytest

from imports import dates
from imports.cleaning import clean
from imports.entry import Entry
from imports.formats.markdown import frontmatter, parse
from imports.tests.manifest import FOLDER, of_kind

FILES = of_kind("markdown")


def story(file):
    (entry,) = parse([FOLDER / file["path"]]).entries
    assert isinstance(entry, Entry)
    return entry


@pytest.mark.parametrize("file", FILES)
def test_front_matter_and_text_are_parted_where_they_are(file):
    parts = frontmatter.split((FOLDER / file["path"]).read_text())
    assert file["facts"]["format"] == f"markdown, front matter: {parts.form.lower()}"
    assert len(parts.body.strip()) == pytest.approx(file["facts"]["body_chars"], abs=2)


@pytest.mark.parametrize("file", FILES)
def test_title_authors_and_path(file):
    facts, entry = file["facts"], story(file)
    assert entry.headline == facts["title"].strip()
    assert list(entry.authors) == facts.get(
        "authors", [facts["author"]] if "author" in facts else []
    )
    if "path" in facts:
        assert entry.old_paths[0] == f"/{facts['path']}"
    assert (entry.status == "draft") == (facts.get("published") is False)


@pytest.mark.parametrize("file", FILES)
def test_the_date_is_its_own_or_its_files(file):
    named = re.search(r"\d{4}[-/]\d\d[-/]\d\d", file["facts"].get("path") or file["path"])
    given = file["facts"].get("date") or named[0].replace("/", "-")
    assert story(file).published_at == dates.parse(given)


@pytest.mark.parametrize("file", FILES)
def test_tags_and_categories(file):
    facts, entry = file["facts"], story(file)
    found = [tag.lower() for tag in (entry.topic, *entry.tags) if tag]
    tags = facts.get("tags", [])
    known = [facts.get("category", ""), *facts.get("categories", "").split()]
    known += tags.split() if isinstance(tags, str) else tags
    assert set(found) >= {each.lower() for each in known if each}


@pytest.mark.parametrize("file", FILES)
def test_nothing_of_the_format_is_left_outside_code(file):
    body = re.sub(r"<code\b.*?</code>", "", story(file).body, flags=re.S)
    assert not re.search(r"\{%|\{\{|\]\(|^#|^---", body, re.M)
    assert clean(story(file), base="https://gridledger.example/", language="en").body
