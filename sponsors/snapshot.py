"""The flights of this process in memory, so that a page asks the database nothing.

A flight starts and ends to the microsecond whatever the age of the snapshot, because the moment is
judged when a page picks; a booking, a pause or an edit is seen within MAX_AGE. While the database
is away the last snapshot stays.
"""

import logging
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from types import MappingProxyType

from django.db import connections

from sponsors.candidates import Candidate, Copy, candidates
from sponsors.models import Flight, Status

logger = logging.getLogger("sponsors")

MAX_AGE = 5.0  # seconds


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The booked flights that have not ended, by placement, as one moment saw them."""

    by_placement: Mapping[str, tuple[Candidate, ...]]
    creatives: Mapping[int, Copy]

    def next_boundary(self, after: datetime) -> datetime | None:
        """When a flight next starts or ends, None for never: no page may be kept past it."""
        flights = [flight for placed in self.by_placement.values() for flight in placed]
        moments = {flight.starts_at for flight in flights} | {flight.ends_at for flight in flights}
        return min((moment for moment in moments if moment > after), default=None)


def read() -> Snapshot:
    """The snapshot as the database has it now, in four queries."""
    return of(Flight.objects.unended().filter(status=Status.BOOKED).whole())


def of(flights: Iterable[Flight]) -> Snapshot:
    """A snapshot of these flights. One that cannot be read is left out and logged."""
    by_placement: dict[str, list[Candidate]] = {}
    creatives: dict[int, Copy] = {}
    for flight in flights:
        try:
            placed = list(candidates(flight))
        except Exception:
            logger.exception("Flight %s cannot be read and is not shown", flight.pk)
            continue
        for candidate in placed:
            by_placement.setdefault(candidate.placement, []).append(candidate)
            creatives |= {creative.id: creative for creative in candidate.creatives}
    return Snapshot(
        MappingProxyType({place: tuple(placed) for place, placed in by_placement.items()}),
        MappingProxyType(creatives),
    )


class Keeper:
    """Holds the process's one snapshot, and has it renewed by at most one thread at a time."""

    def __init__(self, read: Callable[[], Snapshot] = read) -> None:
        self._read = read
        self.start_over()

    def start_over(self) -> None:
        """Hold nothing, locks neither: a forked child may have got one that nobody will release."""
        self._held: Snapshot | None = None
        self._asked_at = monotonic()
        self._reading = threading.Lock()
        self._starting = threading.Lock()
        self._refresher: threading.Thread | None = None

    def current(self) -> Snapshot:
        """What is in memory: read on the first use, renewed beside the page once past MAX_AGE."""
        held = self._held
        if held is None:
            return self._first()
        if monotonic() - self._asked_at > MAX_AGE:
            self._refresh_beside()
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
            self._held = self._held or of([])
            return self._held

    def _renew(self) -> None:
        try:
            self._held = self._read()
        except Exception:
            logger.exception("The flights cannot be read; the last snapshot stays")
        finally:
            self._asked_at = monotonic()

    def _refresh_beside(self) -> None:
        if not self._starting.acquire(blocking=False):
            return
        try:
            if self._refresher is None or not self._refresher.is_alive():
                self._refresher = threading.Thread(
                    target=self._refresh_and_hang_up, name="sponsors-snapshot", daemon=True
                )
                self._refresher.start()
        except RuntimeError:
            logger.warning("No thread could be started; the last snapshot stays", exc_info=True)
        finally:
            self._starting.release()

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
