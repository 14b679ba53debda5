"""An export that is not whole or not for here: a sentence, and nothing is stored."""

import io
import json
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import override_settings

from articles.models import Article, Asset
from newssite.tests.transferring import (
    change_rows,
    exported_and_gone,
    make_site,
    restore,
    row_of,
    tree,
)
from newssite.transfer.tables import exported

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def whole(tmp_path_factory, django_db_setup, django_db_blocker):
    """An export, made once; its site is gone."""
    folder = tmp_path_factory.mktemp("transfer")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=folder / "media"):
        (folder / "media").mkdir()
        return exported_and_gone(make_site, folder / "out", settings)


@pytest.fixture
def folder(whole, settings, tmp_path):
    """A copy of it to damage, beside an empty site."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    return Path(shutil.copytree(whole, tmp_path / "out"))


@pytest.fixture
def refused(settings):
    """Import, and return the sentence of the refusal once nothing is found to be stored."""

    def refuse(given, **options):
        with pytest.raises(CommandError) as told:
            call_command("import_jsonl", str(given), stdout=io.StringIO(), **options)
        assert not any(model._base_manager.exists() for model in exported())
        assert not get_user_model()._default_manager.exists()
        assert not tree(settings.MEDIA_ROOT)
        return str(told.value)

    return refuse


def put(table, /, **values):
    return lambda rows: row_of(rows, table).update(values)


def lose(table):
    return lambda rows: [row for row in rows if row is not row_of(rows, table)]


def twice(table):
    return lambda rows: [*rows, row_of(rows, table)]


DAMAGED = {
    "a row that is lost": (lose("articles.ArticleTag"), "holds 1 rows of articles.ArticleTag"),
    "a row too many": (twice("articles.Topic"), "UNIQUE|unique"),
    "a table of a later release": (put("articles.Tag", table="desk.Task"), 'no table "desk.Task"'),
    "a field of a later release": (put("articles.Tag", mood="blue"), "has no field “mood”"),
    "a word for a number": (put("articles.Article", topic="energy"), "“topic” cannot be"),
    "a truth for a number": (put("articles.Article", word_count=True), "“word_count” cannot be"),
    "a number that is too large": (put("articles.Tag", id=2**63), "“id” cannot be"),
    "authors that are no list": (put("articles.Article", authors=1), "“authors” is no list"),
    "an author of an absurd number": (put("articles.Article", authors=[2**70]), "line"),
    "a moment that is none": (put("articles.Source", created_at="soon"), "“created_at” cannot"),
    "a moment without a zone": (
        put("articles.Source", created_at="2026-01-01T00:00:00"),
        "names no time zone",
    ),
    "a text that is too long": (put("articles.Article", lead_alt="x" * 301), "“lead_alt” cannot"),
    "an address that runs code": (
        put("articles.Article", source_url="javascript:alert(1)"),
        "begins neither with http://",
    ),
    "a slug with a slash": (put("articles.Tag", slug="../a"), "“slug” cannot be"),
    "a null character": (put("articles.Source", about="a\0b"), "null character"),
    "nothing where something must be": (put("articles.Topic", name=None), "“name” is empty"),
    "a reference to nowhere": (
        put("articles.Article", source=999),
        "is articles.Source 999, which the export does not hold",
    ),
    "an author who is nowhere": (put("articles.Article", authors=[999]), "articles.Author 999"),
    "an unknown status": (put("articles.Article", status="secret"), "line"),
    "headings of a wrong shape": (put("articles.Article", headings=[1]), "the headings of"),
    "a file outside the folder": (put("articles.Asset", file="../../evil"), "no name of a stored"),
    "a picture that is not listed": (
        put("articles.Asset", file="assets/aa/other.webp"),
        "does not list assets/aa/other.webp",
    ),
    "a username that is none": (put("articles.ArticleRevision", author="a b"), "cannot be"),
    "a later version": (lambda rows: rows[0].update(version=2), "has version 2 of our format"),
    "a header without counts": (lambda rows: rows[0].pop("rows") and None, "the header, is dam"),
    "a lost header": (lambda rows: rows[1:], "the header, is damaged or missing"),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_changed_export_is_refused(folder, refused, kind):
    change, sentence = DAMAGED[kind]
    change_rows(folder, change)
    told = refused(folder)
    assert any(each in told for each in sentence.split("|")), told


@pytest.mark.parametrize("part", [0.01, 0.5, 0.999])
def test_a_file_that_is_cut_short_is_refused(folder, refused, part):
    file = folder / "site.jsonl"
    file.write_bytes(file.read_bytes()[: int(file.stat().st_size * part)])
    assert str(file) in refused(file)


def test_a_damaged_line_is_named(folder, refused):
    file = folder / "site.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    lines[6] = lines[6][:20] + b"\n"
    file.write_bytes(b"".join(lines))
    assert f"{file}, line 7: it is no row of a table" in refused(folder)


def test_a_picture_that_is_not_there_is_named(folder, refused):
    name = next(iter((folder / "media").rglob("*-720.webp")))
    name.unlink()
    assert str(name) in refused(folder)


def test_a_picture_that_is_spoiled_is_named(folder, refused):
    name = next(iter((folder / "media").rglob("*-720.webp")))
    name.write_bytes(b"spoiled")
    assert f"{name}: is not the file that was exported." in refused(folder)


def test_a_list_of_pictures_that_is_lost_or_damaged_is_named(folder, refused):
    (folder / "media.jsonl").write_text("[]\n")
    assert "media.jsonl, line 1: it is no line of a list of files." in refused(folder)
    (folder / "media.jsonl").unlink()
    assert "media.jsonl: No such file" in refused(folder)


def test_a_failure_while_pictures_are_stored_takes_them_back(folder, refused, settings):
    (settings.MEDIA_ROOT / "assets").touch()  # where a folder should be
    with pytest.raises(CommandError):
        call_command("import_jsonl", str(folder), stdout=io.StringIO())
    (settings.MEDIA_ROOT / "assets").unlink()
    assert not Article.objects.exists() and not tree(settings.MEDIA_ROOT)


def test_a_site_with_stories_is_left_alone(folder):
    restore(folder)
    before = list(Article.objects.order_by("pk").values())
    with pytest.raises(CommandError, match="not empty: it has 1 picture, 2 authors") as told:
        restore(folder)
    assert "5 stories" in str(told.value)
    assert list(Article.objects.order_by("pk").values()) == before
    assert Asset.objects.get().file.storage.exists(Asset.objects.get().file.name)


def test_somebody_elses_html_is_cleaned(folder):
    evil = '<p onclick="x()">Text<script>alert(1)</script></p>'
    change_rows(folder, put("articles.Article", body=evil))
    restore(folder)
    assert Article.objects.order_by("pk")[0].body == "<p>Text</p>"


@pytest.mark.parametrize("given", [b"", b"a letter", b'{"format": "other"}\n', b"PK\x03\x04"])
def test_a_foreign_file_is_refused(settings, tmp_path, given):
    (tmp_path / "other.jsonl").write_bytes(given)
    with pytest.raises(CommandError, match="Nothing could be imported"):
        restore(tmp_path / "other.jsonl")
    assert not Article.objects.exists()


def test_a_folder_without_an_export_is_refused(tmp_path):
    with pytest.raises(CommandError, match="Nothing could be imported"):
        restore(tmp_path)


@pytest.mark.parametrize("options", [{"limit": 3}, {"status": "draft"}, {"source": "a.example"}])
def test_a_whole_site_comes_as_it_is(folder, refused, options):
    assert "an export of a whole site comes whole" in refused(folder, **options)


def test_a_whole_site_comes_alone(folder, tmp_path):
    other = tmp_path / "stories.jsonl"
    other.write_text(json.dumps({"title": "Theirs", "body": "Text."}))
    with pytest.raises(CommandError, match="imported alone") as told:
        call_command("import_jsonl", str(folder), str(other), stdout=io.StringIO())
    assert told.value.returncode == 2
