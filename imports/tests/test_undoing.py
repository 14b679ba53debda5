from typing import Any

import pytest
from django.core.management import CommandError, call_command

from articles.models import Article, Author, LegacyPath, Tag, Topic
from articles.tests import newsroom
from imports.models import Item, Run
from imports.storing import Destination, store
from imports.tests.test_storing import entry
from imports.undoing import undo

pytestmark = pytest.mark.django_db


def imported(*entries: Any, **fields: Any) -> Run:
    run = Run.objects.create(command="test")
    list(store(entries, Destination(source=newsroom.source(), run=run, **fields)))
    run.save()
    return run


def test_what_a_run_made_is_gone_with_all_that_came_along() -> None:
    run = imported(entry(topic="Harbours", old_paths=("/2019/harbours/",), status="published"))
    assert Article.objects.published().exists()
    assert undo(run).removed == 1
    for model in (Article, Author, Tag, Topic, LegacyPath, Item):
        assert not model.objects.exists(), model


def test_what_a_run_changed_is_as_it_was() -> None:
    imported(entry())
    before = Article.objects.values().get()
    assert undo(imported(entry(headline="Another headline"))).restored == 1
    after = Article.objects.values().get()
    assert after | {"updated_at": 0} == before | {"updated_at": 0}


def test_after_an_undo_the_same_import_does_the_same_again() -> None:
    imported(entry())
    undo(imported(entry(headline="Another headline")))
    imported(entry(headline="Another headline"))
    assert Article.objects.get().headline == "Another headline"


def test_what_an_editor_touched_is_kept_and_named() -> None:
    run = imported(entry(1), entry(2))
    touched = Article.objects.get(slug="story-number-1")
    touched.tags.add("by-hand")
    undone = undo(run)
    assert (undone.removed, Article.objects.get()) == (1, touched)
    assert touched.number in undone.kept[0]


def test_topics_and_authors_in_use_elsewhere_stay() -> None:
    run = imported(entry(topic="Harbours"))
    newsroom.story(topic=Topic.objects.get(slug="harbours"))
    undo(run)
    assert Topic.objects.filter(slug="harbours").exists()
    assert not Author.objects.exists()


def test_a_later_run_is_undone_first() -> None:
    first = imported(entry())
    second = imported(entry(headline="Another headline"))
    assert len(undo(first).kept) == 1
    assert undo(second).restored == 1


def test_the_command_says_what_it_did() -> None:
    run = imported(entry())
    call_command("undo_import", run.pk, "--dry-run")
    assert Article.objects.exists()
    call_command("undo_import", run.pk)
    assert not Article.objects.exists()
    with pytest.raises(CommandError, match="undone already"):
        call_command("undo_import", run.pk)


def test_an_unknown_run_is_refused_by_name() -> None:
    with pytest.raises(CommandError, match="no run 99") as caught:
        call_command("undo_import", 99)
    assert caught.value.returncode == 2
