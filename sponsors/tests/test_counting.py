"""What waits in a process, and how it gets into the database's rows."""

import multiprocessing
import threading
import time
from datetime import UTC, date, datetime

import pytest
from django.db import OperationalError, connection
from hypothesis import HealthCheck, given, settings as how, strategies as st
from hypothesis.extra.django import TestCase

from sponsors import counting, ledger
from sponsors.batches import Batch, store
from sponsors.counting import Counter
from sponsors.events import Fault, What
from sponsors.models import Decisions, Delivery, PageStat, Salt, SlotStat
from sponsors.tests.readers import (
    NEIGHBOUR,
    READER,
    click,
    filtered,
    page,
    second_click,
    seen,
    view,
)
from sponsors.tests.sales import book
from sponsors.tokens import Token

WAIT = 5  # seconds, for what takes a fraction of one
ANY = Token(1, 1, "article_end", 0, 7, 29_700_000, b"12345678")
EVENT = filtered(What.VIEW, ANY, Fault.BOT)


class Desk:
    """Stores as a database would: away where told, and refusing some events for ever."""

    def __init__(self) -> None:
        self.stored, self.tries = [], []
        self.is_away = False
        self.refused = set()

    def store(self, batch: Batch) -> int:
        self.tries.append(time.monotonic())
        if self.is_away:
            raise OperationalError("gone")
        if self.refused & {event.token.page for event in batch.events}:
            raise ValueError("no such number")
        self.stored.extend(event.token.page for event in batch.events)
        return 0


def numbered(number: int):
    return filtered(What.VIEW, Token(1, 1, "article_end", 0, number, 29_700_000, b""), Fault.BOT)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def counter(desk) -> Counter:
    """One without a thread: it stores when it is flushed."""
    return Counter(desk.store)


@pytest.fixture
def running(desk, monkeypatch):
    """One whose thread runs, and ends with the test."""
    monkeypatch.setattr(counting, "EVERY", 0.05)
    monkeypatch.setattr(counting, "RETRIES", (0.01, 0.04))
    monkeypatch.setattr(Counter, "_tidy", lambda self: counting.TIDY)  # of no database
    counter = Counter(desk.store)
    yield counter
    desk.is_away = False
    counter.close()


def wait_until(is_true) -> None:
    deadline = time.monotonic() + WAIT
    while not is_true() and time.monotonic() < deadline:
        time.sleep(0.005)
    assert is_true()


def test_a_view_waits_for_its_batch_and_is_stored_within_a_moment(running, desk):
    running.viewed(numbered(1))
    assert desk.stored == []
    wait_until(lambda: desk.stored == [1])


def test_a_full_batch_waits_no_longer(running, desk, monkeypatch):
    monkeypatch.setattr(counting, "EVERY", 60.0)
    for number in range(counting.FULL):
        running.viewed(numbered(number))
    wait_until(lambda: len(desk.stored) == counting.FULL)


def test_what_comes_while_a_batch_is_stored_is_for_the_next(counter, desk):
    """Else a steady stream is stored in as many batches as a second has room for."""
    late = [numbered(3), numbered(2)]
    counter._store = lambda batch: (late and counter.viewed(late.pop())) or desk.store(batch)
    counter.viewed(numbered(1))
    counter.flush()
    assert desk.stored == [1]


def test_what_came_meanwhile_is_stored_though_nothing_follows(running, desk):
    late = [numbered(2)]
    running._store = lambda batch: (late and running.viewed(late.pop())) or desk.store(batch)
    running.viewed(numbered(1))
    wait_until(lambda: desk.stored == [1, 2])


def test_a_click_is_stored_when_it_returns(running, desk, monkeypatch):
    monkeypatch.setattr(counting, "EVERY", 60.0)
    running.viewed(numbered(1))
    running.clicked(numbered(2))
    assert desk.stored == [1, 2]


