"""The flights of this process in memory, so that a page asks the database nothing.

A flight starts and ends to the microsecond whatever the age of the snapshot, because the moment is
judged when a page picks; a booking, a pause or an edit is seen within five seconds. While the
database is away the last snapshot stays; what is sold by the unit is then shown for a while only,
because nobody knows what was delivered since (see sponsors.picking).
"""

import logging
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from types import MappingProxyType
from typing import Self

from django.db import connections
from django.db.models import Q
from django.utils import timezone

from sponsors import pacing
from sponsors.candidates import Candidate, Copy, Words, candidates, reach
from sponsors.models import METERED, Flight, FlightSlot, Status
from sponsors.models.flight import FlightQuerySet
from sponsors.pacing import UNIFORM, Traffic

logger = logging.getLogger("sponsors")

MAX_AGE = 3.0  # seconds after which it is renewed beside the pages
IDLE = 4.5  # seconds after which a page waits for a new one: none came that had it renewed
PATIENCE = 1.0  # seconds that pages wait, of each renewal its first
TOKEN_LIFE = timedelta(hours=12)  # so long a page may still send something after it was served


@dataclass(frozen=True, slots=True)
class Running:
    """What counting needs to know of a flight, over or not: it ran in [starts_at, over_at)."""

    kind: str
    status: str
    starts_at: datetime
    over_at: datetime

    @classmethod
    def of(cls, flight: Flight) -> Self:
        return cls(flight.kind, flight.status, flight.starts_at, flight.over_at)

    def is_due(self, at: datetime) -> bool:
        """Whether it may be shown at `at` or later."""
        return self.status == Status.BOOKED and at < self.over_at


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The flights as one moment saw them.

    `by_placement` has the booked ones that are not over; `flights` and `creatives`, by primary key,
    also have the paused and stopped ones and those that were over for less than TOKEN_LIFE.
    """

    by_placement: Mapping[str, tuple[Candidate, ...]]
    creatives: Mapping[int, Copy]
    flights: Mapping[int, Running] = field(default_factory=dict)
    taken_at: datetime | None = None  # None: the database was never read
    traffic: Traffic = UNIFORM

    def next_boundary(self, after: datetime) -> datetime | None:
        """When a flight next starts or ends, None for never: no page may be kept past it."""
        flights = [flight for placed in self.by_placement.values() for flight in placed]
        moments = {flight.starts_at for flight in flights} | {flight.ends_at for flight in flights}
        return min((moment for moment in moments if moment > after), default=None)


EMPTY = Snapshot({}, {})


def read(at: datetime | None = None, *, before: Snapshot = EMPTY) -> Snapshot:
    """The snapshot as the database has it, of `at` (None: now): three queries.

    A fourth one reads words that are not as in the snapshot before. A fifth one learns the shape
    of our traffic anew, now and then, where anything is sold by the unit.
    """
    at = at or timezone.now()
    flights = list(countable(at))
    traffic = before.traffic
    if traffic.is_old(at) and any(flight.kind in METERED for flight in flights):
        traffic = pacing.learn(at)
    return of(flights, at=at, traffic=traffic, known=before.creatives)


def countable(at: datetime) -> FlightQuerySet:
    """Those of which something may be shown or counted at `at`, or will be."""
    served_since = at - TOKEN_LIFE
    lately = Q(stopped_at=None) | Q(stopped_at__gt=served_since)
    flights = Flight.objects.unended(served_since).filter(lately).exclude(status=Status.DRAFT)
    return flights.select_related("sponsor", "delivery")


def of(
    flights: Sequence[Flight],
    *,
    at: datetime,
    traffic: Traffic = UNIFORM,
    known: Mapping[int, Copy] = EMPTY.creatives,
    only_due: bool = True,
) -> Snapshot:
    """A snapshot of these flights. One that cannot be read is left out and logged.

    `by_placement` has only those that may be shown at `at` or later, unless all are asked for.
    """
    slots = FlightSlot.objects.filter(flight__in=[flight.pk for flight in flights])
    reaches, words = reach(slots), Words(flights, known)
    by_placement: dict[str, list[Candidate]] = {}
    creatives: dict[int, Copy] = {}
    running: dict[int, Running] = {}
    for flight in flights:
        try:
            copies = words.of(flight)
            bought = reaches.get(flight.pk, ())
            placed = candidates(flight, copies=copies, reaches=bought, at=at, traffic=traffic)
        except Exception:
            logger.exception("Flight %s cannot be read and is not shown", flight.pk)
            continue
        running[flight.pk] = Running.of(flight)
        creatives |= {each.id: each for each in copies}
        if only_due and not running[flight.pk].is_due(at):
            continue
        for candidate in placed:
            by_placement.setdefault(candidate.placement, []).append(candidate)
    return Snapshot(
        MappingProxyType({place: tuple(placed) for place, placed in by_placement.items()}),
        MappingProxyType(creatives),
        MappingProxyType(running),
        taken_at=at,
        traffic=traffic,
    )


class Keeper:
    """Holds the process's one snapshot, and has it renewed by at most one thread at a time."""

    def __init__(self, read: Callable[..., Snapshot] = read) -> None:
        self._read = read
        self.start_over()

    def start_over(self) -> None:
        """Hold nothing, locks neither: a forked child may have got one that nobody will release."""
        self._held: Snapshot | None = None
        self._asked_at = monotonic()
        self._reading = threading.Lock()
        self._starting = threading.Lock()
        self._refresher: threading.Thread | None = None
        self._started_at = 0.0

    def current(self) -> Snapshot:
        """What is in memory: read on the first use, renewed beside the page once past MAX_AGE.

        The pages after an idle while wait for a new one, so that they show no paused flight.
        """
        held = self._held
        if held is None:
            return self._first()
        age = monotonic() - self._asked_at
        if age > MAX_AGE:
            self._refresh_beside()
        if age > IDLE and self._refresher:
            self._refresher.join(max(self._started_at + PATIENCE - monotonic(), 0))
            return self._held or held
        return held

    def refresh(self) -> None:
        """Read anew, here and now. When that fails it is logged and the last snapshot stays."""
        with self._reading:
            self._renew()

    def forget(self) -> None:
        """Drop what is held, so that the next use reads: for tests, whose databases differ."""
        with self._reading:
            self._held = None

    def _first(self) -> Snapshot:
        with self._reading:
            if self._held is None:
                self._renew()
            # Nothing to fall back on: no placements until the next refresh, rather than a wait.
            self._held = self._held or EMPTY
            return self._held

    def _renew(self) -> None:
        try:
            self._held = self._read(before=self._held or EMPTY)
        except Exception:
            logger.exception("The flights cannot be read; the last snapshot stays")
        finally:
            self._asked_at = monotonic()

    def _refresh_beside(self) -> None:
        """Start the thread that does it, unless one is at it already or none can be started."""
        with self._starting:
            if self._refresher and self._refresher.is_alive():
                return
            refresher = threading.Thread(
                target=self._refresh_and_hang_up, name="sponsors-snapshot", daemon=True
            )
            try:
                refresher.start()
            except RuntimeError:
                logger.warning("No thread could be started; the last snapshot stays", exc_info=True)
                return
            self._refresher, self._started_at = refresher, monotonic()

    def _refresh_and_hang_up(self) -> None:
        try:
            self.refresh()
        finally:
            connections.close_all()  # this thread's own; others keep theirs


_keeper = Keeper()
os.register_at_fork(after_in_child=_keeper.start_over)

current = _keeper.current
refresh = _keeper.refresh
forget = _keeper.forget
