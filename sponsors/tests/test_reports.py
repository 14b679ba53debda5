from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from sponsors import reports
from sponsors.days import DAY, HOUR, MICROSECOND, LocalDay
from sponsors.lines import Counts, earned, lines, sums, total
from sponsors.models import Decisions, Flight, Kind, Pace, SlotStat, Status
from sponsors.tests.sales import AUGUST, JULY, JUNE, NOW, book, tally

pytestmark = pytest.mark.django_db

ODD_PRICE = 1_000_000_007  # which nothing divides
ZONES = ["UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns", "Australia/Lord_Howe"]


def booked(**fields):
    june = {"starts_at": JUNE, "ends_at": JULY, "price_micro": ODD_PRICE}
    return book(("article_end", None), **june | fields)


def spent(*flights, until):
    return total(line.counts for line in lines(flights, until)).spend_micro


# A flat price


@pytest.mark.parametrize("zone", ZONES)
def test_the_days_of_a_flat_price_add_up_to_it(zone):
    flight = booked(starts_at=datetime(2026, 3, 20, 7, 31, 5, 123456, tzinfo=UTC))
    with timezone.override(ZoneInfo(zone)):
        assert spent(flight, until=AUGUST) == ODD_PRICE


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata"])
@pytest.mark.parametrize("until", [JUNE + MICROSECOND, NOW, JULY - MICROSECOND])
def test_what_a_day_shows_of_a_flat_price_is_what_has_been_earned(zone, until):
    flight = booked()
    with timezone.override(ZoneInfo(zone)):
        assert (
            spent(flight, until=until)
            == earned(flight, until)
            == sums([flight], until)[flight.pk].spend_micro
        )


def test_half_the_period_has_earned_half_the_price():
    flight = booked(price_micro=30_000_000)
    assert earned(flight, JUNE) == 0
    assert earned(flight, JUNE + 15 * DAY) == 15_000_000
    assert earned(flight, JULY) == earned(flight, AUGUST) == 30_000_000


def test_two_looks_within_an_hour_agree():
    flight = booked()
    half_past = NOW.replace(minute=30)
    assert earned(flight, half_past) == earned(flight, half_past + HOUR / 2 - MICROSECOND)
    assert earned(flight, half_past) < earned(flight, half_past + HOUR / 2)


