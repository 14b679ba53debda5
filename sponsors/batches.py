"""Views, clicks and decisions on their way into the database: a batch is one transaction.

A batch is stored whole or not at all, and once however often it is tried: its own number is in the
ledger too, for when the answer to a commit gets lost.
"""

import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db import connections, router, transaction

from sponsors import ledger
from sponsors.billing import Terms
from sponsors.events import Event, Fault
from sponsors.models import Creative, Decisions, Delivery, Flight, PageStat, SlotStat
from sponsors.tallying import Row, Tally
from sponsors.upserting import add, add_to, insert_new

HOUR = 3600  # seconds

Served = tuple[int, str, tuple[int, ...]]  # hours since 1970, placement, the page's topics


@dataclass(frozen=True, slots=True)
class Batch:
    """Events, and how many pages were served of each kind and how many of them drew a box."""

    events: Sequence[Event]
    decisions: Mapping[Served, Sequence[int]] = field(default_factory=dict)
    number: int = field(default_factory=lambda: secrets.randbits(63))

    def parted(self) -> "list[Batch]":
        """Two that hold the same, none when nothing is left to part."""
        if self.events and self.decisions:
            return [Batch((), self.decisions), Batch(self.events)]
        middle = len(self.events) // 2
        return [Batch(self.events[:middle]), Batch(self.events[middle:])] if middle else []


def store(batch: Batch) -> int:
    """Count it; how many events were dropped, because their flight or creative is not there.

    After an error of the database, or of a value in it, nothing is stored.
    """
    alias = router.db_for_write(Delivery)
    _wait_for_a_second(alias)
    with transaction.atomic(using=alias):
        billed = _lock({event.token.flight for event in batch.events}, alias)
        events = _of_ours(batch.events, billed, alias)
        keys = _keys(events)
        new = ledger.note(keys | {batch.number: ledger.current()})
        if batch.number not in new:
            transaction.set_rollback(True, using=alias)  # stored before, and the answer was lost
            return 0
        # Asked after the keys were noted: see ledger.purge.
        tally = _tally(events, new, ledger.living(set(keys.values())))
        deliveries = list(tally.price(_terms(billed, alias), billed))
        new_rows, old_rows = tally.slot_rows()
        add(SlotStat, new_rows)
        add_to(SlotStat, old_rows)
        add(PageStat, tally.page_rows())
        add(Delivery, deliveries)
        add(Decisions, list(_decided(batch.decisions)))
    return len(batch.events) - len(events)


def _wait_for_a_second(alias: str) -> None:
    """And no longer for a SQLite that somebody writes to: who counts can come again.

    In the 20 seconds that others give it, redirects would wait for each click.
    """
    if connections[alias].vendor == "sqlite":
        with connections[alias].cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 1000")


def _lock(numbers: Collection[int], alias: str) -> dict[int, int]:
    """The billed units of those flights that there are, which until the end we alone change."""
    rows = Delivery.objects.using(alias).filter(flight__in=numbers)
    locked = rows.select_for_update().order_by("pk").values_list("pk", "billed_units")
    billed = dict(locked)
    if len(billed) < len(numbers):
        flights = Flight.objects.using(alias).filter(pk__in=numbers).exclude(pk__in=billed)
        insert_new(Delivery, ("flight",), sorted(flights.values_list("pk")))
        billed = dict(locked.all())
    return billed


def _terms(numbers: Collection[int], alias: str) -> dict[int, Terms]:
    """What they were sold for, which no editor changes until we have counted.

    Not waited for: an editor who is saving one may wait for its delivery, which we hold.
    """
    flights = Flight.objects.using(alias).filter(pk__in=numbers).order_by("pk")
    locked = flights.select_for_update(no_key=True, nowait=True)
    rows = locked.values_list("pk", "kind", "price_micro", "goal")
    return {number: Terms(kind, price, goal) for number, kind, price, goal in rows}


def is_being_edited(error: Exception) -> bool:
    """Whether this is `_terms` not waiting for an editor: PostgreSQL's lock_not_available."""
    return getattr(error.__cause__, "sqlstate", None) == "55P03"


def _of_ours(events: Sequence[Event], flights: Collection[int], alias: str) -> list[Event]:
    """Those of a creative of a flight that there is."""
    creatives = Creative.objects.using(alias).filter(flight__in=flights)
    ours = set(creatives.values_list("flight", "pk"))
    return [event for event in events if (event.token.flight, event.token.creative) in ours]


def _keys(events: Iterable[Event]) -> dict[int, int]:
    """What is to be remembered of them: keys with their periods."""
    keys: dict[int, int] = {}
    for event in events:
        if event.fault is None and event.key != ledger.UNKNOWN:
            keys[event.key] = keys[event.view_key] = ledger.period_of(event.token.minute)
    return keys


def _tally(events: Iterable[Event], new: set[int], living: Collection[int]) -> Tally:
    """Add them up. Each key in `new` lets through the first that has it."""
    tally = Tally()
    for event in events:
        if fault := _fault(event, new, living):
            tally.leave_out(event, fault)
            continue
        new.discard(event.key)
        tally.take(event, implies_view=event.view_key in new)
        new.discard(event.view_key)
    return tally


def _fault(event: Event, new: Collection[int], living: Collection[int]) -> Fault | None:
    if event.fault:
        return event.fault
    if event.key == ledger.UNKNOWN or ledger.period_of(event.token.minute) not in living:
        return Fault.STALE
    return None if event.key in new else Fault.DUP


def _decided(decisions: Mapping[Served, Sequence[int]]) -> Iterator[Row]:
    """Rows in one order, in which all processes lock them."""
    longest = Decisions._meta.get_field("topics").max_length
    sums: dict[tuple[int, str, str], list[int]] = {}
    for (hour, placement, topics), (pages, offers) in decisions.items():
        text = _fitting(" ".join(map(str, topics)), longest or 0)
        found = sums.setdefault((hour, placement, text), [0, 0])
        found[0] += pages
        found[1] += offers
    for (hour, placement, text), (pages, offers) in sorted(sums.items()):
        began = datetime.fromtimestamp(hour * HOUR, UTC)
        key = {"hour": began, "placement": placement, "topics": text}
        yield key | {"pages": pages, "offers": offers}


def _fitting(topics: str, longest: int) -> str:
    """As many whole numbers as there is room for: the main topic comes first."""
    return topics if len(topics) <= longest else topics[: longest + 1].rpartition(" ")[0]
