"""Why a page picked one flight and none of the others, told by the functions that it picked by."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sponsors.candidates import Candidate
from sponsors.models import Kind
from sponsors.picking import (
    RANKS,
    TIERS,
    Page,
    Pick,
    choose,
    closeness,
    in_turn,
    pick_page,
    precedence,
    refusal,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one candidate, in words that follow its name."""

    candidate: Candidate
    is_shown: bool
    reason: str


def explain(
    by_placement: Mapping[str, Sequence[Candidate]],
    placements: Sequence[str],
    *,
    topics: Iterable[int],
    now: datetime,
    chance: float,
) -> list[Verdict]:
    """What `pick_page` made of every candidate in these placements, for the same inputs."""
    page = Page.of(topics, now)
    shown = pick_page(by_placement, placements, topics=page.topics, now=now, chance=chance)
    _, chance = in_turn(placements, chance)
    verdicts = []
    for place in placements:
        candidates = by_placement.get(place, ())
        picked = choose(candidates, page, chance)
        verdicts += [_verdict(candidate, page, picked, shown) for candidate in candidates]
    return verdicts


def _verdict(candidate: Candidate, page: Page, picked: Pick | None, shown: Pick | None) -> Verdict:
    """`picked` is what its own placement picked, `shown` what the page shows."""
    if reason := refusal(candidate, page):
        return Verdict(candidate, False, reason)
    if shown and candidate is shown.flight:
        return Verdict(candidate, True, "is shown")
    if shown and RANKS[shown.flight.kind] < RANKS[candidate.kind]:
        first, second = (_called(flight) for flight in (shown.flight, candidate))
        why = f"gives way to {shown.flight}: {first} comes before {second}"
    elif shown and picked and candidate is picked.flight:
        why = _crowded_out(candidate, page, shown)
    else:
        why = _drawn_against(candidate, page, picked)
    return Verdict(candidate, False, why)


def _called(flight: Candidate) -> str:
    return Kind(flight.kind).label.partition(":")[0]


def _crowded_out(candidate: Candidate, page: Page, shown: Pick) -> str:
    """Why the pick of one placement gives way to that of another on the page."""
    if candidate.flight == shown.flight.flight:
        return "is shown in the page's other place"
    if precedence(shown.flight, page) < precedence(candidate, page):
        return f"gives way to {shown.flight}, which is booked closer to this page"
    return f"gives way to {shown.flight}, whose place has its turn"


def _drawn_against(candidate: Candidate, page: Page, picked: Pick | None) -> str:
    """Why its placement picked another flight of its tier, or one of a lower tier, or none."""
    if candidate.kind == Kind.SHARE or picked is None:
        return f"has {candidate.share} % of the pages, and this is not among them"
    tier = TIERS[RANKS[candidate.kind]]
    is_closer = closeness(picked.flight, page) < closeness(candidate, page)
    if candidate.kind == Kind.EXCLUSIVE and is_closer:
        return f"gives way to {picked.flight}, which is booked closer to this page"
    return f"gives way to {picked.flight}, {tier.defeat}"
