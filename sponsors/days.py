"""Days as the site's time zone has them, in Python and in the database."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from django.db.models import F
from django.db.models.functions import TruncDate
from django.utils import timezone

MICROSECOND = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LEGIBLE = 62  # columns on a telephone's screen


def midnight(day: date) -> datetime:
    """The first moment of the day in the site's time zone."""
    return timezone.make_aware(datetime.combine(day, time()))


def days(starts: datetime, until: datetime) -> Iterator[date]:
    """The days that [starts, until) touches, in the site's time zone; none for an empty period."""
    if until <= starts:
        return
    day, last = timezone.localdate(starts), timezone.localdate(until - MICROSECOND)
    while day <= last:
        yield day
        day += DAY


@dataclass(frozen=True, slots=True)
class Span:
    """Days that are drawn as one: `first` to `last`, both of them in it."""

    first: date
    last: date

    def __str__(self) -> str:
        return f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"


def spans(each: Sequence[date]) -> tuple[str, list[Span]]:
    """These days put together by "day", "week" or "month", whichever is legible, and that word."""
    if len(each) <= LEGIBLE:
        return "day", [Span(day, day) for day in each]
    if len(each) <= 7 * LEGIBLE:
        return "week", _together(each, lambda day: day.isocalendar()[:2])
    return "month", _together(each, lambda day: (day.year, day.month))


def _together(each: Sequence[date], key: Callable[[date], tuple[int, int]]) -> list[Span]:
    groups = [list(group) for _, group in groupby(each, key)]
    return [Span(group[0], group[-1]) for group in groups]


class LocalDay(TruncDate):
    """The day, in the site's time zone, of a field whose values lie in [starts, until].

    On SQLite TruncDate calls Python for every row: a second for a hundred thousand of them. There
    this moves each part of the period by its own offset in the database's arithmetic instead.
    """

    def __init__(self, field: str, starts: datetime, until: datetime, **extra: Any) -> None:
        # Expressions may be copied without their arguments' names, hence `extra`.
        super().__init__(F(field), tzinfo=timezone.get_current_timezone(), **extra)
        self.offsets = list(_offsets(starts, until))

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        moment, given = compiler.compile(self.lhs)
        sql, params = "CASE", []
        for end, minutes in self.offsets:
            sql += f" WHEN {moment} < %s THEN date({moment}, %s)"
            before = connection.ops.adapt_datetimefield_value(end)
            params += [*given, before, *given, f"{minutes:+d} minutes"]
        return f"{sql} END", params


def _offsets(starts: datetime, until: datetime) -> Iterator[tuple[datetime, int]]:
    """(until when, minutes ahead of UTC), for each part of the period between two clock changes."""
    moment = starts.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    offset = _minutes(moment)
    while moment <= until:
        moment += DAY if _minutes(moment + DAY) == offset else HOUR
        if _minutes(moment) != offset:
            yield moment, offset
            offset = _minutes(moment)
    yield moment, offset


def _minutes(moment: datetime) -> int:
    return (timezone.localtime(moment).utcoffset() or timedelta(0)) // timedelta(minutes=1)
