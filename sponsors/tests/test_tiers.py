from collections import Counter

import pytest

from sponsors.candidates import Candidate
from sponsors.models import Kind
from sponsors.picking import pick, pick_page
from sponsors.tests.lineup import ENERGY, SPACE, flight, house, meter, metered, shared
from sponsors.tests.sales import NOW

MID, END = PLACES = ("article_mid", "article_end")
EVENLY = [(step + 0.5) / 1_000 for step in range(1_000)]


def tally(*flights: Candidate) -> Counter[int]:
    """How often each is shown in one placement by 1,000 even chances; 0 is nothing."""
    picks = [pick(flights, topics=[ENERGY], now=NOW, chance=chance) for chance in EVENLY]
    return Counter(picked.flight.flight if picked else 0 for picked in picks)


def page_tally(*flights: Candidate) -> Counter[int]:
    """The same for a page with two placements."""
    placed = {place: [one for one in flights if one.placement == place] for place in PLACES}
    page = {"topics": [ENERGY, SPACE], "now": NOW}
    picks = [pick_page(placed, PLACES, **page, chance=chance) for chance in EVENLY]
    return Counter(picked.flight.flight if picked else 0 for picked in picks)


def test_an_exclusive_flight_leaves_nothing_to_the_others():
    assert tally(shared(1, 100), metered(2, 9), house(3), flight(4, ENERGY)) == {4: 1_000}


def test_shares_get_their_part_and_the_rest_goes_on_down():
    assert tally(shared(1, 30), shared(2, 20)) == {1: 300, 2: 200, 0: 500}
    assert tally(shared(1, 30), metered(2, 3), metered(3, 1)) == {1: 300, 2: 525, 3: 175}
    assert tally(shared(1, 60), house(2)) == {1: 600, 2: 400}


def test_shares_of_a_topic_and_of_all_pages_that_pass_100_are_cut_alike():
    on_topic = flight(2, ENERGY, kind=Kind.SHARE, share=75)
    assert tally(shared(1, 75), on_topic, house(3)) == {1: 500, 2: 500}


def test_metered_flights_are_drawn_by_the_views_they_need():
    a_click_costs_20 = meter(10, views_per_unit=20.0)
    by_click = flight(2, None, kind=Kind.CPC, meter=a_click_costs_20)
    assert tally(metered(1, 600), by_click) == {1: 750, 2: 250}


def test_what_is_ahead_of_pace_burns_nothing():
    ahead, level = metered(1, -3), metered(2, 0)
    assert tally(ahead, level) == {0: 1_000}
    assert tally(ahead, level, house(3)) == {3: 1_000}


def test_what_has_reached_its_goal_is_shown_no_more_though_it_is_due():
    reached = metered(1, 0, meter=meter(5, delivered=1_000, goal=1_000))
    assert tally(reached) == {0: 1_000}


@pytest.mark.parametrize(("age", "shown"), [(0, 1), (600, 1), (601, 3)])
def test_ten_minutes_after_the_last_count_only_flat_and_house_flights_are_shown(age, shown):
    """Nobody knows what was delivered since, so it might be past the goal."""
    old = metered(1, 0, meter=meter(5, read_at=NOW.timestamp() - age))
    assert tally(old, house(3)) == {shown: 1_000}
    assert tally(old, flight(2, ENERGY)) == {2: 1_000}


def test_need_grows_with_time_though_no_new_snapshot_came():
    late = metered(1, 0, meter=meter(-1, growth=0.5, read_at=NOW.timestamp() - 4))
    assert tally(late) == {1: 1_000}


def test_house_flights_are_drawn_by_weight():
    assert tally(house(1, 1), house(2, 4)) == {1: 200, 2: 800}


def test_the_better_tier_of_a_pages_places_is_shown():
    sold, ours = metered(1, 5, placement=END), house(2, placement=MID)
    assert page_tally(sold, ours) == {1: 1_000}


def test_equal_tiers_take_turns_between_a_pages_places():
    mid, end = (metered(number, 5, placement=place) for number, place in enumerate(PLACES, 1))
    assert page_tally(mid, end) == {1: 500, 2: 500}


def test_a_share_is_of_the_whole_page_in_whatever_place():
    both = [shared(1, 30, placement=place) for place in PLACES]
    assert page_tally(*both, house(2, placement=END)) == {1: 300, 2: 700}


def test_the_booking_closer_to_the_page_goes_first_in_whatever_place():
    topic = flight(1, ENERGY, placement=END)
    site = flight(2, None, placement=MID)
    assert page_tally(topic, site) == {1: 1_000}


def test_a_page_without_places_shows_nothing():
    assert pick_page({}, [], topics=[], now=NOW, chance=0.5) is None
