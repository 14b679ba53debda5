"""How much of a metered flight is due: its goal, spread as our readers come rather than evenly.

The hours of a week are weighed by the pages that we served in them during the last four weeks, so
that a flight takes the same part of a quiet night as of a busy noon. Nothing is known in the first
week: then every hour weighs the same. Hours are UTC's, so summer time shifts the shape by an hour
until it is learned anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from statistics import median
from typing import Protocol, Self

from django.db.models import Sum

from sponsors.models import Decisions, Flight, Kind, Pace

WEEKS = 4  # that are looked at, at most
YOUNG = timedelta(minutes=10)  # so long what was learned is not learned anew
LOOKAHEAD = timedelta(hours=1)  # a flight may be so far before its time
HOURS = 7 * 24
HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)
MONDAY = datetime(2001, 1, 1, tzinfo=UTC)  # any Monday: weeks are counted from here


@dataclass(frozen=True, slots=True)
class Traffic:
    """The part of a week's pages that lies before each of its hours, from Monday 0:00 UTC on."""

    before: tuple[float, ...]
    learned_at: datetime | None = None

    @classmethod
    def of(cls, weights: Sequence[float], learned_at: datetime | None = None) -> Self:
        """The shape of a week whose 168 hours have these weights, none of them 0."""
        whole = sum(weights)
        return cls((0.0, *(part / whole for part in accumulate(weights))), learned_at)

    def is_old(self, at: datetime) -> bool:
        """Whether it should be learned anew at `at`."""
        return self.learned_at is None or at - self.learned_at > YOUNG

    def share(self, starts: datetime, at: datetime, ends: datetime) -> float:
        """The part of [starts, ends)'s traffic that lies before `at`: from 0 to 1."""
        if at <= starts:
            return 0.0
        if at >= ends:
            return 1.0
        return self._weeks(starts, at) / self._weeks(starts, ends)

    def _weeks(self, since: datetime, until: datetime) -> float:
        """The traffic from one moment to another; that of a week is 1."""
        return self._weeks_until(until) - self._weeks_until(since)

    def _weeks_until(self, moment: datetime) -> float:
        weeks, rest = divmod(moment - MONDAY, WEEK)
        hour, into = divmod(rest, HOUR)
        begun, over = self.before[hour], self.before[hour + 1]
        return weeks + begun + (over - begun) * (into / HOUR)


UNIFORM = Traffic.of([1] * HOURS)


def learn(now: datetime) -> Traffic:
    """The shape of the last whole weeks, four at most, before the hour of `now`. One query.

    An hour weighs what it usually has (the median), so that one story that was read by all the
    world bends nothing, and a page more, so that none weighs nothing.
    """
    until = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    rows = Decisions.objects.filter(hour__gte=until - WEEKS * WEEK, hour__lt=until)
    pages = dict(rows.order_by().values_list("hour").annotate(Sum("pages")))
    weeks = (until - min(pages, default=until)) // WEEK
    weights = [1.0] * HOURS
    for hour in (until - WEEK + number * HOUR for number in range(HOURS)):
        found = [pages.get(hour - week * WEEK, 0) for week in range(weeks)]
        weights[(hour - MONDAY) % WEEK // HOUR] += median(found or [0])
    return Traffic.of(weights, learned_at=now)


class Paced(Protocol):
    """What is sold by the unit, for a period."""

    goal: int | None
    pace: str
    starts_at: datetime
    ends_at: datetime


def target(flight: Paced, at: datetime, traffic: Traffic) -> float:
    """How many units are due at `at`: views for CPM, clicks for CPC; 0 where none are promised."""
    goal = flight.goal or 0
    if flight.pace == Pace.ASAP:
        return float(goal if at >= flight.starts_at else 0)
    return goal * traffic.share(flight.starts_at, at, flight.ends_at)


@dataclass(frozen=True, slots=True)
class Meter:
    """What a metered flight has delivered, and what it should have an hour from then, in units.

    `due` grows by `growth` a second, which is near enough while a snapshot is held; so a page
    works out no shape. `views_per_unit` says what a unit costs in views: those of a click follow
    from the clicks so far, as if there had been one more in 200 more views.
    """

    unit: str
    goal: int
    delivered: int
    due: float
    growth: float
    views_per_unit: float
    read_at: float  # seconds since 1970

    @classmethod
    def of(cls, flight: Flight, views: int, clicks: int, *, at: datetime, traffic: Traffic) -> Self:
        """`views` and `clicks` are what was counted until `at`."""
        due, later = (target(flight, at + ahead * LOOKAHEAD, traffic) for ahead in (1, 2))
        is_by_click = flight.kind == Kind.CPC
        return cls(
            unit="clicks" if is_by_click else "views",
            goal=flight.goal or 0,
            delivered=clicks if is_by_click else views,
            due=due,
            growth=(later - due) / LOOKAHEAD.total_seconds(),
            views_per_unit=(views + 200) / (clicks + 1) if is_by_click else 1.0,
            read_at=at.timestamp(),
        )

    def need(self, time: float) -> float:
        """The views that it must have to be in time, none when it is ahead: then 0 or less.

        `time` is in seconds since 1970.
        """
        due = self.due + self.growth * (time - self.read_at)
        return (due - self.delivered) * self.views_per_unit

    def lead(self, time: float) -> float:
        """How far it is ahead, as a part of what is due."""
        due = self.due + self.growth * (time - self.read_at)
        return (self.delivered - due) / max(due, 1)
