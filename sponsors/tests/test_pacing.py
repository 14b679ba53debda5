from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from math import cos, tau
from random import Random

import pytest

from sponsors.candidates import Candidate
from sponsors.models import Decisions, Flight, Kind, Pace
from sponsors.pacing import HOURS, MONDAY, UNIFORM, Meter, Traffic, learn, target
from sponsors.picking import pick
from sponsors.tests.lineup import flight as candidate
from sponsors.tests.sales import JULY, JUNE, NOW

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)


def busyness(hour: int) -> float:
    """Of an hour of the week: ten times as many readers at three in the afternoon as at night, and
    half as many at the weekend."""
    daily = 1.1 - cos(tau * (hour % 24 - 3) / 24)
    return daily / (2 if hour >= 5 * 24 else 1)


SHAPE = Traffic.of([busyness(hour) for hour in range(HOURS)])


def sold(kind: Kind = Kind.CPM, goal: int = 1_000, **fields: object) -> Flight:
    return Flight(**{"kind": kind, "goal": goal, "starts_at": JUNE, "ends_at": JULY} | fields)


@pytest.mark.parametrize(
    ("at", "share"),
    [(JUNE - DAY, 0), (JUNE, 0), (JUNE + 15 * DAY, 0.5), (JULY, 1), (JULY + DAY, 1)],
)
def test_a_shape_that_is_not_known_is_even(at, share):
    assert UNIFORM.share(JUNE, at, JULY) == pytest.approx(share)


def test_a_busy_hour_has_a_greater_part_of_the_day():
    monday = MONDAY.replace(year=2026, month=6, day=15)
    night, noon = (
        SHAPE.share(monday, hour + HOUR, monday + DAY) - SHAPE.share(monday, hour, monday + DAY)
        for hour in (monday + 3 * HOUR, monday + 15 * HOUR)
    )
    assert noon / night == pytest.approx(2.1 / 0.1)


def test_a_period_of_part_of_an_hour_has_all_of_itself():
    start = NOW.replace(minute=17)
    middle, end = start + timedelta(minutes=10), start + timedelta(minutes=20)
    assert SHAPE.share(start, middle, end) == pytest.approx(0.5)


def test_summer_time_ends_without_an_hour_twice():
    """24 hours of June are as long as the 25-hour day of October in Berlin is short of one."""
    start = datetime(2026, 10, 25, 0, tzinfo=timezone(2 * HOUR))
    end = datetime(2026, 10, 26, 0, tzinfo=timezone(HOUR))
    assert UNIFORM.share(start, start + 5 * HOUR, end) == pytest.approx(5 / 25)


def test_an_even_target_follows_the_shape_and_one_for_asap_is_all_due_at_once():
    at = JUNE + 10 * DAY
    assert target(sold(), at, SHAPE) == 1_000 * SHAPE.share(JUNE, at, JULY)
    assert target(sold(pace=Pace.ASAP), JUNE, SHAPE) == 1_000
    assert target(sold(pace=Pace.ASAP), JUNE - HOUR, SHAPE) == 0


def test_a_flat_flight_that_promises_nothing_has_no_target():
    assert target(sold(Kind.EXCLUSIVE, goal=None), NOW, SHAPE) == 0


def test_need_is_what_is_due_in_an_hour_and_not_delivered():
    meter = Meter.of(sold(), 400, 7, at=NOW, traffic=UNIFORM)
    for seconds in (0, 300):
        due = target(sold(), NOW + HOUR + timedelta(seconds=seconds), UNIFORM)
        assert meter.need(NOW.timestamp() + seconds) == pytest.approx(due - 400)


def test_a_click_needs_the_views_that_clicks_have_taken_so_far():
    young = Meter.of(sold(Kind.CPC, goal=720), 0, 0, at=JUNE, traffic=UNIFORM)
    assert young.need(JUNE.timestamp()) == pytest.approx(1 * 200)
    known = Meter.of(sold(Kind.CPC, goal=720), 800, 1, at=JUNE + HOUR, traffic=UNIFORM)
    assert known.need(known.read_at) == pytest.approx((2 - 1) * 1_000 / 2)


