"""What a page picks, against the order form worked out by brute force in exact fractions."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from hypothesis import given, settings, strategies as st

from sponsors.candidates import Candidate, Copy
from sponsors.models import Kind, Status
from sponsors.picking import pick_page
from sponsors.tests.lineup import ENERGY, POLICY, SPACE, flight, meter, words
from sponsors.tests.sales import JULY, JUNE, NOW
from sponsors.verdicts import explain

PLACES = ("article_mid", "article_end")
MICROSECOND = timedelta(microseconds=1)
TIERS = (("exclusive",), ("share",), ("cpm", "cpc"), ("house",))

numbers = st.integers(1, 3)
topic_sets = st.sets(st.sampled_from([None, ENERGY, SPACE, POLICY]), min_size=1)
creative_sets = st.lists(
    st.builds(words, numbers, numbers, st.sampled_from(["", "", "is rejected"])), max_size=3
).map(tuple)
meters = st.builds(
    meter,
    st.integers(-2, 5),
    delivered=st.sampled_from([0, 999, 1_000]),
    views_per_unit=st.sampled_from([1.0, 20.0]),
    growth=st.sampled_from([0.0, 1.0]),
    read_at=st.sampled_from([0, 2, 600, 601]).map(lambda age: NOW.timestamp() - age),
)


def candidate(kind: str, topics: set[int | None], meter: object, **fields: object) -> Candidate:
    return flight(0, *topics, kind=kind, meter=meter if kind in TIERS[2] else None, **fields)


candidates = st.builds(
    candidate,
    st.sampled_from(Kind.values),
    topic_sets,
    meters,
    placement=st.sampled_from(PLACES),
    status=st.sampled_from([*[Status.BOOKED] * 5, Status.PAUSED, Status.STOPPED]),
    starts_at=st.sampled_from([JUNE, JUNE, NOW, NOW + MICROSECOND]),
    ends_at=st.sampled_from([JULY, JULY, NOW + MICROSECOND, NOW]),
    excluded=st.sampled_from([(), (), (ENERGY,), (POLICY,)]).map(frozenset),
    creatives=creative_sets,
    share=st.sampled_from([10, 25, 40, 60]),
)
catalogues = st.lists(candidates, max_size=12).map(
    lambda found: [replace(each, flight=number) for number, each in enumerate(found)]
)
pages = st.lists(st.sampled_from([ENERGY, SPACE, POLICY]), unique=True, max_size=3)
# Never exactly on an edge, where a float may round to either side: those have their own tests.
chances = st.integers(0, 2**30 - 1).map(lambda number: (2 * number + 1) / 2**31)


def grade(one: Candidate, topics: list[int]) -> int:
    """0 for the primary topic, 1 for another, 2 for run of site, 3 for not at all."""
    grades = [0 if place == 0 else 1 for place, topic in enumerate(topics) if topic in one.topics]
    return min(grades, default=2 if one.is_run_of_site else 3)


def needed(one: Candidate) -> Fraction:
    """In views, an hour from now; 0 for what may not be shown by its counts."""
    seconds = int(NOW.timestamp() - one.meter.read_at)
    if seconds > 600 or one.meter.delivered >= one.meter.goal:
        return Fraction(0)
    due = Fraction(one.meter.due) + Fraction(one.meter.growth) * seconds
    units = due - Fraction(one.meter.delivered)
    return max(Fraction(0), units) * Fraction(one.meter.views_per_unit)


def may_run(one: Candidate, topics: list[int]) -> bool:
    return (
        one.status == "booked"
        and one.starts_at <= NOW < one.ends_at
        and grade(one, topics) < 3
        and not any(topic in one.excluded for topic in topics)
        and any(creative.withheld == "" for creative in one.creatives)
        and (one.kind not in ("cpm", "cpc") or needed(one) > 0)
    )


def parts(flights: list[Candidate], topics: list[int]) -> Iterator[tuple[Fraction, Candidate]]:
    """How much of [0, 1) each flight of a placement has, from 0 on."""
    running = [one for one in flights if may_run(one, topics)]
    left = Fraction(1)
    for kinds in TIERS:
        tier = [one for one in running if one.kind in kinds]
        if kinds == ("exclusive",):
            best = min((grade(one, topics) for one in tier), default=0)
            weights = [Fraction(grade(one, topics) == best) for one in tier]
        elif kinds == ("cpm", "cpc"):
            weights = [needed(one) for one in tier]
        else:
            weights = [Fraction(one.share) for one in tier]
        sold = sum(weights, Fraction(0))
        whole = max(sold, Fraction(100)) if kinds == ("share",) else sold
        for one, weight in zip(tier, weights, strict=True):
            yield left * weight / whole, one
        left *= 1 - sold / whole if tier else 1


def drawn(
    flights: list[Candidate], topics: list[int], chance: Fraction
) -> tuple[Candidate, Copy] | None:
    """The flight and the creative of one placement."""
    edge = Fraction(0)
    for width, one in parts(flights, topics):
        ready = [creative for creative in one.creatives if creative.withheld == ""]
        for creative in ready:
            edge += width * creative.weight / sum(other.weight for other in ready)
            if chance < edge:
                return one, creative
    return None


def by_brute_force(
    flights: list[Candidate], topics: list[int], chance: float
) -> tuple[Candidate, Copy] | None:
    """The one box of an article."""
    is_second, rest = divmod(Fraction(chance) * 2, 1)
    turn = PLACES[::-1] if is_second else PLACES
    found = [drawn([one for one in flights if one.placement == at], topics, rest) for at in turn]
    ranked = sorted(filter(None, found), key=lambda picked: rank(picked[0], topics))
    return ranked[0] if ranked else None


def rank(one: Candidate, topics: list[int]) -> tuple[int, int]:
    tier = next(place for place, kinds in enumerate(TIERS) if one.kind in kinds)
    return tier, grade(one, topics) if one.kind == "exclusive" else 0


def placed(flights: list[Candidate]) -> dict[str, list[Candidate]]:
    return {place: [one for one in flights if one.placement == place] for place in PLACES}


@settings(max_examples=1000, deadline=None)
@given(catalogues, pages, chances)
def test_a_page_picks_what_brute_force_does(flights, topics, chance):
    found = pick_page(placed(flights), PLACES, topics=topics, now=NOW, chance=chance)
    oracle = by_brute_force(flights, topics, chance)
    assert (found and (found.flight, found.creative)) == oracle


@settings(max_examples=300, deadline=None)
@given(catalogues, pages, chances)
def test_explain_has_each_flight_once_and_shows_what_the_page_picks(flights, topics, chance):
    page = {"topics": topics, "now": NOW, "chance": chance}
    verdicts = explain(placed(flights), PLACES, **page)
    assert sorted(verdict.candidate.flight for verdict in verdicts) == list(range(len(flights)))
    assert all(verdict.reason for verdict in verdicts)
    shown = [verdict.candidate for verdict in verdicts if verdict.is_shown]
    found = pick_page(placed(flights), PLACES, **page)
    assert shown == ([found.flight] if found else [])
