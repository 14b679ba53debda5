"""Who is told of a feed that fails, and how often."""

from datetime import timedelta
from typing import Any

import pytest

from articles.tests import newsroom
from imports.models import Feed
from imports.tests.publishers import House, feed_text, leading_to, saying
from imports.tests.test_polling import DAY, MOMENT, feed_at, house, polled
from outbound.models import Outbox

__all__ = ["house"]  # the fixture
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _desk(settings: Any) -> None:
    settings.FETCH_ALLOW_PRIVATE = True
    settings.ALERT_EMAIL = ["desk@news.example"]


def failed(feed: Feed, times: int, since: Any = MOMENT) -> None:
    for number in range(times):
        polled(feed, at=since + number * timedelta(hours=1))


def subjects() -> list[str]:
    return list(Outbox.objects.order_by("pk").values_list("subject", flat=True))


def test_the_fifth_failure_in_a_row_is_told_once(house: House) -> None:
    feed = feed_at(house.play(saying(status=500)), title="Gridledger")
    failed(feed, 4)
    assert subjects() == []
    failed(feed, 3, MOMENT + DAY)
    assert subjects() == ["Feed fails: Gridledger"]
    letter = Outbox.objects.get()
    assert letter.address == "desk@news.example"
    assert "5 times in a row, since 2026-06-15 12:00 UTC" in letter.body
    assert feed.address in letter.body and "500" in letter.body
    assert f"/admin/imports/feed/{feed.pk}/change/" in letter.body


def test_recovery_is_told_once_and_the_next_outage_anew(house: House) -> None:
    feed = feed_at(house.play(saying(status=500)), title="G")
    failed(feed, 5)
    house.play(saying(feed_text()))
    polled(feed, at=MOMENT + DAY)
    polled(feed, at=MOMENT + 2 * DAY)
    assert subjects() == ["Feed fails: G", "Feed works again: G"]
    house.play(saying(status=500))
    failed(feed, 6, MOMENT + 3 * DAY)
    assert subjects()[2:] == ["Feed fails: G"]


def test_a_short_outage_is_no_news(house: House) -> None:
    feed = feed_at(house.play(saying(status=500)))
    failed(feed, 4)
    house.play(saying(feed_text()))
    polled(feed, at=MOMENT + DAY)
    assert subjects() == []


def test_a_feed_that_is_switched_off_is_told(house: House) -> None:
    feed = feed_at(house.play(saying(status=410)), title="G")
    polled(feed)
    assert subjects() == ["Feed switched off: G"]
    assert "410" in Outbox.objects.get().body


def test_one_that_moved_onto_another_is_told(house: House) -> None:
    other = feed_at(house.play(saying(feed_text()), "/new"))
    feed = feed_at(house.play(leading_to(other.address)), title="G")
    feed.moved_to, feed.moved_since = other.address, MOMENT - 8 * DAY
    feed.save()
    polled(feed)
    assert subjects() == ["Feed switched off: G"]


def test_each_address_gets_a_letter_of_its_own(house: House, settings: Any) -> None:
    settings.ALERT_EMAIL = ["desk@news.example", "night@news.example"]
    failed(feed_at(house.play(saying(status=500))), 6)
    assert Outbox.objects.count() == 2


def test_nobody_to_tell_is_no_letter(house: House, settings: Any) -> None:
    settings.ALERT_EMAIL = []
    failed(feed_at(house.play(saying(status=500))), 6)
    assert not Outbox.objects.exists()


def test_a_dry_run_tells_nobody(house: House) -> None:
    feed = Feed.objects.create(
        address=house.play(saying(status=500)),
        source=newsroom.source(),
        errors_in_a_row=7,
        failing_since=MOMENT,
    )
    polled(feed, dry_run=True)
    assert not Outbox.objects.exists()