def test_while_the_database_is_away_a_click_does_not_wait(running, desk, monkeypatch):
    monkeypatch.setattr(counting, "CLICK_WAIT", 60.0)
    desk.is_away = True
    running.clicked(numbered(1))
    start = time.monotonic()
    for number in (2, 3):
        running.clicked(numbered(number))
    assert time.monotonic() - start < 1
    desk.is_away = False
    wait_until(lambda: desk.stored == [1, 2, 3])


def test_a_database_that_hangs_holds_a_click_for_a_second_at_most(running, desk, monkeypatch):
    monkeypatch.setattr(counting, "CLICK_WAIT", 0.1)
    hung = threading.Event()
    running._store = lambda batch: hung.wait(WAIT) and 0
    start = time.monotonic()
    running.clicked(numbered(1))
    assert 0.1 <= time.monotonic() - start < 1
    hung.set()


def test_tries_come_less_often_the_longer_it_is_away(running, desk):
    desk.is_away = True
    running.viewed(EVENT)
    wait_until(lambda: len(desk.tries) >= 5)
    pauses = [after - before for before, after in zip(desk.tries, desk.tries[1:], strict=False)]
    for pause, least in zip(pauses, (0.01, 0.02, 0.04, 0.04), strict=False):
        assert pause >= least


def test_ten_thousand_wait_and_the_oldest_beyond_are_dropped_with_one_line(counter, desk, caplog):
    desk.is_away = True
    for number in range(counting.ROOM + 700):
        counter.viewed(numbered(number))
        if number == counting.FULL:
            assert not counter.flush()
    waiting = counter.stats()["waiting"]
    assert counting.ROOM - counting.FULL <= waiting <= counting.ROOM
    assert caplog.text.count("the oldest are dropped") == 1
    desk.is_away = False
    assert counter.flush()
    assert len(desk.stored) == len(set(desk.stored)) == waiting
    assert desk.stored[-1] == counting.ROOM + 699


def test_an_outage_is_told_once_and_again_when_it_comes_again(counter, desk, caplog):
    for _ in range(2):
        desk.is_away = True
        counter.viewed(EVENT)
        for _ in range(3):
            assert not counter.flush()
        desk.is_away = False
        assert counter.flush()
    assert caplog.text.count("they wait") == 2


def test_what_cannot_be_stored_is_dropped_alone_and_counted(counter, desk, caplog):
    desk.refused = {3, 400}
    for number in range(500):
        counter.viewed(numbered(number))
    assert counter.flush()
    assert sorted(desk.stored) == sorted(set(range(500)) - desk.refused)
    assert counter.stats() == {"forged": 0, "dropped": 2, "waiting": 0}
    assert caplog.text.count("cannot be counted") == 2


def test_the_end_of_a_process_stores_what_waits(running, desk, monkeypatch):
    monkeypatch.setattr(counting, "EVERY", 60.0)
    running.viewed(numbered(1))
    running.close()
    assert desk.stored == [1]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_yesterday_is_forgotten_though_nobody_comes(monkeypatch):
    now = ledger.clock()
    monkeypatch.setattr(ledger, "clock", lambda: now)  # no new period begins meanwhile
    Salt.objects.create(period=ledger.current() - 2, value=b"s" * 32)
    monkeypatch.setattr(counting, "EVERY", 0.05)
    counter = Counter()
    counter.start()
    periods = Salt.objects.values_list("period", flat=True)
    wait_until(lambda: min(periods.all(), default=0) == ledger.current() - 1)
    counter.close()


def test_a_forked_child_leaves_what_waits_to_its_parent(monkeypatch):
    counting.viewed(EVENT)
    answers = multiprocessing.get_context("fork").SimpleQueue()

    def child() -> None:
        answers.put(counting.stats()["waiting"])

    with counting._counter._lock:  # as another thread would while the server forks
        process = multiprocessing.get_context("fork").Process(target=child, daemon=True)
        process.start()
    process.join(WAIT)
    assert (process.exitcode, answers.get()) == (0, 0)
    assert counting.stats()["waiting"] == 1


