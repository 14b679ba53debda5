import pytest

from sponsors import tokens
from sponsors.events import What
from sponsors.rates import HOUR, MINUTE, Limit, Rates
from sponsors.tests.test_tokens import mint

NOON = 1_781_524_800 // (12 * HOUR) * 12 * HOUR  # the first second of a stretch of every length
HERE, THERE = b"8 bytes.", b"8 others"


def take(rates, count, *, what=What.VIEW, flight=3, network=HERE, every=0, start=NOON):
    """How many of `count` pages, `every` so many seconds one, are believed."""
    pages = [tokens.read(mint(flight=flight)) for _ in range(count)]
    return sum(
        rates.take(what, page, network, start + number * every) for number, page in enumerate(pages)
    )


def test_one_page_counts_five_times_in_a_network():
    rates, token = Rates(), tokens.read(mint())
    assert sum(rates.take(What.VIEW, token, HERE, NOON + n * HOUR // 2) for n in range(20)) == 5
    assert rates.take(What.VIEW, token, THERE, NOON)


def test_five_views_of_a_flight_in_five_minutes():
    rates = Rates()
    assert take(rates, 20) == 5
    assert take(rates, 1, flight=4) == 1
    assert take(rates, 1, network=THERE) == 1
    assert take(rates, 1, start=NOON + 5 * MINUTE) == 1


def test_sixty_views_of_a_flight_in_an_hour():
    assert take(Rates(), 120, every=30) == 60
    limit = Limit(60, HOUR)
    for _ in range(60):
        assert limit.has_room(1, NOON + 10 * MINUTE)
        limit.add(1)
    assert not limit.has_room(1, NOON + HOUR - 1)
    assert limit.has_room(1, NOON + HOUR)


@pytest.mark.parametrize("what", [What.CLICK, What.CLICK_ALT])
def test_one_click_a_minute_and_ten_an_hour(what):
    rates = Rates()
    assert take(rates, 5, what=what) == 1
    assert take(Rates(), 30, what=what, every=MINUTE) == 10


def test_views_and_clicks_do_not_stand_in_each_others_way():
    rates = Rates()
    assert take(rates, 5) == 5
    assert take(rates, 1, what=What.CLICK) == 1
    assert take(rates, 1, what=What.CLICK_ALT) == 1


def test_a_captured_page_does_not_use_up_what_its_network_may_send():
    rates, token = Rates(), tokens.read(mint())
    for _ in range(100):
        rates.take(What.VIEW, token, HERE, NOON)
    assert take(rates, 5, start=NOON + 5 * MINUTE) == 5


def test_memory_has_an_end():
    limit = Limit(5, HOUR, keys=100)
    for key in range(10_000):
        assert limit.has_room(key, NOON)
        limit.add(key)
        assert len(limit._counts) <= 100
