"""Several processes that count at once: once, to the goal, whatever their clocks and keys say."""

import time

import pytest

from sponsors import ledger
from sponsors.models import Delivery, PageStat, SlotStat
from sponsors.tests.processes import Counters, Shared, packed
from sponsors.tests.readers import page
from sponsors.tests.sales import book

pytestmark = pytest.mark.django_db(transaction=True)

PAUSE = 0.005  # seconds between two views


def counted(shared: Shared, jobs) -> list[dict]:
    results = Counters(shared, jobs).results()
    shared.take_back()
    return results


def test_a_token_sent_10_000_times_from_64_threads_of_4_processes_is_one_view(tmp_path):
    flight = book(("article_end", None))
    job = {"flight": flight.pk, "tokens": [packed(page(flight))], "threads": 16, "times": 157}
    counted(Shared(tmp_path), [dict(job) for _ in range(4)])
    sent = 4 * 16 * 157
    assert SlotStat.objects.values_list("views", "bad_dup").get() == (1, sent - 1)
    assert Delivery.objects.get().views == 1


def test_of_5_000_views_from_8_processes_a_goal_of_1_000_is_billed(tmp_path):
    flight = book(("article_end", None), kind="cpm", price_micro=1_999, goal=1_000)
    counted(Shared(tmp_path), [{"flight": flight.pk, "tokens": [], "own": 625} for _ in range(8)])
    delivery = Delivery.objects.get()
    assert (delivery.views, delivery.billed_units, delivery.spend_micro) == (5_000, 1_000, 1_999)
    assert SlotStat.objects.values_list("views", "bonus", "spend_micro").get() == (
        5_000,
        4_000,
        1_999,
    )


def test_clocks_that_differ_and_a_new_secret_key_count_nothing_twice_nor_lose_any(tmp_path):
    flight = book(("article_end", None))
    midnight = (ledger.current() + 1) * ledger.PERIOD  # the next moment at which a period ends
    tokens = [page(flight, minute=midnight + late, page=5 + late) for late in (-5, -1, 0, 4)]
    ahead = midnight * 60 - time.time()
    jobs = [
        {
            "flight": flight.pk,
            "tokens": [packed(token) for token in tokens],
            "clock": ahead + skew,
            "times": 2,
            "secret_key": key * 50,
        }
        for skew, key in ((-300, "a"), (300, "b"))
    ]
    counted(Shared(tmp_path), jobs)
    assert list(PageStat.objects.values_list("views", flat=True)) == [1] * len(tokens)
    assert sum(SlotStat.objects.values_list("bad_dup", flat=True)) == 3 * len(tokens)


@pytest.mark.parametrize(("what", "own"), [("view", 700), ("click", 200)])
def test_while_the_database_is_away_all_wait_and_are_counted_then(what, own, tmp_path):
    pages_lose_nothing(tmp_path, away=2.0, what=what, own=own)


@pytest.mark.load
def test_a_minute_without_the_database(tmp_path):
    pages_lose_nothing(tmp_path, away=60.0, what="view", own=6_500, pause=0.01)


def pages_lose_nothing(folder, *, away, what, own, pause=PAUSE):
    flight = book(("article_end", None))
    shared = Shared(folder)
    job = {"flight": flight.pk, "tokens": [], "own": own, "pause": pause, "what": what}
    counters = Counters(shared, [job])
    time.sleep(0.5)
    with shared.away():
        time.sleep(away)
    [result] = counters.results()
    shared.take_back()
    assert result["dropped"] == 0
    assert result["slowest"] < 1.5  # seconds that a page or a redirect waited
    assert Delivery.objects.get().views == own
    assert set(PageStat.objects.values_list("views", flat=True)) == {1}
