"""Feeds read by the hour: many at once, politely, and each with its own health."""

import gzip
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import pairwise
from typing import Any

import pytest
from django.core.management.base import OutputWrapper

from articles.models import Article
from articles.tests import newsroom
from imports import pacing, visiting
from imports.models import Feed
from imports.options import Options
from imports.polling import poll
from imports.session import Session
from imports.tests import publishers
from imports.tests.publishers import House, Script, feed_text, houses, leading_to, saying
from imports.visiting import Visit, visit_all
from outbound.fetching import Limits

pytestmark = pytest.mark.django_db
MOMENT = datetime(2026, 6, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)
QUICK = Limits(connect=1, between_bytes=1, total=2, max_bytes=200_000)


@pytest.fixture(autouse=True)
def _loopback(settings: Any) -> None:
    settings.FETCH_ALLOW_PRIVATE = True
    settings.ALERT_EMAIL = []


@pytest.fixture
def house() -> Iterator[House]:
    with houses(1) as (only,):
        yield only


def feed_at(address: str, **fields: Any) -> Feed:
    return Feed.objects.create(address=address, source=newsroom.source(), **fields)


def polled(*feeds: Feed, at: datetime = MOMENT, **options: Any) -> Session:
    """The session of a run over these feeds as they are in the database; they are refreshed."""
    rows = Feed.objects.select_related("source", "topic").filter(pk__in=[f.pk for f in feeds])
    known = {row.address: row for row in rows}
    session = Session("import_feeds", list(known), Options(**options), OutputWrapper(StringIO()))
    with session:
        poll(session, known, known, pause=0, limits=QUICK, clock=lambda: at)
    for feed in feeds:
        feed.refresh_from_db()
    return session


# Many at once


def test_sixty_feeds_of_which_a_tenth_are_slow_or_broken_take_as_long_as_the_slowest_may() -> None:
    broken: list[Script] = [publishers.silent, publishers.dripping, publishers.silent]
    broken += [publishers.bad_chunks, saying(status=500), publishers.endless]
    with houses(60) as all_houses:
        feeds = []
        for number, house in enumerate(all_houses):
            good = saying(feed_text(f"paper{number}", 1))
            script = broken[number // 10] if number % 10 == 0 else good
            feeds.append(feed_at(house.play(script)))
        began = time.monotonic()
        session = polled(*feeds)
        took = time.monotonic() - began
    assert (session.tally.created, session.tally.failed) == (54, 6)
    # Three that wait two seconds each would be six; storing on a busy machine is let off.
    assert took < 2 * QUICK.total + 6


def test_eight_hosts_at_once_and_one_visit_to_each(house: House) -> None:
    def slowish(publisher: Any) -> None:
        time.sleep(0.05)
        publisher.say(200, b"x")

    visits = [Visit(house.play(slowish, f"/{n}")) for n in range(5)]
    answers = list(visit_all(visits, pause=0.1))
    moments = [moment for moment, _, _ in house.asked]
    assert len(answers) == 5 and house.most_open == 1
    gaps = [after - before for before, after in pairwise(moments)]
    assert min(gaps) > 0.14  # the visit's own time and then the pause


def test_no_more_than_eight_quick_visits_are_open(monkeypatch: pytest.MonkeyPatch) -> None:
    open_now, most = set(), 0

    def counted(address: str, **_: Any) -> Any:
        nonlocal most
        open_now.add(address)
        most = max(most, len(open_now))
        time.sleep(0.02)
        open_now.discard(address)

    monkeypatch.setattr(visiting, "fetch", counted)
    visits = [Visit(f"https://paper{n}.example/feed") for n in range(40)]
    assert len(list(visit_all(visits))) == 40
    assert 2 <= most <= visiting.AT_ONCE


def test_slow_hosts_wait_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visiting, "SLOW", 0.05)
    monkeypatch.setattr(visiting, "fetch", lambda *_, **__: time.sleep(1))
    began = time.monotonic()
    list(visit_all([Visit(f"https://paper{n}.example/feed") for n in range(40)]))
    assert time.monotonic() - began < 3  # eight at a time to their end would be five


