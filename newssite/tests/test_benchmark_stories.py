from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction

from articles.models import Article, Author, Source, Tag, Topic
from articles.tests import newsroom
from benchmarks.stories import fill

pytestmark = pytest.mark.django_db

COUNT = 50
NEWEST = datetime(2026, 3, 1, 12, tzinfo=UTC)
PUBLIC = "headline", "slug", "dek", "body", "topic__slug", "source__slug", "published_at"


def filled(seed: int) -> list[tuple[Any, ...]]:
    """What a seed gives, in an empty newsroom that is empty again afterwards."""
    with transaction.atomic():
        fill(COUNT, seed=seed, newest=NEWEST)
        rows = Article.objects.order_by("slug").values_list(*PUBLIC, "tags__slug", "authors__slug")
        given = sorted(rows)
        transaction.set_rollback(True)
    return given


def test_the_same_seed_gives_the_same_stories() -> None:
    assert filled(seed=7) == filled(seed=7)


def test_another_seed_gives_other_stories() -> None:
    assert not set(filled(seed=7)) & set(filled(seed=8))


def test_every_story_is_valid_and_public() -> None:
    fill(COUNT, newest=NEWEST)
    stories = Article.objects.published(NEWEST)
    assert len(stories) == COUNT
    for story in stories:
        story.full_clean()


def test_saving_a_story_changes_nothing() -> None:
    fill(COUNT, newest=NEWEST)
    derived = "headline", "dek", "body", "slug", "headings", "word_count", "reading_minutes"
    before = list(Article.objects.order_by("pk").values_list(*derived))
    for story in Article.objects.all():
        story.save()
    assert list(Article.objects.order_by("pk").values_list(*derived)) == before


def test_stories_have_the_size_and_the_tags_that_were_asked_for() -> None:
    fill(COUNT, newest=NEWEST)
    for story in Article.objects.all():
        assert 200 <= story.word_count <= 1500
        assert story.headings
        assert story.tags.count() == 4
        assert story.authors.exists()


def test_the_newsroom_is_whole() -> None:
    fill(COUNT, newest=NEWEST)
    counts = [model.objects.count() for model in (Topic, Source, Author, Tag)]
    assert counts == [8, 6, 40, 200]


def test_a_newsroom_with_stories_is_refused() -> None:
    newsroom.story()
    with pytest.raises(ValueError, match="holds stories"):
        fill(COUNT)
    assert Article.objects.count() == 1
