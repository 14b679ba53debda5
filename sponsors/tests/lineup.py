"""Candidates made by hand, for tests of what a page picks: no database has them."""

from typing import Any

from sponsors.candidates import Candidate, Copy, Payer
from sponsors.models import Kind, Status
from sponsors.pacing import Meter
from sponsors.tests.sales import COPY, JULY, JUNE, NOW

OVERWINTER = Payer("Overwinter", "Overwinter Storage AS", "")
ENERGY, SPACE, POLICY = 1, 2, 3


def words(number: int = 1, weight: int = 1, withheld: str = "") -> Copy:
    return Copy(id=number, weight=weight, withheld=withheld, **COPY)


def flight(number: int = 1, *topics: int | None, **fields: Any) -> Candidate:
    """A candidate that runs through June; None among the topics is run of site."""
    told: dict[str, Any] = {
        "flight": number,
        "name": f"flight {number}",
        "payer": OVERWINTER,
        "kind": Kind.EXCLUSIVE,
        "status": Status.BOOKED,
        "starts_at": JUNE,
        "ends_at": JULY,
        "placement": "article_end",
        "topics": frozenset(topics) - {None},
        "is_run_of_site": None in topics,
        "excluded": frozenset(),
        "creatives": (words(),),
    }
    return Candidate(**told | fields)


def shared(number: int, share: int, **fields: Any) -> Candidate:
    """A part of the views of every page."""
    return flight(number, None, **{"kind": Kind.SHARE, "share": share} | fields)


def house(number: int, weight: int = 1, **fields: Any) -> Candidate:
    return shared(number, weight, **{"kind": Kind.HOUSE} | fields)


def metered(number: int, need: float, **fields: Any) -> Candidate:
    """Views on every page, of which it needs so many in the coming hour."""
    return flight(number, None, **{"kind": Kind.CPM, "meter": meter(need)} | fields)


def meter(need: float, *, delivered: int = 100, goal: int = 1_000, **fields: Any) -> Meter:
    """Read at NOW, and due as much as it needs beyond what is delivered."""
    told: dict[str, Any] = {
        "unit": "views",
        "goal": goal,
        "delivered": delivered,
        "due": delivered + need,
        "growth": 0.0,
        "views_per_unit": 1.0,
        "read_at": NOW.timestamp(),
    }
    return Meter(**told | fields)
