from collections import Counter
from datetime import timedelta
from random import Random

import pytest

from sponsors.candidates import Candidate
from sponsors.models import Status
from sponsors.picking import lottery, pick
from sponsors.tests.lineup import ENERGY, POLICY, SPACE, flight, house, words
from sponsors.tests.sales import JULY, JUNE, NOW

MILLISECOND = timedelta(milliseconds=1)
MICROSECOND = timedelta(microseconds=1)


def picked(*flights: Candidate, topics=(ENERGY,), now=NOW, chance=0.0) -> int | None:
    """The number of the flight that is shown."""
    found = pick(flights, topics=topics, now=now, chance=chance)
    return found.flight.flight if found else None


def test_nothing_booked_shows_nothing():
    assert picked() is None


@pytest.mark.parametrize(
    ("now", "shown"),
    [
        (JUNE - MILLISECOND, None),
        (JUNE - MICROSECOND, None),
        (JUNE, 1),
        (JULY - MILLISECOND, 1),
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


def test_of_two_sold_topics_without_a_primary_each_has_half_of_10_000_renders():
    sold, chance = [flight(1, SPACE), flight(2, POLICY)], Random(4).random
    topics = [ENERGY, SPACE, POLICY]  # of which nobody bought the primary one
    shown = Counter(picked(*sold, topics=topics, chance=chance()) for _ in range(10_000))
    assert shown[1] == pytest.approx(5_000, abs=100)
    assert shown.total() == shown[1] + shown[2]


def test_a_withheld_creative_leaves_its_share_to_the_others():
    creatives = (words(1, withheld="is rejected"), words(2))
    shown = pick([flight(1, ENERGY, creatives=creatives)], topics=[ENERGY], now=NOW, chance=0)
    assert shown
    assert shown.creative.id == 2


def test_lottery_edges_belong_to_the_option_that_begins_there():
    halves = [lottery("ab", [1, 1], chance)[0] for chance in (0, 0.4999, 0.5, 1 - 2**-53)]
    assert halves == ["a", "a", "b", "b"]


def test_what_the_weights_leave_of_the_whole_is_nobodys():
    drawn = [lottery("ab", [30, 20], chance, whole=100) for chance in (0.2999, 0.3, 0.5, 0.75)]
    assert [option for option, _ in drawn] == ["a", "b", None, None]
    assert [rest for _, rest in drawn[2:]] == [0, 0.5]


@pytest.mark.parametrize("weights", [[1, 1], [1, 2, 7], [3, 3, 1, 5]])
def test_200_000_draws_are_within_half_a_point_of_the_weights(weights):
    flights = [house(number, weight) for number, weight in enumerate(weights)]
    page = {"topics": [], "now": NOW}
    chance, draws = Random(1).random, 200_000
    shown = Counter(pick(flights, **page, chance=chance()).flight.flight for _ in range(draws))
    exact = [weight / sum(weights) for weight in weights]
    assert [shown[n] / draws for n in range(len(weights))] == pytest.approx(exact, abs=0.005)
