from datetime import timedelta

import pytest
from django.utils import timezone

from sponsors import filtering, ledger, snapshot, tokens
from sponsors.events import Fault, What
from sponsors.models import Status
from sponsors.tests.sales import book
from sponsors.tests.sending import GOOGLEBOT, READER, token

pytestmark = pytest.mark.django_db


@pytest.fixture
def flight():
    return book(("article_end", None))


def judged(text, *, what=What.VIEW, now=None, **told):
    """The event that a request with this token makes; `now` is when it comes in."""
    return filtering.event(what, tokens.read(text), READER | told, now=now or timezone.now())


def ago(**told):
    return timezone.now() - timedelta(**told)


def test_a_readers_view_has_no_fault_and_a_key(flight):
    event = judged(token(flight))
    assert event.fault is None
    assert event.key == event.view_key != ledger.UNKNOWN


def test_a_click_knows_the_view_that_it_implies(flight):
    text = token(flight)
    view, click = judged(text), judged(text, what=What.CLICK)
    assert click.view_key == view.key != click.key


def test_what_has_a_fault_has_no_key(flight):
    event = judged(token(flight), HTTP_USER_AGENT=GOOGLEBOT)
    assert (event.fault, event.key, event.view_key) == (Fault.BOT, 0, 0)


def test_the_first_fault_names_it(flight):
    """A bot with an old page is a bot; so each is reported once, and by its cause."""
    old = token(flight, now=ago(hours=13))
    assert judged(old, HTTP_USER_AGENT=GOOGLEBOT).fault is Fault.BOT
    faults = [judged(old).fault for _ in range(10)]
    assert set(faults) == {Fault.STALE}


# From elsewhere


def test_a_view_comes_from_our_own_pages(flight):
    assert judged(token(flight), HTTP_SEC_FETCH_SITE="cross-site").fault is Fault.BOT


def test_a_click_may_come_from_anywhere(flight):
    event = judged(token(flight), what=What.CLICK, HTTP_SEC_FETCH_SITE="cross-site")
    assert event.fault is None


@pytest.mark.parametrize("what", [What.CLICK, What.CLICK_ALT])
@pytest.mark.parametrize(
    ("dest", "fault"), [("document", None), ("image", Fault.BOT), ("iframe", Fault.BOT)]
)
def test_a_click_opens_a_page_and_fills_no_picture_or_frame(flight, what, dest, fault):
    assert judged(token(flight), what=what, HTTP_SEC_FETCH_DEST=dest).fault is fault


# Too late


@pytest.mark.parametrize(
    ("served", "fault"),
    [
        ({"hours": 11, "minutes": 59}, None),
        ({"hours": 12, "minutes": 1}, Fault.STALE),
        ({"days": 30}, Fault.STALE),
        ({"minutes": -9}, None),
        ({"minutes": -11}, Fault.STALE),
    ],
)
def test_a_page_counts_for_twelve_hours(flight, served, fault):
    """And if the clock of the process that served it is ten minutes ahead."""
    assert judged(token(flight, now=ago(**served))).fault is fault


@pytest.mark.parametrize(("over", "fault"), [(9, None), (11, Fault.STALE)])
def test_a_page_that_was_open_at_the_end_counts_for_ten_minutes(over, fault):
    ended = book(("article_end", None), ends_at=ago(minutes=over))
    assert judged(token(ended)).fault is fault


@pytest.mark.parametrize("status", [Status.PAUSED, Status.STOPPED])
def test_what_is_held_back_does_not_count(flight, status):
    flight.status = status
    flight.save()
    snapshot.forget()
    assert judged(token(flight)).fault is Fault.STALE


def test_a_flight_that_nobody_knows_does_not_count(flight):
    text = token(flight)
    flight.creatives.all().delete()
    flight.delete()
    assert judged(text).fault is Fault.STALE


# Too often


def test_a_captured_page_counts_five_times_in_its_network(flight):
    text = token(flight)
    agents = (f"{READER['HTTP_USER_AGENT']} {number}" for number in range(1000))
    faults = [judged(text, HTTP_USER_AGENT=agent).fault for agent in agents]
    assert faults == [None] * 5 + [Fault.RATE] * 995


def test_whose_address_cannot_be_read_is_limited_too(flight):
    faults = [judged(token(flight), REMOTE_ADDR=f"no{n}").fault for n in range(20)]
    assert faults.count(None) == 5
