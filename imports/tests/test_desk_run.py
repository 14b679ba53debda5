"""A run's report, and taking it back."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Article
from articles.tests import newsroom
from imports.models import Run
from imports.storing import Destination, store
from imports.tests.desk import allowed
from imports.tests.test_storing import entry

pytestmark = pytest.mark.django_db
RUNS = "/admin/imports/run/"


def imported(*entries: Any, **fields: Any) -> Run:
    run = Run.objects.create(command="import_feeds")
    for tally in store(entries, Destination(source=newsroom.source(), run=run, **fields)):
        run.created += tally.created
        run.updated += tally.updated
    run.save()
    return run


def report(client: Client, run: Run, page: int = 1) -> str:
    return client.get(f"{RUNS}{run.pk}/change/?p={page}").content.decode()


def undo(client: Client, run: Run) -> Any:
    return client.post(f"{RUNS}{run.pk}/undo/")


def test_a_report_names_what_failed_with_its_reason_and_its_raw_text(editor: Client) -> None:
    run = imported(entry())
    fault = {"where": "feed.xml", "item": "id-7", "reason": "no text", "raw": "<item>&amp;</item>"}
    Run.objects.update(failed=1, faults=[fault])
    text = report(editor, run)
    assert "no text" in text and "feed.xml, item id-7" in text
    assert "&lt;item&gt;&amp;amp;&lt;/item&gt;" in text


def test_a_report_says_how_many_failures_it_does_not_name(editor: Client) -> None:
    run = Run.objects.create(
        command="test", failed=1200, faults=[{"where": "", "item": "", "reason": "r", "raw": ""}]
    )
    assert "And 1199 more" in report(editor, run)


def test_a_report_counts_and_links_its_stories_with_what_was_left_out(editor: Client) -> None:
    imported(entry(1))
    run = imported(entry(1, headline="Another headline"), entry(2, notes=("2 pictures left out",)))
    text = report(editor, run)
    for article in Article.objects.all():
        assert f'/admin/articles/article/{article.pk}/change/">{article.number}</a>' in text
    assert "2 pictures left out" in text
    assert "<dt>created</dt><dd>1</dd>" in text and "<dt>updated</dt><dd>1</dd>" in text


def test_a_story_that_somebody_deleted_is_told(editor: Client) -> None:
    run = imported(entry())
    Article.objects.all().delete()
    assert "deleted by an editor" in report(editor, run)


def test_a_long_run_is_told_in_pages_at_one_price(editor: Client) -> None:
    costs = []
    for number in (3, 60):
        run = imported(*(entry(number * 100 + each) for each in range(number)))
        with CaptureQueriesContext(connection) as queries:
            first = report(editor, run)
        costs.append(len(queries))
    assert "1–50 of 60" in first and "51–60 of 60" in report(editor, run, 2)
    assert costs[0] == costs[1]


@pytest.mark.parametrize("page", ["0", "99", "x", "%00"])
def test_a_page_that_is_none_is_the_nearest(editor: Client, page: str) -> None:
    run = imported(entry())
    assert editor.get(f"{RUNS}{run.pk}/change/?p={page}").status_code == 200


def test_undoing_asks_first(editor: Client) -> None:
    run = imported(entry(1), entry(2))
    text = editor.get(f"{RUNS}{run.pk}/undo/").content.decode()
    assert "It made 2 stories" in text and "Yes, undo it" in text
    assert Article.objects.count() == 2 and Run.objects.get().undone_at is None


def test_undoing_takes_back_and_names_what_was_kept(editor: Client) -> None:
    run = imported(entry(1), entry(2))
    kept = Article.objects.get(slug="story-number-1")
    kept.tags.add("by-hand")
    text = undo(editor, run).content.decode()
    assert "1 story removed, 0 made" in text and f"{kept.number}, Story number 1: changed" in text
    assert Article.objects.get() == kept
    assert Run.objects.get().undone_at


def test_undoing_restores_what_was_changed(editor: Client) -> None:
    imported(entry())
    run = imported(entry(headline="Another headline"))
    assert "1 made what it was" in undo(editor, run).content.decode()
    assert Article.objects.get().headline == "Story number 1"


def test_undoing_warns_where_readers_will_miss_a_story(editor: Client) -> None:
    run = imported(entry(), status="published", topic=newsroom.topic())
    text = editor.get(f"{RUNS}{run.pk}/undo/").content.decode()
    assert "Readers see 1 of the stories" in text


def test_undoing_twice_does_nothing_more(editor: Client) -> None:
    run = imported(entry())
    undo(editor, run)
    done_at = Run.objects.get().undone_at
    imported(entry())
    assert "undone already" in undo(editor, run).content.decode()
    assert Article.objects.count() == 1 and Run.objects.get(pk=run.pk).undone_at == done_at
    assert "Undo this run" not in report(editor, run)


def test_those_who_may_not_delete_stories_are_refused(reporter: Client, reader: Client) -> None:
    run = imported(entry())
    some = allowed("view_run", "view_article", "change_article")
    for client in (reporter, some, allowed("delete_article")):
        assert client.get(f"{RUNS}{run.pk}/undo/").status_code == 403
        assert undo(client, run).status_code == 403
    assert undo(reader, run).status_code == 302
    assert "Undo this run" not in report(some, run)
    assert Article.objects.exists()


def test_the_permission_to_see_runs_shows_no_headlines() -> None:
    run = imported(entry())
    text = report(allowed("view_run"), run)
    assert "art-" in text and "Story number 1" not in text


def test_a_run_that_is_none_is_no_page(editor: Client) -> None:
    assert editor.get(f"{RUNS}999999/undo/").status_code == 404
    assert editor.put(f"{RUNS}1/undo/").status_code == 405


def test_a_list_of_runs_costs_the_same_for_three_and_for_thirty(editor: Client) -> None:
    costs = []
    for number in (3, 27):
        Run.objects.bulk_create(Run(command="import_feeds") for _ in range(number))
        with CaptureQueriesContext(connection) as queries:
            assert "running, or killed" in editor.get(RUNS).content.decode()
        costs.append(len(queries))
    assert costs[0] == costs[1]
