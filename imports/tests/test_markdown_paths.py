"""Slugs, and the paths that stories had on the old site."""

import pytest

from imports.tests.markdown_samples import read, sample

POST = "_posts/2026-03-05-The-meter.md"


def paths(folder, front, name="x.md"):
    return read(folder, f"---\n{front}\n---\nText.", name).old_paths


def test_jekylls_default_is_taken_where_the_folder_says_so_and_told():
    story = sample("jekyll")["2026-03-05-The-meter-that-lied.md"]
    default = "/blog/energy/billing/2026/03/05/The-meter-that-lied.html"
    assert story.old_paths == (default, "/blog/2026/old-meter/", "/blog/m")
    assert story.address == f"https://gridledger.example{default}"
    assert story.notes[-1] == f"its old path is taken to be Jekyll's default, {default}"


def test_elsewhere_nothing_is_guessed(tmp_path):
    assert paths(tmp_path, "date: 2026-03-05", "2026-03-05-the-meter.md") == ()


@pytest.mark.parametrize(
    ("front", "path"),
    [
        ("permalink: /a/b/", "/a/b/"),
        ("permalink: a.html", "/a.html"),
        ("permalink: https://gridledger.example/a?x#y", "/a"),
        ("permalink: pretty", "/news/2026/03/05/The-meter/"),
        ("permalink: /:year/:i_month/:slug.html", "/2026/3/the-meter.html"),
        ("permalink: /:mood/", "/news/2026/03/05/The-meter.html"),
        ("slug: other", "/news/2026/03/05/other.html"),
        ("date: 2025-12-31 23:00 -0800", "/news/2025/12/31/The-meter.html"),
        ("category: Big Grid", "/news/big grid/2026/03/05/The-meter.html"),
        ("url: https://elsewhere.example/x", "/news/2026/03/05/The-meter.html"),
    ],
)
def test_paths_of_posts(tmp_path, front, path):
    assert paths(tmp_path, front, f"news/{POST}")[0] == path


def test_the_sites_own_pattern_comes_before_the_default(tmp_path):
    (tmp_path / "_config.yml").write_text("permalink: /:year/:title/")
    story = read(tmp_path, "---\ntitle: T\n---\nText.", POST)
    assert (story.old_paths, story.notes) == (("/2026/The-meter/",), ())


def test_aliases_and_redirects_however_they_are_written(tmp_path):
    front = "aliases: [/a/, b.html, /a/]\nredirect_from: /c"
    assert paths(tmp_path, front) == ("/a/", "/b.html", "/c")


def test_an_alias_is_not_the_storys_address():
    assert sample("hugo")["index.md"].address == ""


def test_a_redirect_from_another_site_is_left_out(tmp_path):
    (tmp_path / "_config.yml").write_text("url: https://gridledger.example")
    front = "redirect_from: [https://www.gridledger.example/a, https://other.example/b]"
    assert paths(tmp_path, front) == ("/a",)


@pytest.mark.parametrize(
    ("front", "name", "slug"),
    [
        ("slug: mine", "x.md", "mine"),
        ("permalink: /a/b.html", "x.md", "b"),
        ("path: blog/c/", "x.md", "c"),
        ("permalink: /:title/", "x.md", "x"),
        ("basename: d", "x.md", "d"),
        ("title: T", "2026-1-2-e.md", "e"),
        ("title: T", "2026-13-45-f.md", "2026-13-45-f"),
        ("title: T", "2026-01-02-g/index.md", "g"),
    ],
)
def test_slugs(tmp_path, front, name, slug):
    assert read(tmp_path, f"---\n{front}\n---\nText.", name).slug == slug


def test_settings_that_are_broken_or_no_settings_count_for_nothing(tmp_path):
    for written in ("a: [", "- a\n- b", "\x00", "url: 7"):
        (tmp_path / "_config.yml").write_text(written)
        assert read(tmp_path, "---\npermalink: /a/\n---\nText.").address == ""
