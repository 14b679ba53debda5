from collections import Counter
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from sponsors.candidates import Candidate, Copy, Payer
from sponsors.models import Kind, Status
from sponsors.picking import explain, lottery, pick
from sponsors.tests.sales import COPY, JULY, JUNE, NOW

OVERWINTER = Payer("Overwinter", "Overwinter Storage AS", "")
ENERGY, SPACE, POLICY = 1, 2, 3
MICROSECOND = timedelta(microseconds=1)


def words(number: int = 1, weight: int = 1, withheld: str = "") -> Copy:
    return Copy(id=number, weight=weight, withheld=withheld, **COPY)


def flight(number: int = 1, *topics: int | None, **fields: Any) -> Candidate:
    """A candidate that runs through June; None among the topics is run of site."""
    told: dict[str, Any] = {
        "flight": number,
        "name": f"flight {number}",
        "payer": OVERWINTER,
        "kind": Kind.EXCLUSIVE,
        "status": Status.BOOKED,
        "starts_at": JUNE,
        "ends_at": JULY,
        "placement": "article_end",
        "topics": frozenset(topics) - {None},
        "is_run_of_site": None in topics,
        "excluded": frozenset(),
        "creatives": (words(),),
    }
    return Candidate(**told | fields)


def picked(*flights: Candidate, topics=(ENERGY,), now=NOW, chance=0.0) -> int | None:
    """The number of the flight that is shown."""
    found = pick(flights, topics=topics, now=now, chance=chance)
    return found.flight.flight if found else None


def test_nothing_booked_shows_nothing():
    assert picked() is None


@pytest.mark.parametrize(
    ("now", "shown"),
    [
        (JUNE - MICROSECOND, None),
        (JUNE, 1),
        (JULY - MICROSECOND, 1),
        (JULY, None),
    ],
)
def test_a_flight_runs_from_its_start_until_just_before_its_end(now, shown):
    assert picked(flight(1, ENERGY), now=now) == shown


def test_back_to_back_flights_leave_no_gap_and_no_overlap():
    june, july = flight(1, ENERGY), flight(2, ENERGY, starts_at=JULY, ends_at=JULY + timedelta(9))
    assert picked(june, july, now=JULY - MICROSECOND) == 1
    assert picked(june, july, now=JULY) == 2


@pytest.mark.parametrize("status", [Status.DRAFT, Status.PAUSED, Status.STOPPED])
def test_only_a_booked_flight_is_shown(status):
    assert picked(flight(1, ENERGY, status=status)) is None


def test_the_primary_topic_beats_any_other_and_that_beats_run_of_site():
    site, any_topic, primary = flight(1, None), flight(2, SPACE), flight(3, ENERGY)
    assert picked(site, any_topic, primary, topics=[ENERGY, SPACE]) == 3
    assert picked(site, any_topic, topics=[ENERGY, SPACE]) == 2
    assert picked(site, topics=[ENERGY, SPACE]) == 1


def test_a_page_without_topics_has_run_of_site_only():
    assert picked(flight(1, ENERGY), topics=[]) is None
    assert picked(flight(1, ENERGY), flight(2, None), topics=[]) == 2


def test_an_excluded_topic_keeps_the_flight_off_though_another_topic_fits():
    choosy = flight(1, None, SPACE, excluded=frozenset({POLICY}))
    assert picked(choosy, topics=[SPACE, POLICY]) is None
    assert picked(choosy, topics=[SPACE]) == 1


def test_a_pick_names_the_sold_topic_and_none_for_run_of_site():
    topics = []
    for sold in (SPACE, None):
        found = pick([flight(1, sold)], topics=[ENERGY, SPACE], now=NOW, chance=0)
        topics.append(found.topic if found else "nothing shown")
    assert topics == [SPACE, None]


def test_equals_share_pages_evenly_and_creatives_by_weight():
    creatives = (words(1, weight=3), words(2, weight=1))
    equals = [flight(n, SPACE, creatives=creatives) for n in (1, 2)]
    steps = [step / 800 for step in range(800)]
    picks = [pick(equals, topics=[ENERGY, SPACE], now=NOW, chance=chance) for chance in steps]
    shown = Counter((found.flight.flight, found.creative.id) for found in picks if found)
    assert shown == {(1, 1): 300, (1, 2): 100, (2, 1): 300, (2, 2): 100}


def test_a_withheld_creative_leaves_its_share_to_the_others():
    creatives = (words(1, withheld="is rejected"), words(2))
    shown = pick([flight(1, ENERGY, creatives=creatives)], topics=[ENERGY], now=NOW, chance=0)
    assert shown
    assert shown.creative.id == 2


