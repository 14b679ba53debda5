"""Out and in again: not a byte is lost, on either engine."""

import io
import json
import os
import random
from pathlib import Path

import pytest
import yaml
from django.apps import apps
from django.conf import settings as site_settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Sum

from articles.models import Article, ArticleRevision, Asset, Topic
from articles.models.revision import Kind
from articles.tests import newsroom
from imports.models import Item, Run, Sketch
from imports.undoing import undo
from newssite.tests.transferring import (
    change_rows,
    export,
    exported_and_gone,
    make_site,
    restore,
    row_of,
    tree,
)
from newssite.transfer import stories
from newssite.transfer.tables import LEFT_OUT, exported, lists, own
from sponsors.models import Creative, Decisions, Delivery, Flight, PageStat, Salt, Seen, SlotStat

pytestmark = pytest.mark.django_db

CORPUS = Path(os.environ.get("IMPORT_CORPUS") or site_settings.BASE_DIR.parent / "shared" / "data")
needs_corpus = pytest.mark.skipif(
    not (CORPUS / "manifest.json").is_file(),
    reason="needs real exports: set IMPORT_CORPUS to a folder with a manifest.json",
)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()


@pytest.fixture
def out(settings, tmp_path):
    """Export what a function makes, and empty the site: the folder of the export."""
    return lambda make=make_site: exported_and_gone(make, tmp_path / "out", settings)


@pytest.fixture
def moved(out):
    """The same, and import it again."""

    def move(make=make_site):
        folder = out(make)
        restore(folder)
        return folder

    return move


def demo():
    call_command("demo", stdout=io.StringIO())


def read_feed(name="benchwork.rss"):
    """What import_feeds says of one of our samples."""
    out = io.StringIO()
    call_command("import_feeds", str(site_settings.BASE_DIR / "samples/feeds" / name), stdout=out)
    return out.getvalue()


def test_every_table_is_exported_or_left_out_with_a_reason():
    joins = {each.through for model in exported() for each in lists(model)}
    for name in ("articles", "imports", "outbound", "sponsors"):
        for model in apps.get_app_config(name).get_models(include_auto_created=True):
            is_covered = model in exported() or model in joins or LEFT_OUT.get(model._meta.label)
            assert is_covered, f"{model._meta.label} is neither exported nor left out with a reason"


def test_only_tables_that_are_there_are_left_out():
    assert LEFT_OUT.keys() <= {model._meta.label for model in own()}


def test_what_is_exported_points_at_nothing_that_is_not():
    known = {*exported(), get_user_model()}
    for model in exported():
        fields = [field for field in model._meta.concrete_fields if field.is_relation]
        assert {field.related_model for field in fields} <= known, model._meta.label
        assert not model._meta.parents
        assert not any(field.name == "table" for field in model._meta.get_fields())


def test_a_table_comes_after_those_it_needs():
    order = {model: place for place, model in enumerate(exported())}
    for model in order:
        for field in model._meta.concrete_fields:
            if field.related_model in order:
                assert order[field.related_model] <= order[model]


@pytest.mark.parametrize("make", [make_site, demo, lambda: None], ids=["odd", "demo", "empty"])
def test_a_site_comes_back_to_the_byte(make, moved, tmp_path):
    assert tree(moved(make)) == tree(export(tmp_path / "again"))


@needs_corpus
@pytest.mark.parametrize(
    "given",
    [
        ("import_wordpress", "wxr/theme-unit-test.xml"),
        ("import_wordpress", "wxr/utf-8-challenges.xml"),
        ("import_ghost", "ghost/ghost-6-small-site.json"),
        ("import_feeds", "feeds/al-monitor-duplicate-guids.xml", "feeds/bbc-urdu-rtl.xml"),
    ],
    ids=lambda given: given[1],
)
def test_what_was_imported_and_edited_comes_back_to_the_byte(given, moved, tmp_path):
    def make():
        command, *files = given
        call_command(command, *(str(CORPUS / file) for file in files), stdout=io.StringIO())
        make_site()
        for article in random.Random(7).sample(list(Article.objects.order_by("pk")), 5):
            ArticleRevision.keep(article, Kind.SAVE)
            article.body += "<h2>Added</h2><p>By an editor.</p>"
            article.save()

    assert tree(moved(make)) == tree(export(tmp_path / "again"))


def test_two_exports_are_the_same(tmp_path):
    make_site()
    assert tree(export(tmp_path / "one")) == tree(export(tmp_path / "two"))


@pytest.mark.django_db(transaction=True)
def test_numbers_are_kept_and_new_ones_go_on_from_there(tmp_path):
    newsroom.stories(3)
    last = newsroom.story("The last one")
    Article.objects.exclude(pk=last.pk).delete()
    folder = export(tmp_path / "out")
    call_command("flush", interactive=False, verbosity=0)  # which lets PostgreSQL count from 1
    restore(folder)
    assert Article.objects.get().number == last.number
    assert newsroom.story("A new one").pk > last.pk
    assert newsroom.topic("later").pk > Topic.objects.order_by("pk")[0].pk


def test_people_come_as_names_that_cannot_log_in(moved):
    moved()
    ruth = ArticleRevision.objects.get().author
    assert (ruth.username, ruth.is_active, ruth.is_staff) == ("ruth", False, False)
    assert not ruth.has_usable_password()


def test_an_account_that_is_here_already_is_taken(out):
    folder = out()
    here = get_user_model()._default_manager.create(username="ruth", is_staff=True)
    restore(folder)
    assert ArticleRevision.objects.get().author == here
    here.refresh_from_db()
    assert here.is_staff and here.is_active


def test_an_approval_still_stands(moved):
    moved()
    assert Creative.objects.get().withheld() == ""


