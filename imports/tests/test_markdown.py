"""Folders and files of Markdown: which files are stories, and what a story says of itself."""

import os
from datetime import UTC, datetime

import pytest

from imports.entry import Entry, Failed, Unreadable
from imports.formats.markdown import parse
from imports.tests.markdown_samples import SAMPLES, read, sample, stories


def test_what_the_sites_settings_say():
    jekyll, hugo = (parse([SAMPLES / name]) for name in ("jekyll", "hugo"))
    assert (jekyll.title, jekyll.language) == ("Gridledger", "en")
    assert jekyll.home_url == "https://gridledger.example/blog/"
    assert (hugo.title, hugo.home_url, hugo.language) == (
        "Perigee",
        "https://perigee.example/",
        "en-gb",
    )


def test_a_site_of_which_nothing_is_known():
    found = parse([SAMPLES / "plain"])
    assert (found.title, found.home_url, found.language) == ("", "", "")


def test_machinery_papers_and_lists_are_no_stories():
    assert set(sample("jekyll")) == {
        "half-a-thought.md",
        "2026-03-05-The-meter-that-lied.md",
        "2026-03-06-the-sequel.md",
        "2026-03-07-as-html.html",
    }
    assert set(sample("hugo")) == {"index.md", "json.md", "uebung.de.md"}


def test_a_story_of_jekyll_whole():
    story = sample("jekyll")["2026-03-05-The-meter-that-lied.md"]
    assert story.external_id == "_posts/2026-03-05-The-meter-that-lied.md"
    assert (story.headline, story.status) == ("The meter that lied: a story", "published")
    assert story.dek == "What <strong>one</strong> meter said."
    assert story.published_at == datetime(2026, 3, 5, 8, 30, tzinfo=UTC)
    assert story.authors == ("Ingrid Vale",)
    assert (story.topic, story.tags) == ("Energy", ("Billing", "meters", "Open Data"))
    assert (story.images, story.lead_alt, story.lead_caption) == (
        ("/assets/meter.jpg",),
        "A meter",
        "Too fast",
    )


def test_a_story_of_hugo_whole():
    story = sample("hugo")["index.md"]
    assert (story.headline, story.slug, story.status) == ("Two grids", "two-grids", "draft")
    assert story.dek == "One is not enough."
    assert story.published_at == datetime(2026, 2, 1, 8, tzinfo=UTC)
    assert (story.topic, story.tags) == ("Space", ("Power", "Grids", "orbit"))
    assert (story.authors, story.images) == (("Ola Brandt",), ("cover.webp",))
    assert story.lead_alt == "Two of them"
    assert story.old_paths == ("/grids/", "/old/grids.html")


def test_front_matter_in_json():
    story = sample("hugo")["json.md"]
    assert (story.headline, story.slug, story.topic) == ("In JSON", "json-story", "Space")
    assert story.address == "https://perigee.example/posts/json/"
    assert story.body == "<p>Its text.</p>"


def test_a_translation_is_told_by_its_files_name():
    story = sample("hugo")["uebung.de.md"]
    assert (story.language, story.slug) == ("de", "uebung")


def test_lines_of_pelican():
    story = sample("pelican")["meters.md"]
    assert (story.headline, story.slug, story.topic) == (
        "Meters: all of them",
        "all-meters",
        "Energy",
    )
    assert story.tags == ("smart meters", "billing")
    assert story.authors == ("Ingrid Vale", "Ola Brandt")
    assert (story.status, story.dek) == ("private", "They count.")


def test_a_file_in_an_old_encoding():
    story = sample("pelican")["latin1.md"]
    assert (story.headline, story.body) == ("Café", "<p>Un café.</p>")
    assert (story.published_at, story.date_text) == (None, "someday")


def test_without_front_matter_the_first_heading_is_the_title():
    story = sample("plain")["notes.md"]
    assert (story.headline, story.status) == ("Notes on meters", "")
    assert story.body == "<p>They count.</p>\n<script>alert(1)</script>"


def test_without_a_heading_the_files_name_is_title_and_date():
    story = sample("plain")["2026-04-01-no-heading-at-all.md"]
    assert (story.headline, story.slug) == ("No heading at all", "no-heading-at-all")
    assert (story.published_at, story.date_text) == (datetime(2026, 4, 1, tzinfo=UTC), "2026-04-01")


def test_rules_around_a_text_are_no_front_matter():
    assert sample("plain")["rules.md"].body.startswith("<hr />\n<p>A rule, then text.</p>")


