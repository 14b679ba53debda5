"""What a reader may see, and when: the promise that everything else rests on."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone
from hypothesis import given, settings, strategies as st

from articles.models import Article
from articles.models.article import Status
from articles.tests.newsroom import draft, scheduled, story, topic, withdrawn

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)

around_noon = st.integers(-2, 2).map(lambda ticks: NOON + ticks * TICK)
moments = st.none() | around_noon


def is_seen(article: Article, at: datetime | None = None) -> bool:
    return Article.objects.published(at).filter(pk=article.pk).exists()


def test_a_new_story_is_a_draft():
    assert Article().status == Status.DRAFT


def test_the_desk_knows_four_statuses():
    assert Status.values == ["draft", "in_review", "ready", "published"]


def test_a_draft_may_lack_everything_but_its_headline():
    article = Article(headline="Heat pumps in the north")
    article.full_clean()
    article.save()
    assert article.topic is None


@pytest.mark.parametrize("status", [Status.DRAFT, Status.IN_REVIEW, Status.READY])
def test_a_story_that_is_not_published_is_not_seen_whatever_its_moment(status):
    article = draft(topic=topic(), status=status, published_at=NOON)
    assert not is_seen(article, NOON + timedelta(days=1))


@pytest.mark.parametrize(("at", "seen"), [(NOON - TICK, False), (NOON, True), (NOON + TICK, True)])
def test_a_story_is_seen_from_its_moment_on(at, seen):
    article = draft(topic=topic())
    article.publish(at=NOON)
    assert is_seen(article, at) == seen


@pytest.mark.parametrize(("at", "seen"), [(NOON - TICK, True), (NOON, False), (NOON + TICK, False)])
def test_a_withdrawn_story_is_seen_until_its_moment(at, seen):
    article = draft(topic=topic())
    article.publish(at=NOON - timedelta(days=1))
    article.withdraw(at=NOON)
    assert is_seen(article, at) == seen


def test_without_a_moment_published_means_now(clock):
    article = draft(topic=topic())
    article.publish(at=NOON)
    clock(NOON - TICK)
    assert not is_seen(article)
    clock(NOON)
    assert is_seen(article)


def test_its_address_answers_from_the_same_moment_on(client, clock):
    article = draft(topic=topic())
    article.publish(at=NOON)
    clock(NOON - TICK)
    assert client.get(article.get_absolute_url()).status_code == 404
    clock(NOON)
    assert client.get(article.get_absolute_url()).status_code == 200


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(Status.values), moments, moments, around_noon)
def test_a_story_in_hand_knows_what_the_database_would_say(status, published, withdrawn, at):
    article = draft(topic=topic())
    if status == Status.PUBLISHED:
        published = published or NOON
    Article.objects.filter(pk=article.pk).update(
        status=status, published_at=published, withdrawn_at=withdrawn
    )
    assert Article.objects.get(pk=article.pk).is_public(at) == is_seen(article, at)


def test_publishing_takes_the_present_moment(clock):
    article = draft(topic=topic())
    clock(NOON)
    article.publish()
    assert (article.status, article.published_at) == (Status.PUBLISHED, NOON)


def test_publishing_keeps_a_moment_that_was_set_before():
    article = draft(topic=topic(), published_at=NOON)
    article.publish()
    assert article.published_at == NOON


def test_a_story_is_not_published_without_a_topic():
    with pytest.raises(ValidationError) as fault:
        draft().publish()
    assert "topic" in fault.value.message_dict


@pytest.mark.parametrize("missing", ["topic", "published_at"])
def test_the_database_refuses_a_published_story_without(missing):
    fields = {"topic": topic(), "published_at": NOON, missing: None}
    article = Article(headline="A way past the desk", status=Status.PUBLISHED, **fields)
    with pytest.raises(IntegrityError, match="article_published_has_topic_and_moment"):
        article.save()


@pytest.mark.parametrize("missing", ["topic", "published_at"])
def test_the_database_refuses_it_in_bulk_too(missing):
    fields = {"topic": topic(), "published_at": NOON, missing: None}
    article = Article(headline="Past", slug="past", status=Status.PUBLISHED, **fields)
    with pytest.raises(IntegrityError, match="article_published_has_topic_and_moment"):
        Article.objects.bulk_create([article])


@pytest.mark.parametrize("missing", ["topic", "published_at"])
def test_the_database_refuses_to_take_it_away_later(missing):
    article = story()
    with pytest.raises(IntegrityError, match="article_published_has_topic_and_moment"):
        Article.objects.filter(pk=article.pk).update(**{missing: None})


def test_the_database_refuses_a_status_that_the_desk_does_not_know():
    article = draft()
    with pytest.raises(IntegrityError, match="article_status_known"):
        Article.objects.filter(pk=article.pk).update(status="live")


@pytest.mark.parametrize("way_in", [Article.save, Article.clean])
def test_a_published_story_keeps_its_slug(way_in):
    article = story(slug="heat-pumps")
    article.slug = "heat-pumps-in-the-north"
    with pytest.raises(ValidationError) as fault:
        way_in(article)
    assert "slug" in fault.value.message_dict


@pytest.mark.parametrize("way_in", [Article.save, Article.clean])
def test_a_published_story_keeps_its_topic(way_in):
    article = story()
    article.topic = topic("space")
    with pytest.raises(ValidationError) as fault:
        way_in(article)
    assert "topic" in fault.value.message_dict


def test_a_published_story_keeps_its_address_when_it_is_read_anew():
    article = Article.objects.get(pk=story().pk)
    article.slug = "elsewhere"
    with pytest.raises(ValidationError):
        article.save()


def test_a_published_story_keeps_its_address_when_it_was_read_in_part():
    article = Article.objects.only("headline").get(pk=story().pk)
    article.slug = "elsewhere"
    with pytest.raises(ValidationError):
        article.save()


def test_a_story_that_somebody_else_published_keeps_its_address():
    article = draft(topic=topic())
    Article.objects.get(pk=article.pk).publish()
    article.refresh_from_db()
    article.slug = "elsewhere"
    with pytest.raises(ValidationError):
        article.save()


def test_a_published_story_may_be_reworded():
    article = story("Heat pumps in teh north")
    article.headline = "Heat pumps in the north"
    article.save()
    assert Article.objects.get().headline == "Heat pumps in the north"


@pytest.mark.parametrize("way_in", [Article.save, Article.clean])
@pytest.mark.parametrize("status", [Status.DRAFT, Status.IN_REVIEW, Status.READY])
def test_what_readers_have_seen_does_not_become_a_draft_again(status, way_in):
    article = story()
    article.status = status
    with pytest.raises(ValidationError) as fault:
        way_in(article)
    assert "status" in fault.value.message_dict


def test_a_scheduled_story_may_go_back_to_the_desk():
    article = scheduled()
    article.status = Status.DRAFT
    article.save()
    assert Article.objects.get().status == Status.DRAFT


def test_a_withdrawn_story_says_why_and_nothing_of_itself(client):
    article = withdrawn("Turbines fell over", dek="All of them.", slug="turbines-fell-over")
    response = client.get(article.get_absolute_url())
    page = response.content.decode().replace(article.get_absolute_url(), "")
    assert response.status_code == 410
    assert "The figures were not what they seemed." in page
    assert "Turbines" not in page and "All of them" not in page and "turbines-fell" not in page


def test_its_short_address_says_that_it_is_gone_too(client):
    assert client.get(f"/{withdrawn().number}").status_code == 410


def test_what_readers_never_saw_is_not_gone_but_unknown(client):
    article = scheduled()
    article.withdraw(note="Never mind.")
    assert client.get(article.get_absolute_url()).status_code == 404
    assert client.get(f"/{article.number}").status_code == 404


@pytest.mark.parametrize("status", [Status.DRAFT, Status.IN_REVIEW, Status.READY])
def test_only_what_is_published_can_be_withdrawn(status):
    article = draft(topic=topic(), status=status)
    with pytest.raises(ValidationError, match="Only what is published can be withdrawn"):
        article.withdraw()


def test_a_withdrawal_may_lie_ahead(client, clock):
    article = story()
    article.withdraw(at=timezone.now() + timedelta(hours=1))
    assert client.get(article.get_absolute_url()).status_code == 200
    clock(article.withdrawn_at)
    assert client.get(article.get_absolute_url()).status_code == 410


@pytest.mark.parametrize(
    ("make", "state"),
    [(draft, "draft"), (scheduled, "scheduled"), (story, "published"), (withdrawn, "withdrawn")],
)
def test_the_desk_is_told_what_follows_from_the_moments(make, state):
    assert make().state == state


def test_a_story_withdrawn_before_its_moment_is_not_scheduled():
    article = scheduled()
    article.withdraw()
    assert article.state == "withdrawn"
