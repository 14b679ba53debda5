"""What a page needs to know of the flights, taken out of the database and made unchangeable."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Self

from sponsors.models import Creative, Flight
from sponsors.models.creative import CONTENT


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

    @classmethod
    def of(cls, creative: Creative) -> Self:
        told = {name: getattr(creative, name) for name in ("id", *CONTENT, "weight")}
        told["hooks"] = MappingProxyType(dict(creative.hooks))
        return cls(**told, withheld=creative.withheld())


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

    def __str__(self) -> str:
        return f"“{self.name}” of {self.payer.name}"


def candidates(flight: Flight) -> Iterable[Candidate]:
    """The flight once for each placement it has slots in. Asks nothing when `whole()` loaded it."""
    slots = list(flight.slots.all())
    payer = Payer.of(flight)
    creatives = tuple(Copy.of(creative) for creative in flight.creatives.all())
    for placement in dict.fromkeys(slot.placement for slot in slots):
        here = [slot for slot in slots if slot.placement == placement]
        bought = {slot.topic_id for slot in here if not slot.exclude}
        yield Candidate(
            flight=flight.pk,
            name=flight.name,
            payer=payer,
            kind=flight.kind,
            status=flight.status,
            starts_at=flight.starts_at,
            ends_at=flight.ends_at,
            placement=placement,
            topics=frozenset(topic for topic in bought if topic is not None),
            is_run_of_site=None in bought,
            excluded=frozenset(slot.topic_id for slot in here if slot.exclude and slot.topic_id),
            creatives=creatives,
        )