def test_one_broken_file_is_named_and_costs_the_others_nothing():
    found = sample("plain")
    failed = found["broken.md"]
    assert failed.item.endswith("plain/broken.md")
    assert failed.reason == (
        "its front matter is broken YAML in line 2: mapping values are not allowed here"
    )
    assert found["empty.md"].reason == "it is empty"
    assert sum(isinstance(each, Entry) for each in found.values()) == 3


def test_a_heading_that_repeats_the_title_goes():
    assert sample("jekyll")["2026-03-06-the-sequel.md"].body == "<p>Es geht weiter.</p>"


def test_html_with_front_matter_stays_html():
    assert sample("jekyll")["2026-03-07-as-html.html"].body == "<p>Kept *as* it is.</p>"


@pytest.mark.parametrize(
    ("front", "status", "said"),
    [
        ("draft: true", "draft", ""),
        ("draft: false", "published", ""),
        ("published: No", "draft", ""),
        ("published: 2026-01-02", "published", ""),
        ("status: Draft", "draft", ""),
        ("status: private", "private", ""),
        ("status: ripe", "draft", "“ripe” is unknown"),
        ("unlisted: true", "private", "kept out of the lists"),
        ("expiryDate: 2020-01-01", "private", "expired"),
        ("password: 123", "private", "behind a password"),
    ],
)
def test_statuses(tmp_path, front, status, said):
    story = read(tmp_path, f"---\ntitle: T\n{front}\n---\nText.")
    assert story.status == status
    assert said in " ".join(story.notes)


def test_what_lies_among_the_drafts_is_one():
    assert sample("jekyll")["half-a-thought.md"].status == "draft"


@pytest.mark.parametrize(
    ("front", "moment"),
    [
        ("date: 2022-06-06", datetime(2022, 6, 6, tzinfo=UTC)),
        ("date: 2022-06-06 10:00:00", datetime(2022, 6, 6, 10, tzinfo=UTC)),
        ("date: 2022-06-06 10:00:00 +0530", datetime(2022, 6, 6, 4, 30, tzinfo=UTC)),
        ("date: 2022-06-06 10:00:00 -4", datetime(2022, 6, 6, 14, tzinfo=UTC)),
        ("date: '2022-06-06T10:00:00Z'", datetime(2022, 6, 6, 10, tzinfo=UTC)),
        ("date: [2022-06-06, 2022-07-07]", datetime(2022, 6, 6, tzinfo=UTC)),
        ("pubDate: Mon, 06 Jun 2022 10:00:00 GMT", datetime(2022, 6, 6, 10, tzinfo=UTC)),
        ("permalink: /2022/06/06/x/", datetime(2022, 6, 6, tzinfo=UTC)),
        ("date: soon", None),
    ],
)
def test_dates(tmp_path, front, moment):
    assert read(tmp_path, f"---\ntitle: T\n{front}\n---\nText.").published_at == moment


def test_a_date_that_cannot_be_read_gives_way_to_the_files_name(tmp_path):
    story = read(tmp_path, "---\ndate: 13/13/13\n---\nText.", "2026-01-02-x.md")
    assert story.published_at == datetime(2026, 1, 2, tzinfo=UTC)
    assert "“13/13/13” cannot be read; the one in the file's name taken" in story.notes[0]


@pytest.mark.parametrize(
    ("front", "topic", "tags"),
    [
        ("tags: [a b, c]", "", ("a b", "c")),
        ("tags: a b", "", ("a", "b")),
        ("tags: a b, c", "", ("a b", "c")),
        ("tag: a b\ncategory: D e", "D e", ("a b",)),
        ("categories:\n- - A\n  - B\n- C", "A", ("B", "C")),
        ("categories: A\ntags: [a, x]", "A", ("x",)),
        ("tags:\n- name: A\n- label: B", "", ("A", "B")),
        ("tags: null\nkeywords: 007, no", "", ("007", "no")),
        ("section: News", "News", ()),
    ],
)
def test_topics_and_tags(tmp_path, front, topic, tags):
    story = read(tmp_path, f"---\n{front}\n---\nText.")
    assert (story.topic, story.tags) == (topic, tags)


@pytest.mark.parametrize(
    ("front", "authors"),
    [
        ("author: Vale, Ingrid", ("Vale, Ingrid",)),
        ("authors: Ingrid Vale, Ola Brandt", ("Ingrid Vale", "Ola Brandt")),
        ("authors: [A, {name: B}, {title: C}]", ("A", "B", "C")),
        ("author:\n  - A\n  - A", ("A",)),
        ("byline: A", ("A",)),
        ("author: {twitter: x}", ()),
    ],
)
def test_authors(tmp_path, front, authors):
    assert read(tmp_path, f"---\n{front}\n---\nText.").authors == authors


