"""That no slot is sold twice: asked before a booking, and held by the database in any case.

Every slot of an exclusive booking carries the period that it holds (`held_from`, `held_until`),
which an exclusion constraint on PostgreSQL and a trigger on SQLite compare; see migration 0003.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connections, models, router, transaction

if TYPE_CHECKING:
    from sponsors.models.flight import Flight
    from sponsors.models.slot import FlightSlot


def refuse_overlap(flight: "Flight", slots: "Iterable[FlightSlot]") -> None:
    """ValidationError that names the booking in whose way one of `slots` would be."""
    shares = flight.kind == "share" and flight.status == "booked" and flight.share
    if not (flight.is_blocking or shares) or not (flight.starts_at and flight.ends_at):
        return
    alias = router.db_for_write(type(flight))
    _wait_for_other_bookings(alias)
    beside = type(flight)._default_manager.using(alias).beside(flight)
    rivals = list(beside.select_related("sponsor").prefetch_related("slots__topic"))
    for slot in (slot for slot in slots if not slot.exclude):
        there = [rival for rival in rivals if _has(rival, slot)]
        if flight.is_blocking and there:
            raise ValidationError(
                f"{_named(there[0])} holds {slot} from {there[0].period}: "
                "choose another period, placement or topic."
            )
        if shares and (taken := _most_shared(there)) + (flight.share or 0) > 100:
            raise ValidationError(
                f"{taken} % of {slot} is sold at some moment of this period, to "
                f"{', '.join(map(_named, there))}: {100 - taken} % are left."
            )


def hold(flights: "Iterable[Flight]") -> None:
    """Write into the flights' slots what they hold; ValidationError that names whose it is."""
    for flight in flights:
        slots = flight.slots.all()
        held = (flight.starts_at, flight.ends_at) if flight.is_blocking else (None, None)
        refuse_overlap(flight, slots)
        with naming_the_holder(flight, slots):
            slots.hold(*held)


@contextmanager
def naming_the_holder(flight: "Flight", slots: "Iterable[FlightSlot]") -> Iterator[None]:
    """A savepoint in which the database's refusal of an overlap says whose booking it is."""
    try:
        with transaction.atomic(router.db_for_write(type(flight))):
            yield
    except IntegrityError:
        refuse_overlap(flight, slots)
        raise


def _has(rival: "Flight", slot: "FlightSlot") -> bool:
    return any(each.spot == slot.spot and not each.exclude for each in rival.slots.all())


def _named(flight: "Flight") -> str:
    return f"“{flight.name}” of {flight.sponsor.name}"


def _most_shared(flights: "list[Flight]") -> int:
    """The most per cent that they take together at any one moment."""
    moments = [flight.starts_at for flight in flights]
    together = (
        sum(each.share or 0 for each in flights if each.starts_at <= moment < each.ends_at)
        for moment in moments
    )
    return max(together, default=0)


def _wait_for_other_bookings(alias: str) -> None:
    """Let one transaction book at a time, so that the second is told by name what the first took.

    The rows of all sponsors are the lock: every booking has one. SQLite has one writer anyway.
    """
    if connections[alias].in_atomic_block:
        sponsor: type[models.Model] = apps.get_model("sponsors.Sponsor")
        rows = sponsor._default_manager.using(alias).select_for_update(no_key=True)
        list(rows.order_by("pk").values_list("pk"))
