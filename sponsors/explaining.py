"""Why a page shows the sponsor that it shows: what became of every booked flight, for the desk.

The page itself is asked, as a reader would get it, and the flights are judged by the functions that
pages use. Counts are those of now, whatever moment is asked about.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from sponsors import picking, snapshot
from sponsors.models import Flight, Placement, Status, on_same_page
from sponsors.picking import Pick
from sponsors.rehearsal import Ask, rehearse
from sponsors.snapshot import Snapshot
from sponsors.verdicts import Verdict, explain as judge

DRAWS = 1_000  # chances, evenly spread, by which odds are counted


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a flight, in words that follow its name.

    `odds` say on how many of 1,000 such pages it is shown; None where a chance was given.
    """

    flight: Flight
    is_shown: bool
    reason: str
    odds: int | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """`shown` is what the page draws by `chance`; without one, what it draws most often.

    `address` is the one that answered, `places` those in which the page may draw its one box.
    """

    address: str
    at: datetime
    chance: float | None
    places: tuple[Placement, ...]
    topics: tuple[str, ...]
    shown: Pick | None
    outcomes: tuple[Outcome, ...]

    @property
    def is_divided(self) -> bool:
        """Whether not all such pages show the same."""
        return any(0 < (each.odds or 0) < DRAWS for each in self.outcomes)


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a page picks by, but the chance. One that has no places shows nothing: `why`."""

    flights: Snapshot
    places: tuple[Placement, ...]
    topics: tuple[int, ...]
    now: datetime
    why: str

    def pick(self, chance: float) -> Pick | None:
        return picking.pick_page(
            self.flights.by_placement,
            self.places,
            topics=self.topics,
            now=self.now,
            chance=chance,
        )

    def verdicts(self, chance: float) -> dict[int, list[Verdict]]:
        """What became of each flight in each of these places, by its primary key."""
        found: dict[int, list[Verdict]] = {}
        for verdict in judge(
            self.flights.by_placement,
            self.places,
            topics=self.topics,
            now=self.now,
            chance=chance,
        ):
            found.setdefault(verdict.candidate.flight, []).append(verdict)
        return found


def explain(
    address: str, *, at: datetime | None = None, chance: float | None = None
) -> Explanation:
    """What a page of ours shows at `at` (None: now), and why not the others.

    Every flight that is or was booked, paused or stopped has one outcome, the shown ones first.
    `chance` lies in [0, 1). NoPage, with a sentence, when readers get no page at the address.
    """
    page = rehearse(address)
    ask = _deciding(page.asks)
    booked = Flight.objects.exclude(status=Status.DRAFT).select_related("sponsor", "delivery")
    flights = list(booked)
    scene = _scene(flights, page.asks, at or timezone.now())
    draws = _draws(scene) if chance is None else {}
    # Without a chance, one by which the flight is shown that is shown most often.
    drawn = max(draws.values(), key=len)[0] if chance is None else chance
    verdicts = scene.verdicts(drawn)
    outcomes = [_outcome(flight, scene, verdicts.get(flight.pk, ()), draws) for flight in flights]
    return Explanation(
        address=page.address,
        at=scene.now,
        chance=chance,
        places=scene.places,
        topics=tuple(topic.name for topic in ask.topics) if ask else (),
        shown=scene.pick(drawn),
        outcomes=tuple(sorted(outcomes, key=lambda each: _place(each, scene.now))),
    )


def _deciding(asks: Iterable[Ask]) -> Ask | None:
    """The one by which the page picks its box; see sponsors.rendering."""
    return next((ask for ask in asks if not ask.is_free), None)


def _scene(flights: Sequence[Flight], asks: Sequence[Ask], at: datetime) -> Scene:
    held, ask = snapshot.current(), _deciding(asks)
    known = snapshot.of(flights, at=at, traffic=held.traffic, known=held.creatives, only_due=False)
    if ask is None:
        why = "takes no sponsor" if asks else "has no place for sponsors"
        return Scene(known, (), (), at, f"is kept off: this page {why}")
    places = on_same_page(ask.placement)
    places = places[places.index(Placement(ask.placement)) :]
    return Scene(known, places, tuple(ask.keys), at, "is not sold for this page's places")


def _draws(scene: Scene) -> dict[int, list[float]]:
    """By which chances each flight is shown, by its primary key; 0 is for none of them."""
    draws: dict[int, list[float]] = {}
    for number in range(DRAWS):
        chance = (number + 0.5) / DRAWS
        picked = scene.pick(chance)
        draws.setdefault(picked.flight.flight if picked else 0, []).append(chance)
    return draws


def _outcome(
    flight: Flight,
    scene: Scene,
    verdicts: Sequence[Verdict],
    draws: dict[int, list[float]],
) -> Outcome:
    if not draws:
        is_shown = any(verdict.is_shown for verdict in verdicts)
        return Outcome(flight, is_shown, _reason(flight, scene, verdicts), None)
    odds = len(draws.get(flight.pk, ())) * 1_000 // DRAWS
    told = f"is shown on {odds / 10:g} % of such pages" if odds else ""
    return Outcome(flight, odds > 0, told or _reason(flight, scene, verdicts), odds)


def _reason(flight: Flight, scene: Scene, verdicts: Sequence[Verdict]) -> str:
    if flight.pk not in scene.flights.flights:
        return "cannot be read, and the log says why"
    if shown := [verdict.reason for verdict in verdicts if verdict.is_shown]:
        return shown[0]
    if len({verdict.reason for verdict in verdicts}) < 2:
        return verdicts[0].reason if verdicts else scene.why
    told = ((Placement(each.candidate.placement).label, each.reason) for each in verdicts)
    return "; ".join(f"{reason} ({place})" for place, reason in told)


def _place(outcome: Outcome, at: datetime) -> tuple[bool, int, bool]:
    """In the list: what is shown, the most often first; what is not; what is over."""
    return not outcome.is_shown, -(outcome.odds or 0), outcome.flight.over_at <= at
