from datetime import timedelta

import pytest

from sponsors.candidates import Candidate
from sponsors.models import Status
from sponsors.picking import spell
from sponsors.tests.lineup import (
    ENERGY,
    SPACE,
    flight,
    house,
    meter,
    metered,
    shared,
    words,
)
from sponsors.tests.sales import COPY, JULY, NOW
from sponsors.verdicts import explain

LONG_AGO = NOW.timestamp() - 12 * 60
PLACES = ("article_mid", "article_end")


def reason(*flights: Candidate, chance: float = 0) -> str:
    """What became of the last one."""
    placed = {place: [one for one in flights if one.placement == place] for place in PLACES}
    verdicts = explain(placed, PLACES, topics=[ENERGY], now=NOW, chance=chance)
    told = {verdict.candidate.flight: verdict.reason for verdict in verdicts}
    return told[flights[-1].flight]


@pytest.mark.parametrize(
    ("candidate", "told"),
    [
        (flight(1, SPACE), "is booked for other topics"),
        (flight(1, ENERGY, excluded=frozenset({ENERGY})), "excludes a topic of this page"),
        (flight(1, ENERGY, status=Status.PAUSED), "is paused"),
        (flight(1, ENERGY, creatives=()), "has no creative"),
        (flight(1, ENERGY, starts_at=JULY), "starts in 15 d"),
        (flight(1, ENERGY, ends_at=NOW - timedelta(hours=3)), "ended 3 h ago"),
        (flight(1, ENERGY, ends_at=NOW), "ended 0 s ago"),
        (metered(1, 0, meter=meter(0, delivered=1_000)), "has reached its goal of 1,000 views"),
        (metered(1, -12), "is 14 % ahead of pace"),
        (metered(1, 0, meter=meter(9, read_at=LONG_AGO)), "has counts that are 12 min old"),
        (flight(1, ENERGY), "is shown"),
        (shared(1, 30), "is shown"),
    ],
)
def test_one_flight_alone_has_this_reason(candidate, told):
    assert reason(candidate) == told


EXCLUSIVE = flight(9, ENERGY)


@pytest.mark.parametrize(
    ("winner", "candidate", "told"),
    [
        (EXCLUSIVE, flight(1, None), ", which is booked closer to this page"),
        (EXCLUSIVE, flight(1, ENERGY), ", by an even split"),
        (EXCLUSIVE, metered(1, 5), ": exclusive comes before CPM"),
        (EXCLUSIVE, house(1), ": exclusive comes before house"),
        (metered(9, 5), metered(1, 5), ", by lot"),
        (house(9, placement="article_mid"), house(1), ", whose place has its turn"),
    ],
)
def test_a_flight_that_gives_way_names_the_one_it_gives_way_to(winner, candidate, told):
    assert reason(winner, candidate) == f"gives way to “flight 9” of Overwinter{told}"


def test_a_flight_sold_in_both_places_is_not_said_to_lose_to_itself():
    both = [flight(1, ENERGY, placement=place) for place in PLACES]
    verdicts = explain(
        {place: [one] for place, one in zip(PLACES, both, strict=True)},
        PLACES,
        topics=[ENERGY],
        now=NOW,
        chance=0,
    )
    assert [verdict.reason for verdict in verdicts] == [
        "is shown",
        "is shown in the page's other place",
    ]


def test_the_page_s_other_place_may_be_booked_closer():
    site = flight(2, None, placement="article_mid")
    topic = flight(1, ENERGY)
    assert reason(topic, site).endswith("which is booked closer to this page")


def test_a_share_that_this_page_is_not_part_of_says_so():
    assert reason(house(2), shared(1, 30), chance=0.8) == (
        "has 30 % of the pages, and this is not among them"
    )


def test_explain_names_the_creative_that_is_withheld():
    edited = flight(1, ENERGY, creatives=(words(withheld="was edited after its approval"),))
    assert reason(edited) == f"“{COPY['headline']}” was edited after its approval"


@pytest.mark.parametrize(
    ("length", "told"),
    [
        (timedelta(days=3, hours=23), "3 d"),
        (timedelta(hours=23, minutes=59), "23 h"),
        (timedelta(minutes=12), "12 min"),
        (timedelta(seconds=4.9), "4 s"),
    ],
)
def test_lengths_are_told_in_the_largest_unit_they_fill(length, told):
    assert spell(length) == told