def test_a_page_pays_two_microseconds_for_being_counted():
    topics, turns = (3, 17), 20_000
    start = time.process_time()
    for _ in range(turns):
        counting.decided("article_end", topics, is_drawn=True)
    assert (time.process_time() - start) / turns < 4e-6  # twice that, for a busy machine


@pytest.fixture
def flight(db):
    return book(("article_end", None))


def row(*names: str):
    return SlotStat.objects.values_list(*names).get()


def test_a_view_counts_once_for_a_visitor_and_again_for_another(flight):
    token = page(flight)
    for visitor in (READER, READER, NEIGHBOUR):
        counting.viewed(view(token, visitor))
    counting.flush()
    counting.viewed(view(token))
    counting.flush()
    assert row("views", "bad_dup") == (2, 2)


def test_a_click_brings_its_view_along(flight):
    token = page(flight)
    counting.clicked(click(token))
    counting.viewed(view(token))
    counting.flush()
    assert row("views", "clicks", "bad_dup") == (1, 1, 1)
    assert PageStat.objects.values_list("page_number", "views", "clicks").get() == (7, 1, 1)


def test_both_links_count_each_once_and_apart(flight):
    token = page(flight)
    for event in [click(token), second_click(token)] * 2:
        counting.clicked(event)
    assert row("views", "clicks", "clicks_alt", "bad_dup") == (1, 1, 1, 2)
    assert Delivery.objects.values_list("views", "clicks").get() == (1, 1)


def test_what_is_filtered_counts_in_its_bucket_and_nowhere_else(flight):
    for fault in Fault:
        counting.viewed(filtered(What.VIEW, page(flight), fault))
        counting.clicked(filtered(What.CLICK, page(flight), fault))
    counting.flush()
    assert row("bad_bot", "bad_stale", "bad_rate", "bad_dup") == (2, 2, 2, 2)
    assert row("views", "clicks", "spend_micro") == (0, 0, 0)
    assert not PageStat.objects.exists()


def test_what_is_filtered_leaves_the_reader_uncounted(flight):
    token = page(flight)
    store(Batch([filtered(What.VIEW, token, Fault.RATE), view(token)]))
    assert row("views", "bad_rate") == (1, 1)


def test_a_stranger_in_the_batch_is_dropped_and_the_rest_is_counted(flight):
    other = book(("article_mid", None), kind="house", share=1)
    strangers = [page(flight, flight=99_999), page(flight, creative=page(other).creative)]
    for token in [*strangers, page(flight)]:
        counting.viewed(view(token))
    counting.flush()
    assert row("views", "flight") == (1, flight.pk)
    assert counting.stats()["dropped"] == 2


def test_a_moment_that_no_calendar_has_does_not_stop_the_batch(flight):
    counting.viewed(filtered(What.VIEW, page(flight, minute=2**32 - 1), Fault.STALE))
    counting.viewed(view(page(flight)))
    counting.flush()
    assert row("views", "bad_stale") == (1, 0)
    assert counting.stats()["dropped"] == 1


def test_without_a_salt_nothing_is_counted(flight):
    token = page(flight)
    counting.viewed(seen(What.VIEW, page(flight, minute=token.minute - 3 * ledger.PERIOD)))
    counting.flush()
    assert row("views", "bad_stale") == (0, 1)


def test_a_batch_whose_answer_got_lost_is_not_counted_again(flight):
    batch = Batch([view(page(flight)), filtered(What.VIEW, page(flight), Fault.BOT)], SERVED)
    store(batch)
    store(batch)
    assert row("views", "bad_bot", "bad_dup") == (1, 1, 0)
    assert Decisions.objects.get().pages == 2


IS_SQLITE = connection.vendor == "sqlite"
SERVED = {(495_000, "article_end", (3, 17)): [2, 1]}


