from datetime import UTC, datetime
from typing import Any

import pytest

from articles.models import Article, Source
from articles.tests import newsroom
from imports.entry import Entry, Unreadable
from imports.models import Item, Run
from imports.report import Tally
from imports.storing import BATCH, Destination, store

pytestmark = pytest.mark.django_db
MOMENT = datetime(2026, 6, 15, 7, 40, tzinfo=UTC)


def entry(number: int = 1, **fields: Any) -> Entry:
    defaults = {
        "external_id": f"tag:gridledger.example,2026:{number}",
        "address": f"https://gridledger.example/story-{number}",
        "headline": f"Story number {number}",
        "dek": "What it says.",
        "body": "<p>One paragraph of text.</p>",
        "language": "en",
        "published_at": MOMENT,
        "authors": ("Ingrid Vale",),
        "tags": ("grid-storage", "open-data"),
    }
    return Entry(**(defaults | fields))


def run_of(*entries: Entry, **fields: Any) -> Tally:
    given = {"source": newsroom.source(), "run": Run.objects.create(command="test"), **fields}
    return sum(store(entries, Destination(**given)), Tally())


def test_an_entry_becomes_a_draft_with_its_provenance() -> None:
    assert str(run_of(entry())) == "created=1 updated=0 unchanged=0 skipped=0 failed=0"
    article = Article.objects.get()
    assert (article.status, article.topic, article.slug) == ("draft", None, "story-number-1")
    assert [author.name for author in article.authors.all()] == ["Ingrid Vale"]
    assert set(article.tags.names()) == {"grid-storage", "open-data"}
    item = article.items.get()
    assert (item.external_id, item.rights) == ("tag:gridledger.example,2026:1", "full")


def test_the_same_again_changes_nothing() -> None:
    run_of(entry(1), entry(2))
    before = list(Article.objects.values())
    assert run_of(entry(1), entry(2)).unchanged == 2
    assert list(Article.objects.values()) == before


def test_what_the_source_changes_is_changed_here() -> None:
    run_of(entry())
    assert run_of(entry(headline="Story number one, corrected")).updated == 1
    article = Article.objects.get()
    assert article.headline == "Story number one, corrected"
    assert article.slug == "story-number-1"


def test_an_editors_words_are_never_overwritten() -> None:
    run_of(entry())
    article = Article.objects.get()
    article.headline = "An editor’s headline"
    article.save()
    tally = run_of(entry(headline="The source’s new headline", dek="A new dek."))
    article.refresh_from_db()
    assert (article.headline, article.dek) == ("An editor’s headline", "A new dek.")
    assert tally.skipped == 1


def test_a_deleted_story_stays_deleted() -> None:
    run_of(entry())
    Article.objects.all().delete()
    assert run_of(entry(body="<p>Other words.</p>")).skipped == 1
    assert not Article.objects.exists()


def test_one_id_for_two_stories_makes_two() -> None:
    other = entry(2, external_id=entry(1).external_id)
    assert run_of(entry(1), other).created == 2
    assert run_of(entry(1), other).unchanged == 2


def test_an_entry_repeated_in_one_document_counts_once() -> None:
    tally = run_of(entry(), entry(), entry(body="<p>Later words.</p>"))
    assert (tally.created, tally.unchanged) == (1, 2)
    assert Article.objects.get().body == "<p>One paragraph of text.</p>"
    assert run_of(entry(), entry(body="<p>Later words.</p>")).unchanged == 2


def test_the_same_address_from_another_source_makes_no_second_story() -> None:
    run_of(entry())
    repeated = entry(external_id="other-id", address="http://www.gridledger.example/story-1/")
    assert run_of(repeated, source=newsroom.source("echo.example")).skipped == 1
    assert run_of(repeated, source=newsroom.source("echo.example")).unchanged == 1
    assert Article.objects.get().items.count() == 2


def test_a_link_blog_may_point_two_stories_at_one_address() -> None:
    first, second = entry(1), entry(2, address=entry(1).address)
    run_of(first)
    assert run_of(first, second).created == 1


def test_a_new_id_at_the_same_address_is_the_same_story() -> None:
    run_of(entry())
    assert run_of(entry(external_id="a-new-id")).skipped == 1


def test_published_stories_take_the_sources_moment_or_now() -> None:
    run_of(entry(1), entry(2, published_at=None), status="published", topic=newsroom.topic())
    dated, undated = Article.objects.order_by("pk")
    assert dated.published_at == MOMENT
    assert undated.published_at is not None
    assert undated.source_published_at is None


def test_a_story_dated_ahead_is_held_until_then() -> None:
    ahead = entry(published_at=datetime.now(UTC).replace(year=datetime.now(UTC).year + 1))
    run_of(ahead, status="published", topic=newsroom.topic())
    assert not Article.objects.published().exists()


def test_tone_is_counted_for_english_alone() -> None:
    run_of(
        entry(1, headline="A wonderful, happy success"),
        entry(2, headline="Ein wunderbarer Erfolg", language="de"),
    )
    english, german = Article.objects.order_by("pk")
    assert (english.sentiment, english.sentiment_origin) == ("positive", "automatic")
    assert (german.sentiment, german.sentiment_origin) == ("", "")


def test_an_editors_tone_survives_an_update() -> None:
    run_of(entry(headline="A wonderful, happy success"))
    Article.objects.update(sentiment="negative", sentiment_origin="editor")
    run_of(entry(headline="A wonderful, happy and great success"))
    assert Article.objects.get().sentiment == "negative"


def test_tags_and_authors_that_exist_are_used_in_any_case() -> None:
    newsroom.draft("By hand").tags.add("Open-Data")
    run_of(entry(1), entry(2))
    assert Article.objects.filter(tags__name="Open-Data").count() == 3
    assert Item.objects.count() == 2


def test_several_batches_agree_with_one() -> None:
    many = [entry(number) for number in range(BATCH * 2 + 5)]
    assert run_of(*many).created == len(many)
    assert run_of(*many).unchanged == len(many)
    assert Article.objects.values("slug").distinct().count() == len(many)


@pytest.mark.postgres  # SQLite checks no lengths
def test_an_entry_that_the_database_refuses_costs_the_others_nothing() -> None:
    tally = run_of(entry(1), entry(2, address="https://a.example/" + "x" * 3000), entry(3))
    assert (tally.created, tally.failed) == (2, 1)
    assert "database refused" in tally.faults[0].reason


def test_a_batch_costs_few_queries(django_assert_max_num_queries: Any) -> None:
    source, run = newsroom.source(), Run.objects.create(command="test")
    with django_assert_max_num_queries(60):
        list(store([entry(n) for n in range(BATCH)], Destination(source=source, run=run)))


def test_rights_are_those_of_the_moment_it_came() -> None:
    run_of(entry())
    Source.objects.update(rights="link")
    assert Item.objects.get().rights == "full"


def test_what_came_before_a_break_is_stored() -> None:
    def broken() -> Any:
        yield from [entry(1), entry(2)]
        raise Unreadable("It breaks off.")

    to = Destination(source=newsroom.source(), run=Run.objects.create(command="test"))
    with pytest.raises(Unreadable):
        list(store(broken(), to))
    assert Article.objects.count() == 2