def test_lottery_edges_belong_to_the_option_that_begins_there():
    halves = [lottery("ab", [1, 1], chance)[0] for chance in (0, 0.4999, 0.5, 1 - 2**-53)]
    assert halves == ["a", "a", "b", "b"]


numbers = st.integers(1, 3)
creative_sets = st.lists(
    st.builds(words, numbers, numbers, st.sampled_from(["", "is rejected"])), max_size=3
).map(tuple)
catalogues = st.lists(
    st.builds(
        lambda number, topics, **fields: flight(number, *topics, **fields),
        st.integers(1, 99),
        st.sets(st.sampled_from([None, ENERGY, SPACE, POLICY])),
        status=st.sampled_from(Status.values),
        starts_at=st.sampled_from([JUNE, NOW, NOW + MICROSECOND]),
        ends_at=st.sampled_from([NOW, NOW + MICROSECOND, JULY]),
        excluded=st.sets(st.sampled_from([ENERGY, SPACE, POLICY]), max_size=1).map(frozenset),
        creatives=creative_sets,
    ),
    max_size=8,
)
pages = st.lists(st.sampled_from([ENERGY, SPACE, POLICY]), unique=True, max_size=3)
chances = st.integers(0, 2**20 - 1).map(lambda number: number / 2**20)


def by_brute_force(flights, topics, now, chance):
    """By the order form: every flight and creative with its exact part of [0, 1)."""

    def grade(one):
        """0 for the primary topic, 1 for another, 2 for run of site, 3 for not at all."""
        grades = [
            0 if place == 0 else 1 for place, topic in enumerate(topics) if topic in one.topics
        ]
        return min(grades, default=2 if one.is_run_of_site else 3)

    running = [
        one
        for one in flights
        if one.status == "booked"
        and one.starts_at <= now < one.ends_at
        and grade(one) < 3
        and not any(topic in one.excluded for topic in topics)
        and any(creative.withheld == "" for creative in one.creatives)
    ]
    best = [one for one in running if grade(one) == min(map(grade, running))]
    edge = Fraction(0)
    for one in best:
        ready = [creative for creative in one.creatives if creative.withheld == ""]
        for creative in ready:
            whole = sum(other.weight for other in ready)
            edge += Fraction(creative.weight, whole) / len(best)
            if Fraction(chance) < edge:
                return one, creative
    return None


@settings(max_examples=1000, deadline=None)
@given(catalogues, pages, chances)
def test_pick_agrees_with_brute_force(flights, topics, chance):
    found = pick(flights, topics=topics, now=NOW, chance=chance)
    assert (found and (found.flight, found.creative)) == by_brute_force(
        flights, topics, NOW, chance
    )


@given(catalogues, pages, chances)
def test_explain_lists_every_flight_once_and_shows_what_pick_shows(flights, topics, chance):
    flights = [replace(one, flight=place) for place, one in enumerate(flights)]
    verdicts = explain(flights, topics=topics, now=NOW, chance=chance)
    assert [verdict.candidate for verdict in verdicts] == flights
    assert all(verdict.reason for verdict in verdicts)
    shown = [verdict.candidate.flight for verdict in verdicts if verdict.is_shown]
    assert next(iter(shown), None) == picked(*flights, topics=topics, chance=chance)


@pytest.mark.parametrize(
    ("candidate", "reason"),
    [
        (flight(1, ENERGY, status=Status.PAUSED), "is paused"),
        (flight(1, ENERGY, starts_at=JULY), "starts at 2026-07-01 00:00:00 UTC"),
        (flight(1, ENERGY, ends_at=NOW), "ended at 2026-06-15 09:30:00 UTC"),
        (flight(1, SPACE), "is booked for other topics"),
        (flight(1, ENERGY, excluded=frozenset({ENERGY})), "excludes a topic of this page"),
        (flight(1, ENERGY, creatives=()), "has no creative"),
        (flight(1, None), "gives way to “flight 9” of Overwinter, which is booked closer"),
        (flight(1, ENERGY), "gives way to “flight 9” of Overwinter, by an even split"),
    ],
)
def test_explain_gives_the_reason(candidate, reason):
    verdicts = explain([flight(9, ENERGY), candidate], topics=[ENERGY], now=NOW, chance=0)
    assert verdicts[1].reason.startswith(reason)


def test_explain_names_the_creative_that_is_withheld():
    edited = flight(1, ENERGY, creatives=(words(withheld="was edited after its approval"),))
    [verdict] = explain([edited], topics=[ENERGY], now=NOW, chance=0)
    assert verdict.reason == f"“{COPY['headline']}” was edited after its approval"