def test_a_silent_host_is_left_alone_after_two_visits(house: House) -> None:
    feeds = [feed_at(house.play(publishers.silent, f"/{n}")) for n in range(6)]
    session = polled(*feeds)
    assert (len(house.asked), session.tally.failed) == (2, 6)
    assert sorted(feed.errors_in_a_row for feed in feeds) == [0, 0, 0, 0, 1, 1]


def test_a_run_that_is_given_up_asks_no_more(house: House) -> None:
    visits = [Visit(house.play(saying(b"x"), f"/{n}")) for n in range(9)]
    round_of_visits = visit_all(visits, pause=0.05)
    next(round_of_visits)
    round_of_visits.close()
    time.sleep(0.3)
    assert len(house.asked) <= 2


# Hostile answers

HOSTILE = [
    (leading_to("/feed.xml"), "circle"),
    (publishers.endless, "larger than"),
    (publishers.silent, "nothing for 1 s"),
    (publishers.dripping, "No whole answer"),
    (publishers.bad_chunks, "chunks"),
    (publishers.broken_off, "broke off"),
    (saying(gzip.compress(b"a" * 5_000_000), Content_Encoding="gzip"), "larger than"),
    (saying(b"<!doctype html><p>Hello", Content_Type="text/html"), "a web page, not a feed"),
    (saying(b""), "empty"),
    (saying(status=403), "403"),
]


@pytest.mark.parametrize(("script", "said"), HOSTILE, ids=lambda v: v if isinstance(v, str) else "")
def test_a_hostile_server_costs_its_feed_an_error_and_the_rest_nothing(
    script: Any, said: str
) -> None:
    with houses(2) as (bad, good):
        hostile, sound = feed_at(bad.play(script)), feed_at(good.play(saying(feed_text())))
        session = polled(hostile, sound)
    assert said in hostile.last_error, hostile.last_error
    assert (hostile.errors_in_a_row, sound.errors_in_a_row) == (1, 0)
    assert (session.tally.created, session.tally.failed) == (2, 1)


