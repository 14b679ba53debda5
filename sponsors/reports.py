"""How a flight stands: what it delivered and earned, beside what it should have by now."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.utils import timezone

from sponsors import pacing
from sponsors.lines import Counts, sums
from sponsors.models import METERED, Flight, Kind
from sponsors.pacing import Traffic


@dataclass(frozen=True, slots=True)
class Totals(Counts):
    """The sum of a flight's lines, and how that compares with what was sold.

    Units are clicks for CPC and views for every other kind.
    """

    goal: int | None = None  # units sold (CPM, CPC) or promised (a flat price); None: no promise
    delivered: int = 0  # units
    target: float | None = None  # units due by now as our readers come; None without a goal
    projected: int | None = None  # units at the end, at this rate; None before it can be said

    @property
    def left(self) -> int | None:
        """Units to go until the goal, None without one."""
        return None if self.goal is None else max(0, self.goal - self.delivered)

    @property
    def pace(self) -> float | None:
        """Delivered ÷ target: 1.0 is on pace. None without a goal, and before anything is due."""
        return self.delivered / self.target if self.target else None


def totals(flight: Flight, at: datetime | None = None) -> Totals:
    """How the flight stands at `at` (None: now)."""
    return totals_of([flight], at)[flight.pk]


def totals_of(flights: Sequence[Flight], at: datetime | None = None) -> dict[int, Totals]:
    """How each flight stands, by its number, in as many queries as for one."""
    at = at or timezone.now()
    traffic = pacing.learn(at)
    return {
        flight.pk: stand(flight, counts, at, traffic)
        for flight, counts in zip(flights, sums(flights, at).values(), strict=True)
    }


def stand(flight: Flight, counts: Counts, at: datetime, traffic: Traffic) -> Totals:
    """What these counts of the flight mean at `at`."""
    delivered = counts.clicks if flight.kind == Kind.CPC else counts.views
    return Totals(
        **asdict(counts),
        goal=flight.goal,
        delivered=delivered,
        target=_target(flight, at, traffic),
        projected=_projected(flight, delivered, at, traffic),
    )


def _target(flight: Flight, at: datetime, traffic: Traffic) -> float | None:
    if flight.goal is None:
        return None
    return pacing.target(flight, min(at, flight.over_at), traffic)


def _projected(flight: Flight, delivered: int, at: datetime, traffic: Traffic) -> int | None:
    """Units at the end if they go on coming as they did, for each reader that comes."""
    if at >= flight.over_at:
        return delivered
    share = traffic.share(flight.starts_at, at, flight.ends_at) if at > flight.starts_at else 0
    if not share:
        return None
    units = round(delivered / share)
    # What is metered is not shown past its goal.
    return max(delivered, min(units, flight.goal or units)) if flight.kind in METERED else units
