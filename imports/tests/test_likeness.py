"""Same story or not, measured on labelled pairs made of the demonstration's own stories."""

import random
import re
import sys
from datetime import timedelta
from itertools import combinations
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from articles.models import Article
from articles.tests import newsroom
from imports.clustering import cluster
from imports.formats.feed import parse
from imports.likeness import ALIKE, headline_key, likeness, sketch

WORDS = ["harbour", "copper", "ledger", "winter", "engine", "granite", "meadow", "signal", "kettle"]


def stories() -> list[str]:
    feeds = sorted((Path(settings.BASE_DIR) / "samples" / "feeds").glob("*"))
    return [e.body for feed in feeds for e in parse(feed.read_bytes()).entries if len(e.body) > 600]


def edited(body: str, share: float, seed: int) -> str:
    """The text with that share of its words replaced."""
    chance = random.Random(seed)
    return re.sub(
        r"(?<![<\w/&])\b[a-z]{3,}\b(?![^<]*>)",
        lambda word: chance.choice(WORDS) if chance.random() < share else word[0],
        body,
    )


def shortened(body: str) -> str:
    paragraphs = re.findall(r"<p>.*?</p>", body, re.S)
    return "".join(paragraphs[: max(2, len(paragraphs) * 2 // 3)])


def credited(body: str) -> str:
    return (
        f"<p>By our staff and agencies.</p>{body}<p>Subscribe for more stories like this one.</p>"
    )


def labelled() -> list[tuple[bool, str, str]]:
    """(same story, one text, the other text)"""
    bodies = stories()
    pairs = [(False, one, other) for one, other in combinations(bodies, 2)]
    for seed, body in enumerate(bodies):
        variants = [edited(body, 0.03, seed), edited(body, 0.08, seed), credited(body)]
        variants += [shortened(body), credited(edited(body, 0.05, seed))]
        pairs += [(True, body, variant) for variant in variants]
    return pairs


def test_pairs_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    judged = [(same, likeness(sketch(a), sketch(b)) >= ALIKE) for same, a, b in labelled()]
    hits = sum(same and found for same, found in judged)
    precision = hits / max(1, sum(found for _, found in judged))
    recall = hits / sum(same for same, _ in judged)
    with capsys.disabled():
        sys.stdout.write(
            f"\nnear-duplicates, {len(judged)} pairs: {precision=:.3f} {recall=:.3f}\n"
        )
    assert precision >= 0.99
    assert recall >= 0.95


def test_a_short_text_is_like_nothing() -> None:
    assert likeness(sketch("<p>Too short to say.</p>"), sketch("<p>Too short to say.</p>")) == 0


def test_a_headline_is_known_in_other_dress() -> None:
    assert headline_key("A Cable-Ship’s month, AT SEA!") == headline_key(
        "A cable ship’s month at sea"
    )
    assert headline_key("Weather") == ""


def told(source: str, hours: int, body: str, headline: str = "") -> Article:
    return newsroom.draft(
        headline,
        source=newsroom.source(source),
        body=body,
        source_published_at=timezone.now() - timedelta(hours=hours),
    )


@pytest.mark.django_db
def test_the_first_told_leads_and_the_others_follow() -> None:
    body = stories()[0]
    late = told("echo.example", 1, credited(body))
    first = told("gridledger.example", 5, body)
    other = told("perigee.example", 3, stories()[5])
    cluster([late, first, other], timezone.now())
    late.refresh_from_db()
    assert late.same_as == first
    assert Article.objects.filter(same_as=None).count() == 2


@pytest.mark.django_db
def test_a_story_that_comes_later_joins_the_cluster() -> None:
    body = stories()[0]
    first = told("gridledger.example", 5, body)
    cluster([first], timezone.now())
    for number, source in enumerate(["echo.example", "perigee.example"], 1):
        again = told(source, 5 - number, edited(body, 0.05, number))
        cluster([again], timezone.now())
        again.refresh_from_db()
        assert again.same_as == first


@pytest.mark.django_db
def test_one_source_does_not_follow_itself_and_old_stories_do_not_lead() -> None:
    body = stories()[0]
    cluster([told("gridledger.example", 24 * 30, body)], timezone.now())
    again = told("gridledger.example", 2, body)
    echo = told("echo.example", 24 * 9, body)
    cluster([echo], timezone.now())
    cluster([again], timezone.now())
    assert not Article.objects.exclude(same_as=None).exists()


@pytest.mark.django_db
def test_the_same_headline_is_enough() -> None:
    first = told("gridledger.example", 5, "<p>Short.</p>", "A cable ship spends a month at sea")
    echo = told("echo.example", 4, "<p>Brief.</p>", "A Cable Ship Spends a Month at Sea")
    cluster([first, echo], timezone.now())
    echo.refresh_from_db()
    assert echo.same_as == first