def test_a_fault_of_our_own_costs_one_feed(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    bad, good = feed_at(house.play(saying(b"odd"))), feed_at(house.play(saying(feed_text()), "/b"))
    real = sys.modules["imports.polling"].parse

    def parse(data: bytes, **given: Any) -> Any:
        return real(data, **given) if data != b"odd" else {}["nothing"]

    monkeypatch.setattr("imports.polling.parse", parse)
    assert polled(bad, good).tally.created == 2
    assert "KeyError" in bad.last_error and "Traceback" in caplog.text


# Redirects


def test_an_address_changes_after_a_week_of_the_same_permanent_redirect(house: House) -> None:
    target = house.play(saying(feed_text(), ETag='"v1"'), "/new")
    feed = feed_at(house.play(leading_to(target)))
    old = feed.address
    for days in (0, 6.9):
        polled(feed, at=MOMENT + days * DAY)
        assert (feed.address, feed.moved_to) == (old, target)
    polled(feed, at=MOMENT + 7 * DAY)
    assert (feed.address, feed.moved_to, feed.etag) == (target, "", "")


def test_another_target_or_a_good_day_begins_the_week_anew(house: House) -> None:
    one, two = (house.play(saying(feed_text()), path) for path in ("/one", "/two"))
    feed = feed_at(house.play(leading_to(one)))
    polled(feed)
    house.play(leading_to(two))
    polled(feed, at=MOMENT + 6 * DAY)
    assert (feed.moved_to, feed.moved_since) == (two, MOMENT + 6 * DAY)
    house.play(saying(feed_text()))
    polled(feed, at=MOMENT + 8 * DAY)
    assert (feed.moved_to, feed.moved_since) == ("", None)


def test_a_temporary_redirect_is_never_remembered(house: House) -> None:
    feed = feed_at(house.play(leading_to(house.play(saying(feed_text()), "/new"), 302)))
    polled(feed)
    assert feed.moved_to == ""


@pytest.mark.parametrize("status", [404, 410])
def test_a_feed_moves_at_once_when_its_old_address_is_gone(house: House, status: int) -> None:
    target = house.play(saying(feed_text()), "/new")
    feed = feed_at(house.play(saying(status=status)), moved_to=target, moved_since=MOMENT)
    session = polled(feed, at=MOMENT + DAY)
    assert (feed.address, feed.is_active, feed.errors_in_a_row) == (target, True, 0)
    assert (session.tally.created, session.tally.failed) == (2, 0)


def test_a_move_onto_another_feed_switches_off_the_one_that_moved(house: House) -> None:
    other = feed_at(house.play(saying(feed_text()), "/new"))
    feed = feed_at(house.play(leading_to(other.address)))
    for days in (0, 7):
        polled(feed, at=MOMENT + days * DAY)
    assert not feed.is_active and other.address in feed.off_reason
    assert feed.address != other.address


@pytest.mark.parametrize(
    ("old", "new", "is_same"),
    [
        ("http://a.example/feed", "https://a.example/feed", True),
        ("http://A.example/feed", "https://a.example/feed", True),
        ("http://a.example/feed", "https://a.example/", False),
        ("http://a.example/feed", "https://www.a.example/feed", False),
        ("https://a.example/feed", "https://a.example/feed", False),
    ],
)
def test_the_same_address_on_tls_is_taken_at_once(old: str, new: str, is_same: bool) -> None:
    from imports.polling import _is_same_on_tls

    assert _is_same_on_tls(old, new) is is_same


# Gone, missing, asked to wait


def test_410_switches_a_feed_off_with_the_reason(house: House) -> None:
    feed = feed_at(house.play(saying(status=410)))
    polled(feed)
    assert (feed.is_active, "410" in feed.off_reason) == (False, True)
    assert feed not in Feed.objects.due(MOMENT + 30 * DAY)


def test_404_backs_off_and_ends_after_thirty_days(house: House) -> None:
    feed = feed_at(house.address("/missing"))
    polled(feed)
    polled(feed, at=MOMENT + 29 * DAY)
    assert feed.is_active
    polled(feed, at=MOMENT + 30 * DAY)
    assert (feed.is_active, "404" in feed.off_reason) == (False, True)


def test_500_is_never_the_end(house: House) -> None:
    feed = feed_at(house.play(saying(status=500)), failing_since=MOMENT - 400 * DAY)
    polled(feed)
    assert feed.is_active


@pytest.mark.parametrize(
    ("headers", "channel", "hours"),
    [
        ({}, "", 1),
        ({"Cache_Control": "public, max-age=10800"}, "", 3),
        ({"Cache_Control": "max-age=10800", "Age": "3600"}, "", 2),
        ({"Cache_Control": "max-age=99999999"}, "", 7 * 24),
        ({"Cache_Control": "max-age=-5, private"}, "", 1),
        ({"Retry_After": "18000"}, "", 5),
        ({}, "<ttl>240</ttl>", 4),
        ({"Retry_After": "7200"}, "<ttl>240</ttl>", 4),
        ({}, "<sy:updatePeriod>daily</sy:updatePeriod>", 24),
        (
            {},
            "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>",
            6,
        ),
    ],
)
def test_the_next_visit_is_when_the_most_patient_wants_it(
    house: House, headers: dict[str, str], channel: str, hours: int
) -> None:
    feed = feed_at(house.play(saying(feed_text(channel=channel), **headers)))
    polled(feed)
    assert feed.next_due_at == MOMENT + timedelta(hours=hours)


def test_what_a_feed_says_of_its_pace_holds_for_a_304_too(house: House) -> None:
    feed = feed_at(house.play(publishers.conditional(feed_text(channel="<ttl>240</ttl>"))))
    polled(feed)
    polled(feed, at=MOMENT + DAY)
    assert len(house.asked) == 2 and feed.next_due_at == MOMENT + DAY + timedelta(hours=4)


def test_a_failure_waits_as_long_as_the_server_asks(house: House) -> None:
    feed = feed_at(house.play(saying(status=503, Retry_After="20000")))
    polled(feed)
    assert feed.next_due_at == MOMENT + timedelta(seconds=20000)


def test_waits_double_with_jitter_from_an_hour_to_a_week() -> None:
    hours = [pacing.after_failure(n) / timedelta(hours=1) for n in range(1, 12)]
    assert all(2**n <= hours[n] <= 1.25 * 2**n for n in range(7))
    assert hours[-1] == 7 * 24
    assert len({pacing.after_failure(3) for _ in range(20)}) > 1


# What was here already


def test_the_same_bytes_again_are_not_read_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = feed_at(house.play(saying(feed_text())))
    polled(feed)
    monkeypatch.setattr("imports.polling.parse", lambda *_, **__: pytest.fail("read again"))
    session = polled(feed, at=MOMENT + DAY)
    assert (session.tally.total, feed.last_good_at) == (0, MOMENT + DAY)


def test_validators_are_left_out_once_a_week(house: House) -> None:
    feed = feed_at(house.play(publishers.conditional(feed_text())))
    for days in (0, 1, 6, 7, 8):
        polled(feed, at=MOMENT + days * DAY)
    sent = [headers.get("If-None-Match", "") for _, _, headers in house.asked]
    assert sent == ["", '"v1"', '"v1"', "", '"v1"']


def test_a_feed_can_be_read_anew(house: House) -> None:
    feed = feed_at(house.play(publishers.conditional(feed_text())))
    polled(feed)
    Feed.objects.filter(pk=feed.pk).read_anew()
    assert polled(feed).tally.unchanged == 2


def test_large_answers_wait_until_they_are_taken(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visiting, "MOST_HELD", 100_000)
    with houses(30) as others:
        visits = [Visit(other.play(saying(b"a" * 50_000))) for other in others]
        round_of_visits = visit_all(visits)
        next(round_of_visits)
        time.sleep(0.5)
        assert sum(len(other.asked) for other in others) <= 3 + visiting.AT_ONCE
        assert len(list(round_of_visits)) == 29


def test_an_etag_that_the_server_drops_is_dropped(house: House) -> None:
    feed = feed_at(house.play(saying(feed_text(), ETag='"v1"')))
    polled(feed)
    house.play(saying(feed_text(numbers=3)))
    polled(feed, at=MOMENT + DAY)
    assert feed.etag == ""


def test_a_limited_visit_does_not_say_that_all_was_read(house: House) -> None:
    feed = feed_at(house.play(publishers.conditional(feed_text())))
    polled(feed, limit=1)
    assert (feed.etag, feed.last_good_at) == ("", None)
    polled(feed)
    assert Article.objects.count() == 2


def test_a_dry_run_leaves_the_feed_as_it_was(house: House) -> None:
    good, bad = feed_at(house.play(saying(feed_text()))), feed_at(house.address("/missing"))
    before = list(Feed.objects.values())
    assert polled(good, bad, dry_run=True).tally.created == 2
    assert list(Feed.objects.values()) == before
    assert not Article.objects.exists()


def test_what_an_editor_changes_during_a_visit_stays(house: House) -> None:
    feed = feed_at(house.play(saying(feed_text())))
    known = Feed.objects.select_related("source").get()
    Feed.objects.update(title="As the editor says", is_active=False)
    session = Session("import_feeds", [], Options(), OutputWrapper(StringIO()))
    with session:
        poll(session, [known.address], {known.address: known}, pause=0)
    feed.refresh_from_db()
    assert (feed.title, feed.is_active, feed.errors_in_a_row) == ("As the editor says", False, 0)


# At the desk


def test_an_editor_who_switches_a_feed_on_again_begins_anew(admin_client: Any) -> None:
    feed = feed_at("https://gridledger.example/feed", is_active=False, off_reason="Gone (410).")
    Feed.objects.update(errors_in_a_row=4, etag='"v1"', last_error="410")
    page = admin_client.get(f"/admin/imports/feed/{feed.pk}/change/")
    assert b"Gone (410)." in page.content
    given = {"address": feed.address, "source": feed.source_id, "is_active": "on", "title": "T"}
    given |= {"topic": "", "language": "", "next_due_at_0": "", "next_due_at_1": ""}
    admin_client.post(f"/admin/imports/feed/{feed.pk}/change/", given)
    feed.refresh_from_db()
    assert (feed.is_active, feed.off_reason, feed.errors_in_a_row, feed.etag) == (True, "", 0, "")
