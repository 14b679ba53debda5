"""What is counted apart: from a signed token that came in to an event, perhaps with a fault.

The guards stand in the order of the reference; the first that objects names the fault. Twice is
none of them: that is found where it is stored.
"""

import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sponsors import ledger, snapshot
from sponsors.bots import is_program
from sponsors.events import Event, Fault, What
from sponsors.models import Status
from sponsors.rates import Rates
from sponsors.snapshot import Running
from sponsors.tokens import Token
from sponsors.visitors import Visitor

OLDEST = 12 * 60  # minutes since the page was served; models.ledger relies on it
SKEW = 10  # minutes by which the clock of the process that served it may be ahead
GRACE = timedelta(minutes=10)  # in which a page that was open at a flight's end still counts

_rates = Rates()
os.register_at_fork(after_in_child=_rates.start_over)

start_over = _rates.start_over


def event(what: What, token: Token, meta: Mapping[str, Any], *, now: datetime) -> Event:
    """What to count for a request with this WSGI environment, by the flights in memory.

    An event that has a fault carries no keys, since nothing will look for it again.
    """
    visitor = Visitor.of(meta)
    flights = snapshot.current().flights
    if fault := judge(what, token, visitor, meta, now=now, flights=flights):
        return Event(what, token, fault, ledger.UNKNOWN, ledger.UNKNOWN)
    of_view = ledger.key(token, What.VIEW, visitor.identity)
    is_view = what is What.VIEW
    key = of_view if is_view else ledger.key(token, what, visitor.identity)
    return Event(what, token, None, key, of_view)


def judge(
    what: What,
    token: Token,
    visitor: Visitor,
    meta: Mapping[str, Any],
    *,
    now: datetime,
    flights: Mapping[int, Running],
) -> Fault | None:
    """Why it is counted apart, None when it is good; `flights` by primary key."""
    if is_program(meta) or _is_of_another_site(what, meta):
        return Fault.BOT
    if is_stale(token, flights.get(token.flight), now):
        return Fault.STALE
    if not _rates.take(what, token, visitor.network, int(now.timestamp())):
        return Fault.RATE
    return None


def is_stale(token: Token, flight: Running | None, now: datetime) -> bool:
    """Whether its page is too old, or its flight is over, held back or not known."""
    age = int(now.timestamp()) // 60 - token.minute
    if flight is None or not -SKEW <= age <= OLDEST:
        return True
    return flight.status != Status.BOOKED or now - GRACE > flight.over_at


def _is_of_another_site(what: What, meta: Mapping[str, Any]) -> bool:
    """Whether another site has its readers send it, with a token that it got from a page of ours.

    Our pages ask their own site, and a click opens a page: no picture, frame or script.
    """
    if what is What.VIEW:
        return meta.get("HTTP_SEC_FETCH_SITE", "same-origin") != "same-origin"
    return meta.get("HTTP_SEC_FETCH_DEST", "document") != "document"
