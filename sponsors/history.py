"""Who has sponsored what and when, as the public ledger tells it: no prices, no plans."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from django.db.models import Q
from django.utils import timezone

from sponsors.claims import stale_before
from sponsors.models import Flight, FlightSlot, Kind, Placement, Sponsor, Status

BOUGHT = {
    Kind.EXCLUSIVE: "the whole place, beside nobody else",
    Kind.SHARE: "a share of the views",
    Kind.CPM: "a number of views",
    Kind.CPC: "a number of clicks",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One flight in the reader's words. `state` is running, paused, stopped or ended."""

    sponsor: str
    payer: str
    bought: str
    places: tuple[str, ...]
    starts_at: datetime
    over_at: datetime
    state: str

    @classmethod
    def of(cls, flight: Flight, at: datetime) -> Self:
        sponsor = flight.sponsor
        return cls(
            sponsor=sponsor.name,
            payer=sponsor.legal_name or sponsor.name,
            bought=BOUGHT[Kind(flight.kind)],
            places=tuple(places(flight.slots.all())),
            starts_at=flight.starts_at,
            over_at=flight.over_at,
            state=state(flight, at),
        )


@dataclass(frozen=True, slots=True)
class Claim:
    """What stands beside a sponsor's name, and when we last looked whether it is so."""

    sponsor: str
    text: str
    source: str
    checked_on: date
    is_stale: bool

    @classmethod
    def of(cls, sponsor: Sponsor, today: date) -> Self:
        checked_on = sponsor.proof_checked_on
        assert checked_on is not None  # the database refuses a proof without
        is_stale = checked_on < stale_before(today)
        return cls(sponsor.name, sponsor.proof, sponsor.proof_source, checked_on, is_stale)


@dataclass(frozen=True, slots=True)
class Page:
    """What runs at a moment, what of one year is over, and the years that have something."""

    running: tuple[Entry, ...]
    over: tuple[Entry, ...]
    claims: tuple[Claim, ...]
    year: int | None  # None while nothing was ever sold
    years: tuple[int, ...]  # the newest first


def page(year: int | None, at: datetime) -> Page | None:
    """The ledger at `at`, with what began in `year` (None: the latest); None for an empty year."""
    told = Flight.objects.told(at)
    begun = told.order_by().datetimes("starts_at", "year", order="DESC")
    years = tuple(moment.year for moment in begun)
    if year is not None and year not in years:
        return None
    shown = year or next(iter(years), None)
    is_wanted = Q(ends_at__gt=at)
    if shown is not None:
        is_wanted |= Q(starts_at__gte=_first_of(shown), starts_at__lt=_first_of(shown + 1))
    flights = list(
        told.filter(is_wanted).select_related("sponsor").prefetch_related("slots__topic")
    )
    entries = [Entry.of(flight, at) for flight in flights]
    return Page(
        running=tuple(entry for entry in entries if entry.state in {"running", "paused"}),
        over=tuple(
            entry
            for entry in entries
            if entry.state not in {"running", "paused"} and _year(entry.starts_at) == shown
        ),
        claims=tuple(_claims(flights, at)),
        year=shown,
        years=years,
    )


def state(flight: Flight, at: datetime) -> str:
    """How a flight that has begun stands at `at`, in a word."""
    if at >= flight.over_at:
        return "stopped" if flight.over_at < flight.ends_at else "ended"
    return "paused" if flight.status == Status.PAUSED else "running"


def places(slots: Iterable[FlightSlot]) -> Iterator[str]:
    """Each placement with its topics, as in “end of an article: #energy, #web”."""
    bought: dict[str, list[str]] = {}
    for slot in slots:
        bought.setdefault(slot.placement, []).append(_pages(slot))
    for placement, pages in bought.items():
        yield f"{Placement(placement).label}: {', '.join(pages)}"


def _pages(slot: FlightSlot) -> str:
    return slot.pages if slot.topic else "all pages"


def _claims(flights: Iterable[Flight], at: datetime) -> Iterator[Claim]:
    """Of the sponsors whose flights run, each once, by name."""
    running = {each.sponsor for each in flights if state(each, at) == "running"}
    for sponsor in sorted(running, key=lambda sponsor: sponsor.name):
        if sponsor.proof:
            yield Claim.of(sponsor, timezone.localdate(at))


def _year(moment: datetime) -> int:
    return timezone.localtime(moment).year


def _first_of(year: int) -> datetime:
    """The first moment of a year in the site's time zone."""
    return timezone.make_aware(datetime(year, 1, 1))
