"""What every report is a sum of: the counts of each day, and what a flat price earned on it.

A page, a table, a chart, a file and the admin add up these lines and nothing else, so they agree
to the micro-unit. What is counted comes from SlotStat. A flat price is earned by time, hour by
hour, and stands on lines of its own (no creative, no placement, no topic): it was paid for the
period, and any way to share it out among creatives would be made up.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils import timezone

from sponsors.days import DAY, MICROSECOND, LocalDay, days, midnight
from sponsors.models import FLAT, Flight, SlotStat, Status

# What is left out of every figure, by why; see sponsors.filtering.
BUCKETS = ("bot", "dup", "rate", "stale")


@dataclass(frozen=True, slots=True)
class Counts:
    """A sum of counts. Money is in micro-units of the flight's currency."""

    views: int = 0
    clicks: int = 0
    clicks_alt: int = 0
    bonus: int = 0
    spend_micro: int = 0
    bad_bot: int = 0
    bad_dup: int = 0
    bad_rate: int = 0
    bad_stale: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return total([self, other])

    @property
    def ctr(self) -> float | None:
        """Clicks on the first link per view, None before the first view."""
        return self.clicks / self.views if self.views else None

    @property
    def ecpm_micro(self) -> int | None:
        """What a thousand views came to, rounded half up; None before the first view."""
        return _quotient(1000 * self.spend_micro, self.views)

    @property
    def ecpc_micro(self) -> int | None:
        """What a click came to, rounded half up; None before the first click."""
        return _quotient(self.spend_micro, self.clicks)

    @property
    def filtered(self) -> dict[str, int]:
        """Views and clicks that were left out, by why."""
        return {bucket: getattr(self, f"bad_{bucket}") for bucket in BUCKETS}

    @property
    def left_out(self) -> int:
        return sum(self.filtered.values())


COUNTED = tuple(field.name for field in fields(Counts))
_numbers = attrgetter(*COUNTED)


@dataclass(frozen=True, slots=True)
class Line:
    """One day of a flight, in the site's time zone, in one placement with one creative's words.

    `topic` is the number of the one it was booked for, 0 for run of site. A line of a flat price
    has no creative and no placement.
    """

    day: date
    flight: Flight
    creative: int | None
    placement: str
    topic: int
    counts: Counts

    @property
    def is_flat_price(self) -> bool:
        return self.creative is None


def lines(flights: Sequence[Flight], until: datetime | None = None) -> list[Line]:
    """The lines of these flights up to `until` (None: now), in one query; oldest first."""
    until = until or timezone.now()
    told = [*_counted_lines(flights, until), *_flat_lines(flights, until)]
    return sorted(told, key=_order)


def sums(flights: Sequence[Flight], until: datetime | None = None) -> dict[int, Counts]:
    """The sum of each flight's lines by its number, added up by the database in one query."""
    until = until or timezone.now()
    found = {row.pop("flight"): Counts(**row) for row in _counted(flights, until, "flight")}
    return {
        flight.pk: found.get(flight.pk, Counts()) + Counts(spend_micro=earned(flight, until))
        for flight in flights
    }


def total(each: Iterable[Counts]) -> Counts:
    """Their sum."""
    columns = zip(*map(_numbers, each), strict=True)
    return Counts(*map(sum, columns))


def earned(flight: Flight, at: datetime) -> int:
    """What a flat price has earned at `at`, in micro-units: the price by the part of the period.

    Whole hours only, until the flight is over, so that two looks within an hour agree. A flight
    that is stopped earns no more; one that is paused does, since its period is what was bought.
    """
    if flight.kind not in FLAT or flight.status == Status.DRAFT:
        return 0
    hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    until = flight.over_at if at >= flight.over_at else hour
    elapsed = max(until - flight.starts_at, timedelta(0)) // MICROSECOND
    return flight.price_micro * elapsed // ((flight.ends_at - flight.starts_at) // MICROSECOND)


def _counted(flights: Sequence[Flight], until: datetime, *by: str, **and_by: Any) -> QuerySet:
    """The sums of what was counted in hours that began before `until`, for each value of `by`."""
    rows = SlotStat.objects.filter(flight__in=[flight.pk for flight in flights], hour__lt=until)
    return rows.values(*by, **and_by).annotate(**{name: Sum(name) for name in COUNTED}).order_by()


def _counted_lines(flights: Sequence[Flight], until: datetime) -> Iterator[Line]:
    by_number = {flight.pk: flight for flight in flights}
    starts = min((flight.starts_at for flight in flights), default=until)
    day = LocalDay("hour", starts, until)
    for row in _counted(flights, until, "flight", "creative", "placement", "topic_number", day=day):
        yield Line(
            day=row.pop("day"),
            flight=by_number[row.pop("flight")],
            creative=row.pop("creative"),
            placement=row.pop("placement"),
            topic=row.pop("topic_number"),
            counts=Counts(**row),
        )


def _flat_lines(flights: Sequence[Flight], until: datetime) -> Iterator[Line]:
    for flight in flights:
        before = 0
        for day in days(flight.starts_at, min(until, flight.over_at)):
            after = earned(flight, min(midnight(day + DAY), until))
            if after > before:
                yield Line(day, flight, None, "", 0, Counts(spend_micro=after - before))
            before = after


def _order(line: Line) -> tuple[Any, ...]:
    """Days in turn; a flat price after what was counted on its day."""
    told = (line.creative or 0, line.placement, line.topic)
    return line.day, line.flight.pk, line.is_flat_price, *told


def _quotient(micro: int, number: int) -> int | None:
    """micro ÷ number as a whole number, halves up; None for number 0."""
    return (2 * micro + number) // (2 * number) if number else None
