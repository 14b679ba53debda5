"""Charts as figures for SVG: what is drawn where, without a script. Pure; templates draw it.

Shapes lie in a field of 1000 by 1000 that is stretched over the chart, so lines keep their width
(`vector-effect`) and words, which are placed in per cent, their size: one drawing is legible on a
telephone and on paper. Every number leaves here as text, because templates write numbers as the
site's language does and SVG does not.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate, chain, groupby

from django.utils import timezone

from sponsors import pacing
from sponsors.days import DAY, Span, days, midnight, spans
from sponsors.figures import percent, short, whole
from sponsors.lines import Counts, total
from sponsors.statements import Statement

FIELD = 1000  # the side of the field that shapes are drawn on
NARROWEST = 7  # columns: fewer are drawn as wide as they would be in a week
LABELS = 5  # along the time, at most: what fits on a telephone
BASIS = 10_000  # a rate is drawn in hundredths of a per cent, so that its scale is whole too

Point = tuple[float, float]  # how far right, how far up, each as a part of the chart


@dataclass(frozen=True, slots=True)
class Mark:
    """A word at `at` per cent of the chart's width from the left, or of its height from the top."""

    at: str
    label: str


@dataclass(frozen=True, slots=True)
class Column:
    """A bar from the ground up, and what is said of it."""

    x: str
    y: str
    width: str
    height: str
    label: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Units delivered, added up from the start, beside what was due. Lines are SVG points."""

    unit: str
    heights: Sequence[Mark]
    moments: Sequence[Mark]
    delivered: str
    area: str
    due: str  # "" where nothing was promised
    told: str


@dataclass(frozen=True, slots=True)
class Daily:
    """Views by day, week or month, and below them clicks per view. Lines are SVG points."""

    unit: str
    heights: Sequence[Mark]
    moments: Sequence[Mark]
    columns: Sequence[Column]
    rates: Sequence[Mark]
    rate_lines: Sequence[str]  # broken where there were no views
    told: str


def progress(statement: Statement) -> Progress:
    """From the start of the flight to its end, however far it has come."""
    flight, at = statement.flight, min(statement.at, statement.flight.over_at)
    reached = list(_reached(statement, at))
    due = list(_due(statement)) if statement.is_paced else []
    steps = scale(max(flight.goal or 0, reached[-1][1]), 4)

    def points(each: Iterable[tuple[datetime, float]]) -> list[Point]:
        return [(_part(moment, statement), units / steps[-1]) for moment, units in each]

    line = points(reached)
    return Progress(
        unit=statement.unit,
        heights=[Mark(_per_cent(1 - step / steps[-1]), short(step)) for step in steps],
        moments=_moments(statement),
        delivered=_points(line),
        area=_points([*line, (line[-1][0], 0)]),
        due=_points(points(due)),
        told=_progress_told(statement),
    )


def daily(statement: Statement) -> Daily:
    """From the start of the flight to the moment of the report, or the end."""
    at = min(statement.at, statement.flight.over_at)
    unit, each = spans(list(days(statement.flight.starts_at, at)))
    counts = list(_by_span(statement, each))
    places = max(len(each), NARROWEST)
    steps = scale(max((one.views for one in counts), default=0), 4)
    rates = [one.ctr for one in counts]
    rate_steps = scale(max((round(BASIS * rate) for rate in rates if rate), default=0), 3)
    return Daily(
        unit=unit,
        heights=[Mark(_per_cent(1 - step / steps[-1]), short(step)) for step in steps],
        moments=_spread([(place / places, span.first) for place, span in enumerate(each)]),
        columns=[
            _column(place / places, 1 / places, one.views / steps[-1], _said(span, one))
            for place, (span, one) in enumerate(zip(each, counts, strict=True))
        ],
        rates=[Mark(_per_cent(1 - step / rate_steps[-1]), _rate(step)) for step in rate_steps],
        rate_lines=list(_rate_lines(rates, places, rate_steps[-1])),
        told=_daily_told(unit, each, counts),
    )


def scale(top: int, most: int) -> list[int]:
    """Round numbers from 0 to `top` or just past it, in `most` equal steps or fewer."""
    sizes = (digit * 10**power for power in range(20) for digit in (1, 2, 5))
    step = next(size for size in sizes if size * most >= top)
    return [step * number for number in range(max(1, -(-top // step)) + 1)]


def _reached(statement: Statement, at: datetime) -> Iterator[tuple[datetime, int]]:
    """The end of each day, and what was delivered by then; the start and `at` among them."""
    starts = statement.flight.starts_at
    units = accumulate(statement.units(counts) for _, counts in statement.by_day)
    reached = 0
    yield starts, reached
    for (day, _), reached in zip(statement.by_day, units, strict=True):
        yield max(starts, min(at, midnight(day + DAY))), reached
    yield max(starts, at), reached


def _due(statement: Statement) -> Iterator[tuple[datetime, float]]:
    """What is due at the start, at the end of each span of days, and at the end."""
    flight = statement.flight
    _, each = spans(list(days(flight.starts_at, flight.over_at)))
    ends = (min(midnight(span.last + DAY), flight.over_at) for span in each)
    for moment in chain([flight.starts_at], ends):
        yield moment, pacing.target(flight, moment, statement.traffic)


def _by_span(statement: Statement, each: Sequence[Span]) -> Iterator[Counts]:
    by_day = dict(statement.by_day)
    for span in each:
        length = (span.last - span.first).days + 1
        in_it = (span.first + number * DAY for number in range(length))
        yield total(by_day[day] for day in in_it if day in by_day)


def _rate_lines(rates: Sequence[float | None], places: int, top: int) -> Iterator[str]:
    """A line for each run of days that had views; a short one for a single day."""
    for has_views, run in groupby(enumerate(rates), lambda each: each[1] is not None):
        if not has_views:
            continue
        told = [(place, BASIS * (rate or 0) / top) for place, rate in run]
        middles = (0.5,) if len(told) > 1 else (0.3, 0.7)
        yield _points(((place + at) / places, up) for place, up in told for at in middles)


def _moments(statement: Statement) -> list[Mark]:
    flight = statement.flight
    each = list(days(flight.starts_at, flight.over_at))
    return _spread([(_part(max(midnight(day), flight.starts_at), statement), day) for day in each])


def _spread(each: Sequence[tuple[float, date]]) -> list[Mark]:
    """Some of these days, evenly, with room for each to be written to the right of its place."""
    is_long = len(each) > 1 and (each[-1][1] - each[0][1]).days > 366
    every = -(-len(each) // (LABELS - is_long)) or 1
    return [
        Mark(_per_cent(part), f"{day:%Y-%m}" if is_long else f"{day:%m-%d}")
        for part, day in each[::every]
        if part < 0.9
    ]


def _part(moment: datetime, statement: Statement) -> float:
    """How much of the flight's period lies before the moment."""
    flight = statement.flight
    period = flight.over_at - flight.starts_at
    return (moment - flight.starts_at) / period if period else 1.0