def serve(weeks: int, pages: Callable[[int, int], float]) -> None:
    """Count `pages(week, hour of the week)` in each hour before NOW's, the first week first."""
    start = NOW.replace(minute=0) - weeks * WEEK
    offset = (start - MONDAY) % WEEK // HOUR
    Decisions.objects.bulk_create(
        Decisions(
            hour=start + number * HOUR,
            placement="article_end",
            pages=pages(number // HOURS, (offset + number) % HOURS),
        )
        for number in range(weeks * HOURS)
    )


def steps(traffic: Traffic) -> list[float]:
    return [
        later - sooner for sooner, later in zip(traffic.before, traffic.before[1:], strict=False)
    ]


def test_the_shape_is_learned_from_the_pages_of_four_weeks(db, django_assert_num_queries):
    serve(5, lambda week, hour: round(1_000 * busyness(hour)) if week else 10**6)
    with django_assert_num_queries(1):
        assert steps(learn(NOW)) == pytest.approx(steps(SHAPE), rel=0.02)


def test_a_story_read_by_all_the_world_bends_nothing(db):
    serve(4, lambda week, hour: 100 if (week, hour) != (2, 9) else 20_000)
    assert steps(learn(NOW)) == pytest.approx([1 / HOURS] * HOURS)


def test_less_than_a_week_is_no_shape(db):
    assert learn(NOW).before == UNIFORM.before
    Decisions.objects.create(hour=NOW - 6 * DAY, placement="article_end", pages=50)
    assert learn(NOW).before == UNIFORM.before


def test_an_hour_that_nobody_read_in_weighs_little_and_not_nothing(db):
    serve(4, lambda week, hour: 0 if hour == 3 else 999)
    assert steps(learn(NOW))[3] == pytest.approx(1 / (1 + 1_000 * (HOURS - 1)))


# Generated traffic: pages come as they do, each picks, and counts are known a while later.

PLANS = [  # the first and the last day of six flights, and their part of the pages meanwhile
    (0, 30, 0.15), (0, 30, 0.10), (0, 12, 0.20), (5, 25, 0.15), (10, 30, 0.12), (15, 22, 0.20),
]  # fmt: skip


class Desk:
    """Flights, what is counted of them, and what a page is shown by the counts last known."""

    def __init__(self, flights: list[Flight], traffic: Traffic) -> None:
        self.flights, self.traffic = flights, traffic
        self.delivered = [0] * len(flights)
        self.candidates: list[Candidate] = []

    def take_snapshot(self, at: datetime) -> None:
        self.candidates = [
            candidate(
                number,
                None,
                kind=Kind.CPM,
                starts_at=flight.starts_at,
                ends_at=flight.ends_at,
                meter=Meter.of(flight, views, 0, at=at, traffic=self.traffic),
            )
            for number, (flight, views) in enumerate(zip(self.flights, self.delivered, strict=True))
        ]

    def show(self, pages: int, now: datetime, chance: Callable[[], float]) -> None:
        for _ in range(pages):
            if shown := pick(self.candidates, topics=[], now=now, chance=chance()):
                self.delivered[shown.flight.flight] += 1


def plans(pages: int) -> list[Flight]:
    """The six flights, sold by what of so many pages a month comes by while they run."""
    periods = [(JUNE + first * DAY, JUNE + last * DAY, part) for first, last, part in PLANS]
    month = SHAPE._weeks(JUNE, JULY)
    return [
        sold(
            goal=round(pages * part * SHAPE._weeks(start, end) / month),
            starts_at=start,
            ends_at=end,
        )
        for start, end, part in periods
    ]


def replay(traffic: Traffic, *, pages: int, step: timedelta) -> tuple[list[float], list[float]]:
    """30 days: what part of each goal was delivered, and how far off its target each came.

    Counts are known a step late.
    """
    random, flights = Random(9), plans(pages)
    desk, gaps, now = Desk(flights, traffic), [0.0] * len(flights), JUNE
    per_week = pages / SHAPE._weeks(JUNE, JULY)
    while now < JULY:
        expected = per_week * SHAPE._weeks(now, now + step) * random.gauss(1, 0.12)
        desk.take_snapshot(now)
        desk.show(round(expected + random.random() - 0.5), now, random.random)
        now += step
        for number, (flight, views) in enumerate(zip(flights, desk.delivered, strict=True)):
            gap = abs(views - target(flight, now, traffic)) / (flight.goal or 1)
            gaps[number] = max(gaps[number], gap)
    return [
        views / (each.goal or 1) for views, each in zip(desk.delivered, flights, strict=True)
    ], gaps


def test_30_days_of_traffic_end_on_the_goal_and_stay_by_the_target():
    delivered, gaps = replay(SHAPE, pages=40_000, step=timedelta(minutes=5))
    assert all(0.995 <= part <= 1.005 for part in delivered), delivered
    assert max(gaps) <= 0.02, gaps


def test_a_shape_that_is_not_known_yet_still_ends_on_the_goal():
    delivered, _ = replay(UNIFORM, pages=20_000, step=timedelta(minutes=15))
    assert all(0.995 <= part <= 1.005 for part in delivered), delivered


def test_twenty_times_the_readers_in_the_last_hour_overshoot_by_six_seconds_at_most():
    """Counts are flushed every second and read every five: what is due to that and no more."""
    usual, rate = 1, 20  # pages a second
    desk = Desk([sold(goal=goal) for goal in (2_000, 3_000)], SHAPE)
    random, known = Random(15), list[list[int]]()
    start = JULY - HOUR
    desk.delivered = [goal - 600 * usual for goal in (2_000, 3_000)]
    for second in range(3_600):
        now = start + timedelta(seconds=second)
        known.append(list(desk.delivered))
        if second % 5 == 0:
            counted, desk.delivered = desk.delivered, known[max(0, second - 1)]
            desk.take_snapshot(now)
            desk.delivered = counted
        desk.show(rate, now, random.random)
    overshoot = [views - goal for views, goal in zip(desk.delivered, (2_000, 3_000), strict=True)]
    assert all(0 <= views <= rate * (1 + 5) for views in overshoot), overshoot
