"""What a sponsor's box costs a page: `.venv/bin/python -m benchmarks.placement`, see README.md."""

import argparse
import gc
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.pages import _set_up
from benchmarks.servers import free_ports

if TYPE_CHECKING:
    from django.http import HttpRequest

    from articles.models import Article

MOST = 100  # microseconds that a page may take more with its placements than without
WARM = 200  # renderings before the first that is measured
BOOKED = (0, 1, 50)  # flights that may all be shown
TAGS = '{% placement "article_mid" topics page=1 %}{% placement "article_end" topics page=1 %}'


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.placement", description=__doc__)
    parser.add_argument("--renders", type=int, default=2_000, help="of each kind (2,000)")
    options = parser.parse_args()
    if options.renders < 1:
        parser.error(f"--renders {options.renders}: give 1 or more")
    with tempfile.TemporaryDirectory(prefix="newssite-placement-") as folder:
        _set_up(Path(folder), free_ports(1)[0])
        print(f"\n{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, load {os.getloadavg()[0]:.1f}")
        stories = _publish(is_sponsor_free=False), _publish(is_sponsor_free=True)
        are_met = [_compare(*stories, booked, options.renders) for booked in BOOKED]
        print(f"load {os.getloadavg()[0]:.1f} after")
    return 0 if all(are_met) else 1


def _publish(*, is_sponsor_free: bool) -> "Article":
    from articles.tests.newsroom import author, picture, source, story, topic, verification
    from sponsors.tests.prose import LONG

    author()
    return story(
        "A story with everything",
        topic=topic(),
        body=LONG * 3,
        source=source(),
        source_url="https://gridledger.example/everything",
        lead=picture(),
        lead_alt="A mast.",
        verification=verification(),
        authors=["Ines Kowal"],
        is_sponsor_free=is_sponsor_free,
    )


def _compare(article: "Article", free: "Article", booked: int, renders: int) -> bool:
    """The two placements of an article with this many flights booked, against none of them.

    Measured as the tags alone, in a template of nothing else, and as the article's whole page,
    where other work on the machine moves the figure more than the placements do.
    """
    from sponsors import counting, snapshot

    _book(booked)
    snapshot.refresh()
    bare, tags = _template(""), _template(TAGS)
    alone, without = _in_turns(lambda: tags(article), lambda: bare(article), renders)
    page, plain = _in_turns(_page(article), _page(free), max(renders // 5, 1))
    counting.flush()
    more = alone - without
    print(
        f"{booked:3} flights: placements {more:6.1f} µs (goal ≤ {MOST}); whole page "
        f"{page:8.0f} µs with, {plain:8.0f} without, {page - plain:+6.0f}",
        flush=True,
    )
    return more <= MOST


def _in_turns(one: Callable[[], Any], other: Callable[[], Any], times: int) -> tuple[float, float]:
    """The median microseconds of processor time that each takes, called in turns."""
    took: tuple[list[int], list[int]] = ([], [])
    gc.collect()
    for number in range(times + WARM):
        for call, list_ in zip((one, other), took, strict=True):
            start = time.thread_time_ns()
            call()
            if number >= WARM:
                list_.append(time.thread_time_ns() - start)
    return median(took[0]) / 1000, median(took[1]) / 1000


def _template(text: str) -> Callable[["Article"], str]:
    from django.template import RequestContext, Template

    template = Template("{% load placements %}" + text)
    return lambda article: template.render(
        RequestContext(_request(article), {"topics": [article.topic]})
    )


def _page(article: "Article") -> Callable[[], None]:
    """The article's page by its own view."""
    from articles.views.article import article_detail

    topic = article.topic
    assert topic

    def render() -> None:
        response = article_detail(_request(article), topic.slug, article.slug)
        assert response.status_code == 200

    return render


def _request(article: "Article") -> "HttpRequest":
    from django.contrib.auth.models import AnonymousUser
    from django.test import RequestFactory

    request = RequestFactory().get(article.get_absolute_url())
    request.user = AnonymousUser()
    return request


def _book(count: int) -> None:
    """So many flights that are sold by the view and due, half of them in each placement."""
    from django.utils import timezone

    from sponsors.models import Flight, Kind
    from sponsors.tests.sales import book

    for number in range(Flight.objects.count(), count):
        book(
            (("article_mid", "article_end")[number % 2], None),
            name=f"flight {number}",
            kind=Kind.CPM,
            price_micro=20_000_000,
            goal=30_000,
            starts_at=timezone.now() - timedelta(days=15),
            ends_at=timezone.now() + timedelta(days=15),
        )


if __name__ == "__main__":
    sys.exit(main())