def _column(left: float, room: float, height: float, label: str) -> Column:
    """A bar with a fifth of its room left free."""
    return Column(
        x=_units(left + room / 10),
        y=_units(1 - height),
        width=_units(room * 0.8),
        height=_units(height),
        label=label,
    )


def _points(line: Iterable[Point]) -> str:
    return " ".join(f"{_units(right)},{_units(1 - up)}" for right, up in line)


def _units(part: float) -> str:
    return f"{FIELD * part:.1f}"


def _per_cent(part: float) -> str:
    return f"{100 * part:.2f}%"


def _rate(step: int) -> str:
    decimals = 0 if step % 100 == 0 else 1 if step % 10 == 0 else 2
    return percent(step / BASIS, decimals)


def _said(span: Span, counts: Counts) -> str:
    said = f"{span}: {whole(counts.views)} views, {whole(counts.clicks)} clicks"
    return said if counts.ctr is None else f"{said}, {percent(counts.ctr)}"


def _progress_told(statement: Statement) -> str:
    totals, day = statement.totals, timezone.localdate(statement.at)
    told = f"{whole(totals.delivered)} {statement.unit} by {day}"
    if not statement.is_paced:
        return f"{told}."
    return f"{told}; {whole(totals.target)} of {whole(totals.goal)} were due."


def _daily_told(unit: str, each: Sequence[Span], counts: Sequence[Counts]) -> str:
    best = max(zip(each, counts, strict=True), key=lambda one: one[1].views, default=None)
    if best is None:
        return "Nothing yet."
    mean = total(counts).views / len(each)
    most = whole(best[1].views)
    return f"{whole(mean)} views a {unit} on average, the most on {best[0]}: {most}."
