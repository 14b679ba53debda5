"""A sponsor's report: what each of its flights has delivered, in the tables that its page shows.

All figures are sums of `sponsors.lines`. Which stories worked is counted beside them, by day and
without money; see PageStat.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from itertools import groupby
from typing import Any

from django.apps import apps
from django.db.models import QuerySet, Sum
from django.utils import timezone

from sponsors import pacing
from sponsors.lines import Counts, Line, lines, total
from sponsors.models import Creative, Flight, Kind, Pace, PageStat, Placement, Sponsor, Status
from sponsors.pacing import Traffic
from sponsors.reports import Totals, stand

FEW = 5  # clicks: a story that has fewer is not told apart
FLAT_PRICE = "flat price, earned by time"
ARTICLES = (Placement.ARTICLE_MID, Placement.ARTICLE_END)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table. `story` is the number of the story it is about, 0 for any other."""

    name: str
    counts: Counts
    story: int = 0


@dataclass(frozen=True, slots=True)
class Names:
    """What creatives and topics are called, by number."""

    creatives: dict[int, str]
    topics: dict[int, str]

    def creative(self, line: Line) -> str:
        return self.creatives.get(line.creative or 0, f"creative {line.creative}")

    def topic(self, line: Line) -> str:
        return self.topics.get(line.topic, f"topic {line.topic}") if line.topic else "run of site"

    def placement(self, line: Line) -> str:
        return str(dict(Placement.choices).get(line.placement, line.placement))


@dataclass(frozen=True)
class Statement:
    """One flight as its sponsor reads it, at the moment `at`."""

    flight: Flight
    at: datetime
    totals: Totals
    lines: Sequence[Line]
    names: Names
    traffic: Traffic
    stories: Sequence[Row]

    @property
    def unit(self) -> str:
        """What its goal counts."""
        return "clicks" if self.flight.kind == Kind.CPC else "views"

    def units(self, counts: Counts) -> int:
        return counts.clicks if self.unit == "clicks" else counts.views

    @property
    def is_paced(self) -> bool:
        """Whether so many units are due at a time: not where none are promised, or all at once."""
        return bool(self.flight.goal) and self.flight.pace == Pace.EVEN

    @property
    def is_upcoming(self) -> bool:
        return self.at < self.flight.starts_at < self.flight.over_at

    @property
    def is_over(self) -> bool:
        """Ended, or stopped, be it before its start."""
        return self.at >= self.flight.over_at or self.flight.status == Status.STOPPED

    @property
    def has_counts(self) -> bool:
        """Whether anything at all was counted, left out or not."""
        return any(not line.is_flat_price for line in self.lines)

    @cached_property
    def by_creative(self) -> list[Row]:
        return table(self.lines, lambda line: line.creative, self.names.creative)

    @cached_property
    def by_placement(self) -> list[Row]:
        return table(self.lines, lambda line: line.placement, self.names.placement)

    @cached_property
    def by_topic(self) -> list[Row]:
        return table(self.lines, lambda line: line.topic, self.names.topic)

    @cached_property
    def by_day(self) -> list[tuple[date, Counts]]:
        """Each day on which anything was counted or earned, oldest first."""
        days = groupby(self.lines, lambda line: line.day)
        return [(day, total(line.counts for line in told)) for day, told in days]


@dataclass(frozen=True)
class Report:
    """All flights of a sponsor but drafts: those that run, those to come, those that are over."""

    sponsor: Sponsor
    at: datetime
    statements: Sequence[Statement]

    @property
    def lines(self) -> list[Line]:
        return [line for statement in self.statements for line in statement.lines]

    @cached_property
    def totals(self) -> Counts:
        """Of all flights together. Its money means nothing when they have several currencies."""
        return total(statement.totals for statement in self.statements)

    @cached_property
    def spend(self) -> dict[str, int]:
        """Micro-units by currency."""
        spent: dict[str, int] = {}
        for statement in self.statements:
            currency = statement.flight.currency
            spent[currency] = spent.get(currency, 0) + statement.totals.spend_micro
        return spent

    @property
    def currency(self) -> str:
        """The one that all flights have, "" when there are several."""
        return next(iter(self.spend)) if len(self.spend) == 1 else ""

    @property
    def story_numbers(self) -> set[int]:
        return {row.story for each in self.statements for row in each.stories if row.story}