@pytest.mark.parametrize(
    ("front", "image", "alt"),
    [
        ("image: /a.jpg\nimage_alt: A", "/a.jpg", "A"),
        ("cover: {image: a.png, alt: A}", "a.png", "A"),
        ("featuredImage: https://x.example/1", "https://x.example/1", ""),
        ("image: {url: /a.jpg}\nimages: [/b.jpg]", "/a.jpg", ""),
        ("header: {teaser: a.webp}\ncover: true", "a.webp", ""),
        ("images:\n- src: a.gif\n  alt: A", "a.gif", "A"),
    ],
)
def test_pictures(tmp_path, front, image, alt):
    story = read(tmp_path, f"---\n{front}\n---\nText.")
    assert (story.images[0], story.lead_alt) == (image, alt)


def test_zolas_extra_fields(tmp_path):
    front = 'title = "T"\npath = "2024/02/06/t"\n[taxonomies]\ntags = ["a"]\n[extra]\nauthor = "A"'
    story = read(tmp_path, f"+++\n{front}\n+++\nText.")
    assert (story.tags, story.authors, story.old_paths) == (("a",), ("A",), ("/2024/02/06/t",))


def test_ids_are_paths_below_the_root_whatever_was_named(tmp_path):
    file = tmp_path / "a" / "_posts" / "x.md"
    file.parent.mkdir(parents=True)
    file.write_text("Text.")
    (tmp_path / "_config.yml").write_text("title: S")
    for given in (tmp_path, file.parent, file):
        assert [each.external_id for each in parse([given]).entries] == ["a/_posts/x.md"]
    (found,) = parse([file], root=tmp_path / "a").entries
    assert found.external_id == "_posts/x.md"


def test_a_file_named_twice_is_read_once(tmp_path):
    (tmp_path / "x.md").write_text("Text.")
    assert len(list(parse([tmp_path, tmp_path / "x.md"]).entries)) == 1


def test_a_folder_without_markdown_is_unreadable(tmp_path):
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    with pytest.raises(Unreadable, match="no Markdown file"):
        parse([tmp_path])


def test_what_is_not_there_is_named(tmp_path):
    assert stories(tmp_path / "gone.md")["gone.md"].reason == "there is no such file"


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.md").write_text("Secret.")
    (tmp_path / "in" / "x.md").symlink_to(tmp_path / "secret.md")
    (tmp_path / "in" / "folder").symlink_to(tmp_path)
    found = stories(tmp_path / "in")
    assert found["x.md"].reason.startswith("it is a symbolic link")
    assert len(found) == 1


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "x.md")
    assert stories(tmp_path)["x.md"].reason == "it is no ordinary file"


def test_other_formats_are_named_as_such(tmp_path):
    (tmp_path / "x.rst").write_text("Title\n=====")
    assert "reStructuredText" in stories(tmp_path / "x.rst")["x.rst"].reason


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"\x00\x01\x02binary\x00", "it is no text"),
        (b"---\na: [\n---\n", "broken YAML in line 3"),
        (b"\n\n+++\na = \n+++\n", "broken TOML"),
        (b'{"a": 1,}\ntext', "broken JSON"),
        (b"---\na: " + b"[" * 5000 + b"\n---\n", "nested more than"),
        (b"---\na: &a x\nb: [" + b"*a, " * 100 + b"]\n---\n", "more than 20 aliases"),
        (b"---\na: &a [*a]\n---\nText.", "broken YAML"),
        (b"---\n" + b"# x\n" * 40_000 + b"---\n", "more than 100,000 characters"),
        (b"+++\na." + b"a." * 40_000 + b"a = 1\n+++\n", "absurdly many parts"),
        (b"x" * 1_000_001, "1,000,001 characters"),
        (b"[" * 60_000, "brackets"),
        (b"x" * 8_000_001, "more than 8 MB"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_what_cannot_be_read_fails_with_its_reason(tmp_path, text, said):
    failed = read(tmp_path, text)
    assert isinstance(failed, Failed)
    assert said in failed.reason
    assert failed.item.endswith("story.md")


def test_objects_of_other_languages_in_yaml_are_only_their_texts(tmp_path):
    front = "title: !!python/object/apply:os.system [echo]\nauthor: !ruby/object:User {name: A}"
    story = read(tmp_path, f"---\n{front}\n---\nText.")
    assert (story.headline, story.authors) == ("echo", ("A",))


def test_a_name_that_is_no_utf_8(tmp_path):
    path = os.fsencode(tmp_path) + b"/caf\xe9.md"
    with open(path, "wb") as file:
        file.write(b"Text.")
    (found,) = parse([tmp_path]).entries
    assert found.external_id == "caf\ufffd.md"
    assert repr(found).encode()
