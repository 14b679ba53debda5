"""What a page needs to know of the flights, taken out of the database and made unchangeable."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Self

from django.db.models import (
    Aggregate,
    BigIntegerField,
    Case,
    DateField,
    ExpressionWrapper,
    F,
    JSONField,
    QuerySet,
    TextField,
    When,
)
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from sponsors.models import METERED, Creative, Flight, FlightSlot, Status
from sponsors.models.creative import CONTENT
from sponsors.pacing import UNIFORM, Meter, Traffic


@dataclass(frozen=True, slots=True)
class Payer:
    """Whom a placement is brought to the reader by."""

    name: str
    legal_name: str
    proof: str

    @classmethod
    def of(cls, flight: Flight) -> Self:
        sponsor = flight.sponsor
        return cls(sponsor.name, sponsor.legal_name or sponsor.name, sponsor.proof)


@dataclass(frozen=True, slots=True)
class Copy:
    """The words of one creative. `withheld` says why readers may not see it, "" that they may."""

    id: int
    hook: str
    hooks: Mapping[str, str]
    headline: str
    body: str
    command: str
    output: str
    cta_label: str
    cta_url: str
    alt_label: str
    alt_url: str
    fine_print: str
    weight: int
    withheld: str
    made_of: tuple = field(default=(), repr=False, compare=False)  # to tell whether it changed

    @classmethod
    def of(cls, creative: Creative) -> Self:
        told = {name: getattr(creative, name) for name in ("id", *CONTENT, "weight")}
        told["hooks"] = MappingProxyType(dict(creative.hooks))
        return cls(**told, withheld=creative.withheld())


@dataclass(frozen=True, slots=True)
class Reach:
    """The pages that a flight has bought one placement on. Topics are primary keys."""

    placement: str
    topics: frozenset[int]
    is_run_of_site: bool
    excluded: frozenset[int]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One flight in one placement. Topics are primary keys; the period is [starts_at, ends_at)."""

    flight: int
    name: str
    payer: Payer
    kind: str
    status: str
    starts_at: datetime
    ends_at: datetime
    placement: str
    topics: frozenset[int]
    is_run_of_site: bool
    excluded: frozenset[int]
    creatives: tuple[Copy, ...]
    share: int = 0  # per cent of the views (share of voice), or the weight (house)
    meter: Meter | None = None  # of what is sold by the unit
    # Both follow from the rest: the words to choose from, and why there is no page for it, if so.
    ready: tuple[Copy, ...] = field(init=False, repr=False, compare=False)
    withheld: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ready = tuple(creative for creative in self.creatives if not creative.withheld)
        object.__setattr__(self, "ready", ready)
        object.__setattr__(self, "withheld", self._withheld())

    def __str__(self) -> str:
        return f"“{self.name}” of {self.payer.name}"

    def _withheld(self) -> str:
        """Why no page may show it at any moment, in words that follow its name; "" when one may."""
        if self.status != Status.BOOKED:
            return f"is {self.status}"
        if not self.ready:
            told = (f"“{creative.headline}” {creative.withheld}" for creative in self.creatives)
            return "; ".join(told) or "has no creative"
        if self.meter and self.meter.delivered >= self.meter.goal:
            return f"has reached its goal of {self.meter.goal:,} {self.meter.unit}"
        return ""


def candidates(
    flight: Flight,
    *,
    copies: Iterable[Copy] | None = None,
    reaches: Iterable[Reach] | None = None,
    at: datetime | None = None,
    traffic: Traffic = UNIFORM,
) -> list[Candidate]:
    """The flight once for each placement it has slots in, as counted and due at `at` (None: now).

    `copies` and `reaches` are asked for where they are not given.
    """
    copies = map(Copy.of, flight.creatives.all()) if copies is None else copies
    known: dict[str, Any] = {
        "flight": flight.pk,
        "name": flight.name,
        "payer": Payer.of(flight),
        "kind": flight.kind,
        "status": flight.status,
        "starts_at": flight.starts_at,
        "ends_at": flight.over_at,
        "creatives": tuple(copies),
        "share": flight.share or 0,
        "meter": meter(flight, at or timezone.now(), traffic),
    }
    reaches = reach(flight.slots.all()).get(flight.pk, []) if reaches is None else reaches
    return [
        Candidate(
            placement=each.placement,
            topics=each.topics,
            is_run_of_site=each.is_run_of_site,
            excluded=each.excluded,
            **known,
        )
        for each in reaches
    ]