def test_what_was_counted_and_billed_comes_along(moved):
    moved()
    sums = SlotStat.objects.aggregate(views=Sum("views"), spent=Sum("spend_micro"))
    assert sums == {"views": 1000, "spent": 8_000_000}
    assert Delivery.objects.values_list("views", "billed_units", "spend_micro").get() == (
        *(1000, 900),
        7_200_000,
    )
    assert PageStat.objects.get().views == 1000
    assert Decisions.objects.count() == 2


def test_terms_that_were_billed_stay_frozen(moved):
    moved()
    with pytest.raises(ValidationError, match="billed by this already"):
        Flight.objects.update(price_micro=1)


def test_what_tells_readers_apart_is_never_exported(moved):
    text = (moved() / "site.jsonl").read_text()
    assert "4611686018427387904" not in text and "sponsors.Sal" not in text
    assert not Salt.objects.exists() and not Seen.objects.exists()


def test_pictures_come_along_with_their_copies(moved):
    moved()
    asset = Asset.objects.get()
    assert asset.file.storage.exists(asset.file.name)
    assert asset.file.storage.exists(asset.copy_name(720))


def test_an_import_can_still_be_undone(moved):
    moved(read_feed)
    assert undo(Run.objects.get()).removed == 7
    assert not Article.objects.exists()


def test_feeds_find_their_stories_again(moved):
    moved(read_feed)
    assert "created=0 updated=0 unchanged=7" in read_feed()


def test_sketches_are_made_anew(moved):
    before = []

    def make():
        read_feed()
        before.extend(Sketch.objects.order_by("pk").values())

    moved(make)
    assert list(Sketch.objects.order_by("pk").values()) == before != []


def test_what_an_earlier_release_did_not_have_takes_its_default(out):
    folder = out()
    change_rows(folder, lambda rows: row_of(rows, "imports.Item").pop("notes") and None)
    restore(folder)
    assert Item.objects.get().notes == []


def test_a_dry_run_leaves_nothing(out, settings):
    assert restore(out(), dry_run=True).endswith("failed=0 (dry run: undone)")
    assert not any(model._base_manager.exists() for model in exported())
    assert not get_user_model()._default_manager.exists()
    assert not tree(settings.MEDIA_ROOT)


def test_a_file_that_a_killed_run_left_is_mended(out, settings):
    folder = out()
    whole = next((folder / "media").rglob("*-720.webp"))
    half = settings.MEDIA_ROOT / whole.relative_to(folder / "media")
    half.parent.mkdir(parents=True)
    half.write_bytes(b"half")
    restore(folder)
    assert half.read_bytes() == whole.read_bytes()


def test_a_lost_picture_is_named_and_the_rest_is_exported(tmp_path):
    make_site()
    lost = Asset.objects.get().copy_name(720)
    Asset.objects.get().file.storage.delete(lost)
    err = io.StringIO()
    with pytest.raises(CommandError, match="the rest was exported") as told:
        call_command("export_site", tmp_path / "out", stdout=io.StringIO(), stderr=err)
    assert told.value.returncode == 3
    assert lost in err.getvalue()
    for model in reversed(exported()):
        model._base_manager.all().delete()
    assert "created=" in restore(tmp_path / "out")


def test_an_export_never_overwrites(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter").touch()
    with pytest.raises(CommandError, match="exists: name a folder that does not"):
        call_command("export_site", tmp_path / "out")


def test_an_export_is_for_its_owner_alone(tmp_path):
    assert export(tmp_path / "out").stat().st_mode & 0o777 == 0o700


def test_an_export_holds_no_account_and_no_session(client, tmp_path):
    lead = make_site()
    user = get_user_model()._default_manager.get(username="ruth")
    user.email = "ruth@private.example"
    user.set_password("correct horse")
    user.save()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    text = (export(tmp_path / "out") / "site.jsonl").read_text()
    assert user.password not in text and "private.example" not in text
    assert client.session.session_key not in text
    assert lead.headline in text


def test_a_story_is_a_file_that_other_programs_read(tmp_path):
    lead = make_site()
    text = (export(tmp_path / "out") / str(stories.path_of(lead))).read_text()
    _, front, body = text.split("---\n", 2)
    fields = yaml.safe_load(front)
    assert (fields["title"], fields["number"]) == (lead.headline, lead.number)
    assert fields["tags"] == ["Grid", "électricité"]
    assert fields["authors"] == ["Ada Falk", "Ines Kowal"]
    assert fields["aliases"] == ["/2019/lead/?p=7"]
    assert body.strip() == lead.body


def test_drafts_and_withdrawn_stories_say_that_they_are(tmp_path):
    make_site()
    folder = export(tmp_path / "out")
    (draft,) = (folder / "stories" / "drafts").iterdir()
    withdrawn = folder / "stories" / "energy" / "not-what-it-seemed.md"
    assert "\ndraft: true\n" in draft.read_text()
    assert "\ndraft: true\n" in withdrawn.read_text()


def test_a_slug_too_long_for_a_file_gets_its_number(tmp_path):
    article = newsroom.draft("字" * 80)
    path = export(tmp_path / "out") / str(stories.path_of(article))
    assert path.is_file() and path.stem.endswith(article.number)


def test_ordinary_json_lines_come_in_as_before(tmp_path):
    file = tmp_path / "stories.jsonl"
    file.write_text(json.dumps({"title": "A headline of theirs", "body": "<p>Text.</p>"}))
    assert "created=1" in restore(file)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite has one writer")
@pytest.mark.django_db(transaction=True)
def test_an_export_lets_others_write_meanwhile():
    from newssite.transfer.writing import _one_moment

    usual = connection.transaction_mode
    with _one_moment():
        assert connection.transaction_mode is None
    assert connection.transaction_mode == usual