def report(sponsor: Sponsor, at: datetime | None = None) -> Report:
    """All that is told to a sponsor at `at` (None: now), in seven queries however much it is."""
    at = at or timezone.now()
    flights = list(sponsor.flights.exclude(status=Status.DRAFT).prefetch_related("slots__topic"))
    flights.sort(key=lambda flight: (at >= flight.over_at, at < flight.starts_at))
    told: dict[int, list[Line]] = {flight.pk: [] for flight in flights}
    for line in (found := lines(flights, at)):
        told[line.flight.pk].append(line)
    pages: dict[int, list[dict[str, Any]]] = {flight.pk: [] for flight in flights}
    for page in _pages(flights, at):
        pages[page["flight"]].append(page)
    names, traffic = _names(found), pacing.learn(at)
    return Report(
        sponsor,
        at,
        [
            Statement(
                flight=flight,
                at=at,
                totals=stand(flight, _sum(told[flight.pk]), at, traffic),
                lines=told[flight.pk],
                names=names,
                traffic=traffic,
                stories=_stories(pages[flight.pk]),
            )
            for flight in flights
        ],
    )


def table(
    told: Iterable[Line], key: Callable[[Line], Hashable], name: Callable[[Line], str]
) -> list[Row]:
    """The lines summed up by `key`, the most viewed first; a flat price at the end, by itself."""
    groups: dict[Hashable, list[Line]] = {}
    for line in told:
        groups.setdefault(FLAT_PRICE if line.is_flat_price else key(line), []).append(line)
    flat = groups.pop(FLAT_PRICE, [])
    rows = [Row(name(group[0]), _sum(group)) for group in groups.values()]
    rows.sort(key=lambda row: (-row.counts.views, row.name))
    return rows + ([Row(FLAT_PRICE, _sum(flat))] if flat else [])


def _sum(told: Iterable[Line]) -> Counts:
    return total(line.counts for line in told)


def _names(told: Iterable[Line]) -> Names:
    told = list(told)
    creatives = Creative.objects.filter(pk__in={line.creative for line in told if line.creative})
    topics = apps.get_model("articles.Topic")._default_manager.filter(
        pk__in={line.topic for line in told} - {0}
    )
    return Names(
        dict(creatives.order_by().values_list("pk", "headline")),
        dict(topics.order_by().values_list("pk", "name")),
    )


def _pages(flights: Sequence[Flight], at: datetime) -> QuerySet:
    """What was counted on each page of each placement up to the day of `at`: one query."""
    rows = PageStat.objects.filter(
        flight__in=[flight.pk for flight in flights], day__lte=at.astimezone(UTC).date()
    )
    sums = {"views": Sum("views"), "clicks": Sum("clicks")}
    return rows.values("flight", "placement", "page_number").annotate(**sums).order_by()


def _stories(pages: Iterable[dict[str, Any]]) -> list[Row]:
    """The stories that were clicked FEW times at least, the most viewed first, then all the rest.

    A story that was clicked less is not told apart: so small a number says nothing of the story,
    and might say something of a reader.
    """
    stories: dict[int, Counts] = {}
    elsewhere = Counts()
    for page in pages:
        counts = Counts(views=page["views"], clicks=page["clicks"])
        if page["placement"] in ARTICLES:
            number = page["page_number"]
            stories[number] = stories.get(number, Counts()) + counts
        else:
            elsewhere += counts
    rows = [
        Row(f"art-{number}", counts, number)
        for number, counts in stories.items()
        if counts.clicks >= FEW
    ]
    rows.sort(key=lambda row: (-row.counts.views, row.story))
    few = total(counts for counts in stories.values() if counts.clicks < FEW)
    rest = [Row("other stories", few), Row("topic lists and front page", elsewhere)]
    return rows + [row for row in rest if row.counts.views]