def test_a_stopped_flight_earns_no_more_and_its_past_does_not_move():
    flight = booked()
    before = lines([flight], NOW)
    Flight.objects.filter(pk=flight.pk).update(status=Status.STOPPED, stopped_at=NOW)
    flight.refresh_from_db()
    after = lines([flight], AUGUST)
    assert after[:-1] == before[:-1]
    assert spent(flight, until=AUGUST) == ODD_PRICE * ((NOW - JUNE) // HOUR * 2 + 1) // (30 * 48)


@pytest.mark.parametrize(
    ("fields", "is_earning"),
    [
        ({"status": Status.PAUSED}, True),
        ({"status": Status.DRAFT}, False),
        ({"kind": Kind.SHARE, "share": 20}, True),
        ({"kind": Kind.CPM, "goal": 10}, False),
        ({"kind": Kind.HOUSE, "share": 1, "price_micro": 0}, False),
    ],
)
def test_time_earns_flat_prices_alone(fields, is_earning):
    assert bool(earned(booked(**fields), NOW)) == is_earning


# What was counted


def test_lines_stand_by_day_creative_placement_and_topic(energy):
    flight = booked(kind=Kind.CPM, goal=100)
    first = {"placement": "article_end", "topic_number": energy.pk}
    tally(flight, JUNE, views=2, spend_micro=5, **first)
    tally(flight, JUNE + HOUR, views=3, clicks=1, spend_micro=7, **first)
    tally(flight, JUNE + DAY, views=1, bad_bot=4, **first)
    tally(flight, JUNE, views=8, placement="topic_list")
    told = [(line.day.day, line.placement, line.topic, line.counts) for line in lines([flight])]
    assert told == [
        (1, "article_end", energy.pk, Counts(views=5, clicks=1, spend_micro=12)),
        (1, "topic_list", 0, Counts(views=8)),
        (2, "article_end", energy.pk, Counts(views=1, bad_bot=4)),
    ]


@pytest.mark.parametrize("zone", ZONES)
def test_a_day_is_one_of_the_sites_zone_across_changes_of_the_clock(zone):
    flight = booked(kind=Kind.CPM, goal=100)
    starts = datetime(2026, 3, 28, 12, tzinfo=UTC)
    for days_on in (0, 4, 98, 190, 210):  # days that hold Europe's and Australia's changes
        for hour in range(30):
            tally(flight, starts + days_on * DAY + hour * HOUR, views=1)
    with timezone.override(ZoneInfo(zone)):
        told = LocalDay("hour", starts, starts + 400 * DAY)
        known = TruncDate("hour", tzinfo=ZoneInfo(zone))
        assert views_by(told) == views_by(known)


def views_by(day):
    rows = SlotStat.objects.order_by().values(day=day).annotate(sum=Sum("views"))
    return {row["day"]: row["sum"] for row in rows}


def test_nothing_that_comes_later_is_told(energy):
    flight = booked(kind=Kind.CPM, goal=100)
    tally(flight, NOW.replace(minute=0), views=1)
    tally(flight, NOW.replace(minute=0) + HOUR, views=1)
    assert total(line.counts for line in lines([flight], NOW)).views == 1
    assert sums([flight], NOW)[flight.pk].views == 1


def test_sums_are_those_of_the_lines():
    flights = [booked(kind=Kind.CPM, goal=100, name=f"{number}") for number in range(3)]
    flights.append(booked(name="flat"))
    for number, flight in enumerate(flights):
        counts = {"clicks": number, "bonus": 1, "bad_dup": 2, "spend_micro": 10**15 + number}
        tally(flight, JUNE + number * DAY, views=9, **counts)
        tally(flight, JUNE + number * DAY + HOUR, views=1, bad_rate=3, bad_stale=4)
    told = lines(flights, NOW)
    for flight in flights:
        own = total(line.counts for line in told if line.flight == flight)
        assert own == sums(flights, NOW)[flight.pk]


def test_prices_per_view_and_click_are_rounded_half_up():
    counts = Counts(views=3, clicks=2, spend_micro=5)
    assert (counts.ecpm_micro, counts.ecpc_micro) == (1667, 3)
    assert (Counts().ecpm_micro, Counts().ecpc_micro, Counts().ctr) == (None, None, None)
    assert counts.ctr == 2 / 3


# How a flight stands


def test_views_are_due_as_readers_come():
    flight = booked(kind=Kind.CPM, goal=3000)
    tally(flight, JUNE, views=700, bad_bot=1, bad_stale=2)
    totals = reports.totals(flight, JUNE + 10 * DAY)
    assert totals.filtered == {"bot": 1, "dup": 0, "rate": 0, "stale": 2}
    assert (totals.views, totals.delivered, totals.left) == (700, 700, 2300)
    assert totals.target == pytest.approx(1000)
    assert totals.pace == pytest.approx(0.7)
    assert totals.projected == 2100


def test_the_target_has_the_shape_of_our_traffic():
    """All of a week's pages on Mondays: so a quarter of four weeks is due after the first."""
    for week in range(4):
        monday = datetime(2026, 5, 4, 12, tzinfo=UTC) + week * 7 * DAY
        Decisions.objects.create(hour=monday, placement="article_end", pages=10**9)
    flight = booked(kind=Kind.CPM, goal=100, ends_at=JUNE + 28 * DAY)  # 1 June is a Monday
    assert reports.totals(flight, JUNE + 2 * DAY).target == pytest.approx(25, abs=0.1)


def test_a_flight_sold_by_clicks_is_measured_in_clicks():
    flight = booked(kind=Kind.CPC, goal=30)
    tally(flight, JUNE, views=700, clicks=10, clicks_alt=9)
    totals = reports.totals(flight, JUNE + 10 * DAY)
    assert (totals.delivered, totals.left, totals.projected) == (10, 20, 30)
    assert totals.pace == pytest.approx(1)


def test_a_metered_flight_is_not_expected_past_its_goal():
    flight = booked(kind=Kind.CPM, goal=100)
    tally(flight, JUNE, views=90)
    assert reports.totals(flight, JUNE + DAY).projected == 100
    tally(flight, JUNE + HOUR, views=20, bonus=10)
    assert reports.totals(flight, JUNE + DAY).projected == 110


def test_a_flat_price_without_a_promise_has_no_pace():
    totals = reports.totals(booked(), NOW)
    assert (totals.goal, totals.left, totals.target, totals.pace) == (None, None, None, None)


def test_before_its_start_nothing_is_due_or_expected():
    totals = reports.totals(booked(kind=Kind.CPM, goal=100), JUNE - DAY)
    assert (totals.target, totals.pace, totals.projected) == (0, None, None)


def test_of_a_stopped_flight_no_more_is_due_than_when_it_was_stopped():
    flight = booked(kind=Kind.CPM, goal=3000)
    tally(flight, JUNE, views=700)
    Flight.objects.filter(pk=flight.pk).update(status=Status.STOPPED, stopped_at=JUNE + 10 * DAY)
    totals = reports.totals(Flight.objects.get(pk=flight.pk), AUGUST)
    assert totals.target == pytest.approx(1000)
    assert totals.projected == 700


def test_as_soon_as_possible_is_due_at_once():
    flight = booked(kind=Kind.CPM, goal=100, pace=Pace.ASAP)
    assert reports.totals(flight, JUNE + HOUR).target == 100


def test_many_flights_ask_as_much_as_one(django_assert_num_queries):
    flights = [booked(name=f"{number}", kind=Kind.CPM, goal=9) for number in range(20)]
    for flight in flights:
        tally(flight, JUNE, views=flight.pk)
    with django_assert_num_queries(2):
        found = reports.totals_of(flights, NOW)
    assert {number: each.views for number, each in found.items()} == {
        flight.pk: flight.pk for flight in flights
    }


def test_no_flights_have_no_totals():
    assert reports.totals_of([]) == {}
    assert lines([]) == []
