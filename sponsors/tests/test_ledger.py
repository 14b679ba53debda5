import pytest
from django.db import DatabaseError, connection
from hypothesis import given, strategies as st

from sponsors import ledger
from sponsors.batches import Batch, store
from sponsors.events import What
from sponsors.models import Salt, Seen, SlotStat
from sponsors.tests.readers import NEIGHBOUR, READER, page, view
from sponsors.tests.sales import book
from sponsors.tokens import Token

HOUR = 3600  # seconds
DAY = 24 * HOUR
NOON = 1_780_000_000 // (12 * HOUR) * 12 * HOUR  # the first second of a period


@pytest.fixture
def set_clock(monkeypatch, db):
    """Sets the ledger's clock to so many seconds after NOON, as of a process that starts then."""

    def set_to(seconds: float) -> None:
        monkeypatch.setattr(ledger, "clock", lambda: NOON + seconds)

    set_to(0)
    return set_to


def served(seconds: int, nonce: bytes = b"12345678") -> Token:
    """A token of a page that was served so many seconds after NOON."""
    return Token(1, 1, "article_end", 0, 7, (NOON + seconds) // 60, nonce)


def keyed(seconds: int) -> int:
    return ledger.key(served(seconds), What.VIEW, READER)


@given(st.binary(min_size=8, max_size=8), st.binary(max_size=9))
def test_a_key_is_positive_and_fits_a_signed_column(nonce, visitor):
    ledger._salts._held = {ledger.period_of(NOON // 60): b"s" * 32}
    assert 0 < ledger.key(served(0, nonce), What.VIEW, visitor) < 2**63


def test_what_differs_has_another_key(set_clock):
    tokens = [served(0), served(0, b"87654321")]
    keys = {
        ledger.key(token, what, visitor)
        for token in tokens
        for what in What
        for visitor in (READER, NEIGHBOUR)
    }
    assert len(keys) == 12


def test_all_processes_make_the_same_key(set_clock):
    first = keyed(0)
    ledger.forget()  # as a process that starts later
    assert keyed(0) == first


def test_a_token_keeps_its_key_when_the_period_ends(set_clock):
    set_clock(12 * HOUR - 1)
    before = keyed(0)
    set_clock(12 * HOUR)
    ledger.forget()
    assert keyed(0) == before


def test_the_next_periods_salt_is_there_ahead(set_clock, django_assert_num_queries):
    ledger.prepare()
    set_clock(12 * HOUR)
    with django_assert_num_queries(0):
        assert keyed(12 * HOUR) != ledger.UNKNOWN


def test_clocks_that_differ_by_minutes_have_the_same_salt(set_clock):
    set_clock(12 * HOUR - 300)
    behind = keyed(12 * HOUR)  # served by a process whose clock is ahead
    set_clock(12 * HOUR + 300)
    ledger.forget()
    assert keyed(12 * HOUR) == behind


@pytest.mark.parametrize("seconds", [-12 * HOUR - 60, 24 * HOUR])
def test_periods_that_no_reader_can_come_from_have_no_key(seconds, set_clock):
    assert keyed(seconds) == ledger.UNKNOWN
    assert not Salt.objects.exists()


def test_no_salt_is_made_again_for_a_period_that_another_clock_has_ended(set_clock):
    set_clock(24 * HOUR)
    ledger.purge()
    set_clock(24 * HOUR - 300)  # a process behind, that has not held it
    assert keyed(0) == ledger.UNKNOWN


def test_after_24_hours_nothing_is_left_of_a_period_and_not_before(set_clock):
    first = keyed(0)
    ledger.note({first: ledger.current()})
    set_clock(24 * HOUR - 1)
    ledger.purge()
    assert Seen.objects.get().key == first
    set_clock(24 * HOUR)
    ledger.purge()
    assert not Seen.objects.exists()
    assert not Salt.objects.filter(period__lte=ledger.period_of(NOON // 60)).exists()


def test_a_purge_takes_a_part_at_a_time_and_says_when_there_is_more(set_clock, monkeypatch):
    monkeypatch.setattr(ledger, "CHUNK", 2)
    ledger.note(dict.fromkeys([1, 2, 3], ledger.current()))
    set_clock(24 * HOUR)
    assert (ledger.purge(), Seen.objects.count()) == (True, 1)
    assert (ledger.purge(), Seen.objects.count()) == (False, 0)


def test_what_was_forgotten_is_not_counted_again_by_a_process_that_holds_the_salt(set_clock):
    flight = book(("article_end", None))
    event = view(page(flight, minute=NOON // 60))
    store(Batch([event]))
    set_clock(24 * HOUR)
    ledger.purge()
    store(Batch([event]))
    assert SlotStat.objects.values_list("views", "bad_stale").get() == (1, 1)


def test_a_key_is_new_once(set_clock):
    assert ledger.note({5: 1, 6: 1}) == {5, 6}
    assert ledger.note({6: 1, 7: 1}) == {7}


def test_a_database_that_was_emptied_gets_new_salts(set_clock):
    flight = book(("article_end", None))
    lost = view(page(flight, minute=NOON // 60))
    Salt.objects.all().delete()
    store(Batch([lost]))
    store(Batch([view(page(flight, minute=NOON // 60))]))
    assert SlotStat.objects.values_list("views", "bad_stale").get() == (1, 1)


def test_without_a_database_there_is_no_key_and_it_is_not_asked_for_each(set_clock, caplog):
    def away(*args, **kwargs):
        raise DatabaseError("gone")

    with connection.execute_wrapper(away):
        assert [keyed(0) for _ in range(3)] == [ledger.UNKNOWN] * 3
    assert caplog.text.count("The salts cannot be read") == 1
