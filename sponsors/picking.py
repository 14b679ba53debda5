"""Which flight a page shows, in whose words: a pure function of flights, topics, moment and chance.

Two steps. The guards, each with its reason, say which flights may be shown at all; the tiers, best
sold first, choose among those. A new condition is a line in GUARDS, a new kind of flight a line in
TIERS. Nothing here reads a clock, a database or a die: the same inputs give the same pick.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from math import nextafter
from typing import TypeVar

from sponsors.candidates import Candidate, Copy
from sponsors.models import Kind, Status

Option = TypeVar("Option")


@dataclass(frozen=True, slots=True)
class Page:
    """All that a choice may know: the page's topics, primary first, and the moment. No reader."""

    topics: tuple[int, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class Pick:
    """What is shown; `topic` is the page's topic it was booked for, None for run of site."""

    flight: Candidate
    creative: Copy
    topic: int | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one candidate, in words that follow its name."""

    candidate: Candidate
    is_shown: bool
    reason: str


class Closeness(IntEnum):
    """How well a booking fits a page, the best first."""

    PRIMARY_TOPIC = 0
    ANY_TOPIC = 1
    RUN_OF_SITE = 2


def pick(
    candidates: Iterable[Candidate], *, topics: Sequence[int], now: datetime, chance: float
) -> Pick | None:
    """The flight and creative to show, or None for nothing.

    `topics` are primary keys, the primary topic first; `now` is aware; `chance` lies in [0, 1).
    """
    page = Page(tuple(topics), now)
    allowed = [candidate for candidate, reason in judged(candidates, page) if not reason]
    for kind, choose in TIERS:
        tier = [candidate for candidate in allowed if candidate.kind == kind]
        chosen, chance = choose(tier, page, chance) if tier else (None, chance)
        if chosen:
            ready = [creative for creative in chosen.creatives if not creative.withheld]
            creative, _ = lottery(ready, [creative.weight for creative in ready], chance)
            return Pick(chosen, creative, matched_topic(chosen, page))
    return None


def explain(
    candidates: Sequence[Candidate], *, topics: Sequence[int], now: datetime, chance: float
) -> list[Verdict]:
    """What `pick` made of every candidate, in their order, for the same inputs."""
    page = Page(tuple(topics), now)
    picked = pick(candidates, topics=topics, now=now, chance=chance)
    return [
        _verdict(candidate, reason, page, picked) for candidate, reason in judged(candidates, page)
    ]


def judged(candidates: Iterable[Candidate], page: Page) -> Iterator[tuple[Candidate, str]]:
    """Each candidate with the first guard's reason against it, "" when it may be shown."""
    for candidate in candidates:
        reasons = (guard(candidate, page) for guard in GUARDS)
        yield candidate, next(filter(None, reasons), "")


# Guards: why a flight may not be shown on this page now, "" to let it pass; each is named by when
# it refuses.


def unless_booked(candidate: Candidate, page: Page) -> str:
    return "" if candidate.status == Status.BOOKED else f"is {candidate.status}"


def before_start(candidate: Candidate, page: Page) -> str:
    start = candidate.starts_at
    return f"starts at {start:%Y-%m-%d %H:%M:%S %Z}" if page.now < start else ""


def from_end_on(candidate: Candidate, page: Page) -> str:
    end = candidate.ends_at
    return f"ended at {end:%Y-%m-%d %H:%M:%S %Z}" if end <= page.now else ""


def off_topic(candidate: Candidate, page: Page) -> str:
    return "is booked for other topics" if closeness(candidate, page) is None else ""


def on_excluded_topic(candidate: Candidate, page: Page) -> str:
    return "" if candidate.excluded.isdisjoint(page.topics) else "excludes a topic of this page"


def without_copy(candidate: Candidate, page: Page) -> str:
    if not all(creative.withheld for creative in candidate.creatives):
        return ""
    told = (f"“{creative.headline}” {creative.withheld}" for creative in candidate.creatives)
    return "; ".join(told) or "has no creative"


Guard = Callable[[Candidate, Page], str]
GUARDS: tuple[Guard, ...] = (
    unless_booked,
    before_start,
    from_end_on,
    off_topic,
    on_excluded_topic,
    without_copy,
)


# Tiers: each kind's way to choose one of its candidates (or None, to leave the page to the next
# tier), with the chance that is left for the choices after it.


def closest(
    candidates: Sequence[Candidate], page: Page, chance: float
) -> tuple[Candidate | None, float]:
    """The booking that fits the page best; equals share the page evenly."""
    best = min(fit for fit in (closeness(each, page) for each in candidates) if fit is not None)
    equals = [candidate for candidate in candidates if closeness(candidate, page) == best]
    return lottery(equals, [1] * len(equals), chance)


Chooser = Callable[[Sequence[Candidate], Page, float], tuple[Candidate | None, float]]
TIERS: tuple[tuple[str, Chooser], ...] = ((Kind.EXCLUSIVE, closest),)


def matched_topic(candidate: Candidate, page: Page) -> int | None:
    """The first of the page's topics that the flight has bought."""
    return next((topic for topic in page.topics if topic in candidate.topics), None)


def closeness(candidate: Candidate, page: Page) -> Closeness | None:
    """None when no slot of the flight takes in this page."""
    topic = matched_topic(candidate, page)
    if topic is None:
        return Closeness.RUN_OF_SITE if candidate.is_run_of_site else None
    return Closeness.PRIMARY_TOPIC if topic == page.topics[0] else Closeness.ANY_TOPIC


def lottery(
    options: Sequence[Option], weights: Sequence[int], chance: float
) -> tuple[Option, float]:
    """The option in whose part of [0, 1) `chance` falls, and where in that part, again in [0, 1).

    Parts are half-open and as wide as the weights say, so no edge is counted twice.
    """
    point = chance * sum(weights)
    for option, weight in zip(options, weights, strict=True):
        if point < weight:
            return option, point / weight
        point -= weight
    return options[-1], nextafter(1, 0)  # rounding carried the point past the last edge


def _verdict(candidate: Candidate, reason: str, page: Page, picked: Pick | None) -> Verdict:
    if reason or picked is None:
        return Verdict(candidate, False, reason)
    if candidate is picked.flight:
        return Verdict(candidate, True, "is shown")
    fits = closeness(candidate, page), closeness(picked.flight, page)
    why = "by an even split" if fits[0] == fits[1] else "which is booked closer to this page"
    return Verdict(candidate, False, f"gives way to {picked.flight}, {why}")
