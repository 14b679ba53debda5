import logging
import math
import multiprocessing
import threading
import time

import pytest
from django.db import DatabaseError

from sponsors import snapshot
from sponsors.snapshot import EMPTY, Keeper, Snapshot

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

    def read(self, before: Snapshot) -> Snapshot:
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


def test_an_old_snapshot_is_answered_at_once_and_renewed_beside_the_page(desk):
    keeper = Keeper(desk.read)
    assert keeper.current() == numbered(1)
    desk.open.clear()
    assert keeper.current() == numbered(1)
    desk.open.set()
    settle(keeper)
    assert keeper.current() == numbered(2)
    settle(keeper)


def test_the_first_page_after_an_idle_while_waits_for_the_new_one(desk, monkeypatch):
    keeper = Keeper(desk.read)
    keeper.current()
    monkeypatch.setattr(snapshot, "IDLE", -1.0)
    assert keeper.current() == numbered(2)
    desk.open.clear()
    monkeypatch.setattr(snapshot, "PATIENCE", 0.01)
    assert keeper.current() == numbered(2)
    desk.open.set()
    settle(keeper)


def test_every_page_after_an_idle_while_waits_for_the_same_one(desk, monkeypatch):
    keeper = Keeper(desk.read)
    keeper.current()
    monkeypatch.setattr(snapshot, "IDLE", -1.0)
    desk.open.clear()
    shown = []
    readers = [threading.Thread(target=lambda: shown.append(keeper.current())) for _ in range(5)]
    for reader in readers:
        reader.start()
    desk.open.set()
    for reader in readers:
        reader.join(WAIT)
    assert numbered(1) not in shown


def test_while_the_database_hangs_pages_wait_for_it_once(desk, monkeypatch):
    keeper = Keeper(desk.read)
    keeper.current()
    monkeypatch.setattr(snapshot, "IDLE", -1.0)
    monkeypatch.setattr(snapshot, "PATIENCE", 0.2)
    desk.open.clear()
    start = time.monotonic()
    for _ in range(20):
        keeper.current()
    assert time.monotonic() - start < 1
    desk.open.set()
    settle(keeper)


def test_what_is_paused_elsewhere_is_off_our_pages_within_five_seconds(desk):
    keeper = Keeper(desk.read)
    keeper.current()
    keeper._asked_at -= 4.9  # no page came since
    assert keeper.current() == numbered(2)


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
    monkeypatch.setattr(snapshot._keeper, "_read", lambda before: numbered(1))
    snapshot.current()
    answers = multiprocessing.get_context("fork").SimpleQueue()

    def child() -> None:
        snapshot._keeper._read = lambda before: numbered(2)
        answers.put(snapshot.current() == numbered(2))

    with snapshot._keeper._reading:  # as another thread would while the server forks
        process = multiprocessing.get_context("fork").Process(target=child, daemon=True)
        process.start()
    process.join(WAIT)
    assert process.exitcode == 0
    assert answers.get()
