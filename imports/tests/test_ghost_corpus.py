"""Real exports of Ghost and what is known of them."""

import json
import re

import pytest

from articles.text import plain
from imports import dates
from imports.cleaning import clean
from imports.entry import Entry
from imports.formats.ghost import lexical, mobiledoc, parse, rendered
from imports.tests.manifest import FOLDER, of_kind

EXPORTS = of_kind("ghost")
RENDERERS = {"mobiledoc": mobiledoc.render, "lexical": lexical.render}


def stories(export, **given):
    data = (FOLDER / export["path"]).read_bytes()
    return list(parse(data, address="https://gridledger.example", **given).entries)


def posts(export):
    return json.loads((FOLDER / export["path"]).read_text())["db"][0]["data"]["posts"]


@pytest.mark.parametrize("export", EXPORTS)
def test_as_many_stories_pages_and_drafts_as_there_are(export):
    facts = export["facts"]
    every = stories(export, pages=True)
    assert len(every) == facts["posts_rows"]
    assert len(every) - len(stories(export)) == facts["pages"]
    found = [each.status for each in every]
    assert {status: found.count(status) for status in found} == facts["by_status"]


@pytest.mark.parametrize("export", EXPORTS)
def test_the_first_published_story(export):
    facts = export["facts"]
    published = [each for each in stories(export) if each.status == "published"]
    assert len(published) == facts["published_posts"]
    first, known = published[0], facts["first_published_post"]
    assert (first.headline, first.slug) == (known["title"], known["slug"])
    assert first.published_at == dates.parse(known["published_at"])
    assert [name for name in (first.topic, *first.tags) if name] == known["tags"]


@pytest.mark.parametrize("export", EXPORTS)
def test_our_rendering_has_every_word_of_ghosts_own(export):
    compared = 0
    for post in posts(export):
        for key, render in RENDERERS.items():
            if post.get(key) and post.get("html"):
                ours, theirs = render(json.loads(post[key]))[0], rendered.read(post["html"])[0]
                assert re.sub(r"\s", "", plain(ours)) == re.sub(r"\s", "", plain(theirs))
                compared += 1
    assert compared == export["facts"]["posts_rows"]


@pytest.mark.parametrize("export", EXPORTS)
def test_nothing_of_the_format_is_left(export):
    for entry in stories(export, pages=True):
        assert isinstance(entry, Entry)
        body = clean(entry, base="https://gridledger.example/", language="en").body
        assert body
        assert not re.search("__GHOST_URL__|kg-", body)
        assert "@" not in "".join(entry.authors)