class Numbers(Aggregate):
    """Whole numbers in one text with commas, in no order."""

    template = "GROUP_CONCAT(%(expressions)s)"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        template = "STRING_AGG((%(expressions)s)::text, ',')"
        return self.as_sql(compiler, connection, template=template, **extra)


def reach(slots: QuerySet[FlightSlot]) -> dict[int, list[Reach]]:
    """What each flight has bought by them, by its primary key.

    One query, which the database adds up, so that 500 flights with 50 topics each are 500 rows. In
    it, 0 is run of site, and what is excluded is negative.
    """
    excluded = ExpressionWrapper(-F("topic"), BigIntegerField())
    number = Case(
        When(exclude=True, then=excluded),
        default=Coalesce("topic", 0),
        output_field=BigIntegerField(),
    )
    sums = slots.order_by("flight", "placement").values_list("flight", "placement")
    reaches: dict[int, list[Reach]] = {}
    for flight, placement, text in sums.annotate(numbers=Numbers(number)):
        numbers = frozenset(map(int, text.split(",")))
        topics = frozenset(each for each in numbers if each > 0)
        never = frozenset(-each for each in numbers if each < 0)
        found = Reach(placement, topics, 0 in numbers, never)
        reaches.setdefault(flight, []).append(found)
    return reaches


# All columns of a creative, to compare. JSON and moments are cheaper to read as text.
COLUMNS = [
    Cast(column.attname, TextField())
    if isinstance(column, JSONField | DateField)
    else column.attname
    for column in Creative._meta.concrete_fields
]


class Words:
    """The creatives of some flights. What has not changed since they were `known` is neither made
    nor judged anew: one query, and a second one for the others."""

    def __init__(self, flights: Iterable[Flight], known: Mapping[int, Copy]) -> None:
        self._known = known
        self._made_of: dict[int, dict[int, tuple]] = {flight.pk: {} for flight in flights}
        hosts = {flight.pk: str(flight.sponsor.link_hosts) for flight in flights}
        rows = Creative.objects.filter(flight__in=self._made_of).order_by("pk")
        for number, flight, *row in rows.values_list("pk", "flight", *COLUMNS):
            self._made_of[flight][number] = (*row, hosts[flight])
        self._others = Creative.objects.in_bulk(list(self._changed()))

    def _changed(self) -> Iterator[int]:
        for numbers in self._made_of.values():
            for number, made_of in numbers.items():
                if number not in self._known or self._known[number].made_of != made_of:
                    yield number

    def of(self, flight: Flight) -> list[Copy]:
        """Raises whatever a creative that is not as it should be makes go wrong."""
        return [self._copy(number, flight) for number in self._made_of[flight.pk]]

    def _copy(self, number: int, flight: Flight) -> Copy:
        creative = self._others.get(number)
        if creative is None:
            return self._known[number]
        creative.flight = flight
        return replace(Copy.of(creative), made_of=self._made_of[flight.pk][number])


def meter(flight: Flight, at: datetime, traffic: Traffic) -> Meter | None:
    """None for what is sold flat. A flight that nothing was counted of has no delivery yet."""
    if flight.kind not in METERED:
        return None
    counted = getattr(flight, "delivery", None)
    views, clicks = (counted.views, counted.clicks) if counted else (0, 0)
    return Meter.of(flight, views, clicks, at=at, traffic=traffic)
