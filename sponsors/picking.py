"""Which flight a page shows, in whose words: a pure function of flights, topics, moment and chance.

Two steps. The guards, each with its reason, say which flights may be shown at all; the tiers, best
sold first, choose among those. A new condition is a line of `refusal`, a new kind of flight one of
TIERS. Nothing here reads a clock, a database or a die: the same inputs give the same pick.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from math import nextafter
from typing import Self, TypeVar

from sponsors.candidates import Candidate, Copy
from sponsors.models import Kind

Option = TypeVar("Option")

LAST = nextafter(1, 0)  # the greatest chance there is
COUNTS_HOLD = 10 * 60  # seconds that we sell by the unit without knowing what was delivered since


@dataclass(frozen=True, slots=True)
class Page:
    """All that a choice may know: the page's topics, primary first, and the moment. No reader."""

    topics: tuple[int, ...]
    now: datetime
    time: float  # the same moment in seconds since 1970

    @classmethod
    def of(cls, topics: Iterable[int], now: datetime) -> Self:
        return cls(tuple(topics), now, now.timestamp())


@dataclass(frozen=True, slots=True)
class Pick:
    """What is shown; `topic` is the page's topic it was booked for, None for run of site."""

    flight: Candidate
    creative: Copy
    topic: int | None


class Closeness(IntEnum):
    """How well a booking fits a page, the best first."""

    PRIMARY_TOPIC = 0
    ANY_TOPIC = 1
    RUN_OF_SITE = 2


def pick(
    candidates: Iterable[Candidate], *, topics: Iterable[int], now: datetime, chance: float
) -> Pick | None:
    """The flight and creative to show in one placement, or None for nothing.

    `topics` are primary keys, the primary topic first; `now` is aware; `chance` lies in [0, 1).
    """
    return choose(candidates, Page.of(topics, now), chance)


def pick_page(
    by_placement: Mapping[str, Sequence[Candidate]],
    placements: Sequence[str],
    *,
    topics: Iterable[int],
    now: datetime,
    chance: float,
) -> Pick | None:
    """The one box of a page that has these placements, or None for nothing.

    Each placement picks for itself, by the same chance. The one that takes precedence is shown; of
    equals the one in the placement that is this page's turn.
    """
    page = Page.of(topics, now)
    places, chance = in_turn(placements, chance)
    picks = [choose(by_placement.get(place, ()), page, chance) for place in places]
    return _best([picked for picked in picks if picked], page)


def in_turn(placements: Sequence[str], chance: float) -> tuple[list[str], float]:
    """The placements from the one whose turn it is, and the chance that is left; turns are even."""
    turn = int(chance * len(placements))
    return [*placements[turn:], *placements[:turn]], chance * len(placements) - turn


def refusal(candidate: Candidate, page: Page) -> str:
    """The guards: the first reason against showing it on this page, "" when it may be shown.

    What no page changes about a candidate was judged when it was made.
    """
    if not candidate.is_run_of_site and candidate.topics.isdisjoint(page.topics):
        return "is booked for other topics"
    if candidate.excluded and not candidate.excluded.isdisjoint(page.topics):
        return "excludes a topic of this page"
    if candidate.withheld:
        return candidate.withheld
    if page.now < candidate.starts_at:
        return f"starts in {spell(candidate.starts_at - page.now)}"
    if candidate.ends_at <= page.now:
        return f"ended {spell(page.now - candidate.ends_at)} ago"
    meter = candidate.meter
    if meter is None:
        return ""
    if page.time - meter.read_at > COUNTS_HOLD:
        return f"has counts that are {spell(timedelta(seconds=page.time - meter.read_at))} old"
    if meter.need(page.time) <= 0:
        return f"is {round(100 * meter.lead(page.time))} % ahead of pace"
    return ""


# Tiers: what is sold alike. Each weighs its flights for a page; the lottery draws one of them, or
# leaves the page to the next tier when the weights do not make up the `whole`.