def test_a_page_counts_for_the_hour_and_the_day_on_which_it_was_served(flight, monkeypatch):
    end_of_june = int(datetime(2026, 7, 1, tzinfo=UTC).timestamp()) // 60
    monkeypatch.setattr(ledger, "clock", lambda: end_of_june * 60)
    tokens = [page(flight, minute=end_of_june + late) for late in (-1, 0)]
    store(Batch([view(tokens[0]), view(tokens[1]), click(tokens[0])]))
    june, july = datetime(2026, 6, 30, 23, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
    hours = SlotStat.objects.order_by("hour").values_list("hour", "views", "clicks")
    assert list(hours) == [(june, 1, 1), (july, 1, 0)]
    days = PageStat.objects.order_by("day").values_list("day", "views")
    assert list(days) == [(date(2026, 6, 30), 1), (date(2026, 7, 1), 1)]


def test_pages_served_add_up_by_hour_placement_and_topics(db):
    for is_drawn in (True, False, True):
        counting.decided("article_end", [3, 17], is_drawn=is_drawn)
        counting.flush()
    counting.decided("home_card", [], is_drawn=False)
    counting.flush()
    found = Decisions.objects.order_by("placement").values_list(
        "placement", "topics", "pages", "offers"
    )
    assert list(found) == [("article_end", "3 17", 3, 2), ("home_card", "", 1, 0)]
    assert Decisions.objects.first().hour.minute == 0


def test_of_more_topics_than_there_is_room_for_the_last_are_left_out(db):
    counting.decided("article_end", range(1_000_000, 1_000_040), is_drawn=True)
    counting.flush()
    topics = Decisions.objects.get().topics
    assert len(topics) <= 200
    assert topics.startswith("1000000 ") and topics.endswith(" 1000024")


def test_a_batch_takes_as_many_queries_for_one_event_as_for_many(flight, django_assert_num_queries):
    others = [book(("home_card", None), kind="house", share=1) for _ in range(4)]
    tokens = [page(each) for each in (flight, *others) for _ in range(10)]
    store(Batch([view(token) for token in tokens]))
    for count in (1, 50):
        with django_assert_num_queries(9 + 2 + IS_SQLITE):  # and a savepoint, and a PRAGMA
            store(Batch([view(token, NEIGHBOUR) for token in tokens[-count:]], SERVED))


kinds = st.sampled_from([What.VIEW, What.CLICK, What.CLICK_ALT])
faults = st.sampled_from([None, None, None, Fault.BOT, Fault.RATE])
moves = st.lists(
    st.tuples(kinds, faults, st.integers(0, 2), st.sampled_from([READER, NEIGHBOUR])),
    min_size=15,
    max_size=40,
)


class WhateverReadersDo(TestCase):
    """I1, I2, I3 and I7 of the reference, for any order of events in any batches."""

    @given(moves=moves, size=st.integers(1, 8))
    @how(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def test_it_adds_up(self, moves, size):
        ledger.forget()
        flight = book(("article_end", None), kind="cpm", price_micro=1_999, goal=4)
        tokens = [page(flight, page=number, topic=number % 2) for number in range(3)]
        events = [
            filtered(what, tokens[n], fault) if fault else seen(what, tokens[n], visitor)
            for what, fault, n, visitor in moves
        ]
        for first in range(0, len(events), size):
            store(Batch(events[first : first + size]))
        good = [move for move in moves if move[1] is None]
        views = {(n, visitor) for _, _, n, visitor in good}
        clicks = {(n, visitor) for what, _, n, visitor in good if what is What.CLICK}
        delivery = Delivery.objects.filter(flight=flight).first() or Delivery()
        rows = list(SlotStat.objects.filter(flight=flight))
        assert (delivery.views, delivery.clicks) == (len(views), len(clicks))
        assert delivery.billed_units == min(len(views), 4)
        assert delivery.spend_micro == delivery.billed_units * 1_999 // 1_000
        assert sum(row.spend_micro for row in rows) == delivery.spend_micro
        assert sum(row.views for row in rows) == delivery.views
        assert all(max(row.clicks, row.clicks_alt) <= row.views for row in rows)
