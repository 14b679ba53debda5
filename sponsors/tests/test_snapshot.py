import logging
import math
import multiprocessing
import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from sponsors import snapshot
from sponsors.models import Creative, Flight, Status
from sponsors.snapshot import Keeper, Snapshot
from sponsors.tests.sales import JULY, JUNE, book

EMPTY = snapshot.of([])
WAIT = 5  # seconds, for a thread that has nothing to do


def numbered(number: int) -> Snapshot:
    """One that can be told from another."""
    return Snapshot({str(number): ()}, {})


class Desk:
    """Reads as a database would: counts, waits where told, fails where told."""

    def __init__(self) -> None:
        self.reads = 0
        self.fails = False
        self.open = threading.Event()
        self.open.set()

    def read(self) -> Snapshot:
        self.reads += 1
        number = self.reads
        assert self.open.wait(WAIT)
        if self.fails:
            raise DatabaseError("gone")
        return numbered(number)


@pytest.fixture
def desk(monkeypatch) -> Desk:
    """A desk whose snapshots are old at once."""
    monkeypatch.setattr(snapshot, "MAX_AGE", -1.0)
    return Desk()


def settle(keeper: Keeper) -> None:
    refresher = keeper._refresher
    assert refresher
    refresher.join(WAIT)
    assert not refresher.is_alive()


def test_the_first_use_reads_once_and_later_uses_nothing(energy, django_assert_num_queries):
    book(("article_end", energy))
    with django_assert_num_queries(4):
        assert len(snapshot.current().by_placement["article_end"]) == 1
    with django_assert_num_queries(0):
        snapshot.current()


def test_only_booked_flights_that_have_not_ended_are_held(energy):
    book(("article_end", energy), name="held")
    for status in (Status.DRAFT, Status.PAUSED, Status.STOPPED):
        book(("article_end", energy), status=status)
    book(("article_end", energy), starts_at=JUNE - timedelta(9000), ends_at=JULY - timedelta(9000))
    [held] = snapshot.current().by_placement["article_end"]
    assert held.name == "held"


def test_refresh_sees_what_was_booked_since_and_forget_drops_it(energy):
    assert snapshot.current().by_placement == {}
    flight = book(("article_end", energy))
    assert snapshot.current().by_placement == {}
    snapshot.refresh()
    assert list(snapshot.current().creatives) == [flight.creatives.get().pk]
    Flight.objects.update(status=Status.PAUSED)
    snapshot.forget()
    assert snapshot.current().by_placement == {}


def test_what_is_held_cannot_be_changed(energy):
    book(("article_end", energy))
    held = snapshot.current()
    with pytest.raises(TypeError):
        held.by_placement["article_end"] = ()
    with pytest.raises(TypeError):
        held.by_placement["article_end"][0].creatives[0].hooks["space"] = "x"


def test_the_next_boundary_is_the_next_start_or_end(energy, space):
    now = timezone.now()
    book(("article_end", energy), ends_at=now + timedelta(hours=5))
    book(("home_card", None), starts_at=now + timedelta(hours=2), ends_at=now + timedelta(hours=9))
    hours = [2, 5, 9]
    for before, boundary in zip([0, 2, 5], hours, strict=True):
        found = snapshot.current().next_boundary(now + timedelta(hours=before))
        assert found == now + timedelta(hours=boundary)
    assert snapshot.current().next_boundary(now + timedelta(hours=9)) is None


def test_a_flight_that_cannot_be_read_does_not_take_the_others_along(energy, space, caplog):
    broken = book(("article_end", energy))
    book(("article_end", space), name="whole")
    Creative.objects.filter(flight=broken).update(hooks=7)
    [held] = snapshot.current().by_placement["article_end"]
    assert held.name == "whole"
    assert f"Flight {broken.pk} cannot be read" in caplog.text


def test_an_old_snapshot_is_answered_at_once_and_renewed_beside_the_page(desk):
    keeper = Keeper(desk.read)
    assert keeper.current() == numbered(1)
    desk.open.clear()
    assert keeper.current() == numbered(1)
    desk.open.set()
    settle(keeper)
    assert keeper.current() == numbered(2)
    settle(keeper)


def test_one_refresh_at_a_time_however_many_pages_ask(desk):
    keeper = Keeper(desk.read)
    keeper.current()
    desk.open.clear()
    readers = [threading.Thread(target=keeper.current) for _ in range(20)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(WAIT)
    desk.open.set()
    settle(keeper)
    assert desk.reads == 2


def test_the_first_use_reads_once_though_many_pages_come_at_once(desk, monkeypatch):
    monkeypatch.setattr(snapshot, "MAX_AGE", math.inf)
    keeper = Keeper(desk.read)
    desk.open.clear()
    readers = [threading.Thread(target=keeper.current) for _ in range(20)]
    for reader in readers:
        reader.start()
    desk.open.set()
    for reader in readers:
        reader.join(WAIT)
    assert desk.reads == 1


def test_the_last_snapshot_stays_while_the_database_is_away(desk, caplog):
    keeper = Keeper(desk.read)
    keeper.refresh()
    desk.fails = True
    keeper.refresh()
    assert keeper.current() == numbered(1)
    settle(keeper)
    assert "The flights cannot be read; the last snapshot stays" in caplog.text


def test_a_site_that_starts_without_its_database_shows_nothing(desk, caplog):
    desk.fails = True
    keeper = Keeper(desk.read)
    with caplog.at_level(logging.CRITICAL):
        assert keeper.current() == EMPTY


def test_a_failed_refresh_is_not_tried_again_on_every_page(desk, monkeypatch):
    monkeypatch.setattr(snapshot, "MAX_AGE", 60.0)
    keeper = Keeper(desk.read)
    desk.fails = True
    for _ in range(5):
        keeper.current()
    assert desk.reads == 1


def test_a_forked_child_reads_for_itself(monkeypatch):
    monkeypatch.setattr(snapshot, "MAX_AGE", math.inf)
    monkeypatch.setattr(snapshot._keeper, "_read", lambda: numbered(1))
    snapshot.current()
    answers = multiprocessing.get_context("fork").SimpleQueue()

    def child() -> None:
        snapshot._keeper._read = lambda: numbered(2)
        answers.put(snapshot.current() == numbered(2))

    with snapshot._keeper._reading:  # as another thread would while the server forks
        process = multiprocessing.get_context("fork").Process(target=child, daemon=True)
        process.start()
    process.join(WAIT)
    assert process.exitcode == 0
    assert answers.get()