def closest(flights: Sequence[Candidate], page: Page) -> list[int]:
    """Those that fit the page best share it evenly."""
    fits = [closeness(flight, page) for flight in flights]
    best = min(fits)
    return [int(fit == best) for fit in fits]


def share(flights: Sequence[Candidate], page: Page) -> list[int]:
    return [flight.share for flight in flights]


def need(flights: Sequence[Candidate], page: Page) -> list[float]:
    """By the views that each must have, so that all are as far as they should be an hour on."""
    return [flight.meter.need(page.time) for flight in flights if flight.meter]


@dataclass(frozen=True, slots=True)
class Tier:
    """`defeat` says how one of its flights loses to another, in words that follow both names."""

    kinds: tuple[Kind, ...]
    weigh: Callable[[Sequence[Candidate], Page], Sequence[float]]
    whole: int = 0
    defeat: str = "by lot"


TIERS = (
    Tier((Kind.EXCLUSIVE,), closest, defeat="by an even split"),
    Tier((Kind.SHARE,), share, whole=100),
    Tier((Kind.CPM, Kind.CPC), need),
    Tier((Kind.HOUSE,), share),
)
RANKS = {kind.value: rank for rank, tier in enumerate(TIERS) for kind in tier.kinds}


def choose(candidates: Iterable[Candidate], page: Page, chance: float) -> Pick | None:
    """Of the candidates of one placement; each tier draws by the chance that the last one left."""
    tiers: list[list[Candidate]] = [[] for _ in TIERS]
    for candidate in candidates:
        tiers[RANKS[candidate.kind]].append(candidate)
    for tier, booked in zip(TIERS, tiers, strict=True):
        flights = [candidate for candidate in booked if not refusal(candidate, page)]
        if not flights:
            continue
        chosen, chance = lottery(flights, tier.weigh(flights, page), chance, tier.whole)
        if chosen:
            weights = [creative.weight for creative in chosen.ready]
            creative, _ = lottery(chosen.ready, weights, chance)
            return Pick(chosen, creative or chosen.ready[0], matched_topic(chosen, page))
    return None


def _best(picks: Sequence[Pick], page: Page) -> Pick | None:
    return min(picks, key=lambda picked: precedence(picked.flight, page), default=None)


def precedence(flight: Candidate, page: Page) -> tuple[int, int]:
    """Lowest first: the better tier, and of exclusive bookings the one that fits the page best."""
    fit = closeness(flight, page) if flight.kind == Kind.EXCLUSIVE else 0
    return RANKS[flight.kind], int(fit)


def closeness(candidate: Candidate, page: Page) -> Closeness:
    """Of a candidate that has bought this page."""
    if page.topics and page.topics[0] in candidate.topics:
        return Closeness.PRIMARY_TOPIC
    is_on_topic = not candidate.topics.isdisjoint(page.topics)
    return Closeness.ANY_TOPIC if is_on_topic else Closeness.RUN_OF_SITE


def matched_topic(candidate: Candidate, page: Page) -> int | None:
    """The first of the page's topics that the flight has bought."""
    return next((topic for topic in page.topics if topic in candidate.topics), None)


def lottery(
    options: Sequence[Option], weights: Sequence[float], chance: float, whole: float = 0
) -> tuple[Option | None, float]:
    """The option in whose part of [0, 1) `chance` falls, and where in that part, again in [0, 1).

    Parts are half-open and as wide as the weights say, so no edge is counted twice. Where the
    weights do not make up the `whole`, the part that is left is None's.
    """
    total = sum(weights)
    point = chance * max(total, whole)
    for option, weight in zip(options, weights, strict=True):
        if point < weight:
            return option, point / weight
        point -= weight
    if total < whole:
        return None, min(point / (whole - total), LAST)
    return options[-1], LAST  # rounding carried the point past the last edge


def spell(length: timedelta) -> str:
    """In the largest unit that it fills: “3 d”, “5 h”, “12 min”, “4 s”."""
    seconds = int(length.total_seconds())
    for unit, size in {"d": 86_400, "h": 3_600, "min": 60}.items():
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
