from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.utils import translation

from sponsors import charts
from sponsors.days import DAY, HOUR, spans
from sponsors.figures import money, percent, plain_money, rounded_money, short, whole
from sponsors.models import Kind, Pace
from sponsors.statements import report
from sponsors.tests.sales import JULY, JUNE, NOW, book, tally


def stated(at=NOW, **fields):
    """The statement of one flight in June of 3,000 views, with 100 in the noon of each day."""
    june = {"starts_at": JUNE, "ends_at": JULY, "kind": Kind.CPM, "goal": 3000}
    flight = book(("article_end", None), **june | fields)
    for day in range((min(at, flight.ends_at) - flight.starts_at).days):
        tally(flight, flight.starts_at + day * DAY + 12 * HOUR, views=100, clicks=day % 3)
    return report(flight.sponsor, at).statements[0]


def points(line):
    return [tuple(map(float, point.split(","))) for point in line.split()]


# Scales and spans


@pytest.mark.parametrize(
    ("top", "steps"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (7, [0, 2, 4, 6, 8]),
        (668, [0, 200, 400, 600, 800]),
        (30_000, [0, 10_000, 20_000, 30_000]),
        (30_001, [0, 10_000, 20_000, 30_000, 40_000]),
    ],
)
def test_a_scale_has_round_numbers_up_to_its_top(top, steps):
    assert charts.scale(top, 4) == steps


@pytest.mark.parametrize(
    ("number", "unit", "columns"),
    [(0, "day", 0), (1, "day", 1), (62, "day", 62), (63, "week", 10), (730, "month", 24)],
)
def test_many_days_are_drawn_together(number, unit, columns):
    days = [date(2026, 1, 1) + timedelta(days=each) for each in range(number)]
    word, told = spans(days)
    assert (word, len(told)) == (unit, columns)
    assert sum((span.last - span.first).days + 1 for span in told) == number
    assert all(two.first - one.last == DAY for one, two in pairwise(told))


# Progress


@pytest.mark.django_db
def test_what_was_delivered_climbs_to_what_the_totals_say():
    chart = charts.progress(stated(at=JUNE + 15 * DAY))
    line = points(chart.delivered)
    assert line[0] == (0, 1000)
    assert line[-1] == (500, 500)  # half of June, half of the goal at the top of the scale
    assert all(one[0] <= two[0] and one[1] >= two[1] for one, two in pairwise(line))


@pytest.mark.django_db
def test_what_is_due_runs_from_nothing_to_the_goal():
    line = points(charts.progress(stated()).due)
    assert (line[0], line[-1]) == ((0, 1000), (1000, 0))
    assert len(line) == 31


@pytest.mark.django_db
@pytest.mark.parametrize(
    "terms", [{"pace": Pace.ASAP}, {"kind": Kind.EXCLUSIVE, "goal": None, "price_micro": 1}]
)
def test_nothing_is_due_where_no_pace_was_agreed(terms):
    assert charts.progress(stated(**terms)).due == ""


# Day by day


@pytest.mark.django_db
def test_each_day_has_a_column_that_stands_on_the_ground():
    chart = charts.daily(stated(at=JUNE + 15 * DAY))
    assert len(chart.columns) == 15
    assert {float(column.y) + float(column.height) for column in chart.columns} == {1000}
    assert chart.columns[2].label == "2026-06-03: 100 views, 2 clicks, 2.00\u00a0%"


@pytest.mark.django_db
def test_a_flight_of_a_day_is_drawn_no_wider_than_in_a_week():
    chart = charts.daily(stated(starts_at=JULY - DAY, at=JULY))
    [column] = chart.columns
    assert float(column.width) < 1000 / 7
    assert [len(points(line)) for line in chart.rate_lines] == [2]


@pytest.mark.django_db
def test_a_flight_of_two_years_is_drawn_by_months():
    chart = charts.daily(stated(starts_at=JULY - 730 * DAY, at=JULY))
    assert chart.unit == "month"
    assert len(chart.columns) <= 25
    assert len(chart.moments) <= charts.LABELS


@pytest.mark.django_db
def test_the_rate_is_broken_where_nobody_looked():
    statement = stated(at=JUNE + 3 * DAY)
    tally(statement.flight, JUNE + 5 * DAY, views=10)
    chart = charts.daily(report(statement.flight.sponsor, JUNE + 6 * DAY).statements[0])
    assert [len(points(line)) for line in chart.rate_lines] == [3, 2]


@pytest.mark.django_db
@pytest.mark.parametrize("at", [JUNE - DAY, JUNE, JUNE + HOUR])
def test_a_flight_without_counts_can_be_drawn(at):
    statement = stated(at=at)
    assert points(charts.progress(statement).delivered)
    assert charts.daily(statement).told


@pytest.mark.django_db
def test_numbers_in_shapes_have_points_in_every_language():
    with translation.override("de"):
        chart = charts.progress(stated())
    assert "," not in "".join(mark.at for mark in (*chart.heights, *chart.moments))
    assert len(points(chart.due)) == 31


# Numbers as text


@pytest.mark.parametrize(
    ("micro", "text"),
    [
        (0, "0.00"),
        (1, "0.000001"),
        (18_500, "0.0185"),
        (1_500_500_000, "1,500.50"),
        (9_007_199_254_740_993_000_001, "9,007,199,254,740,993.000001"),
    ],
)
def test_money_is_exact(micro, text):
    assert money(micro) == text
    assert plain_money(micro) == text.replace(",", "")


def test_an_effective_price_is_rounded():
    assert rounded_money(54_953_631) == "54.95"
    assert rounded_money(4_995_000) == "5.00"
    assert rounded_money(18_549) == "0.0185"


def test_numbers_are_written_as_the_sites_language_does():
    with translation.override("de"):
        assert (money(1_500_500_000), whole(1204), percent(0.0124)) == (
            "1.500,50",
            "1.204",
            "1,24\u00a0%",
        )


def test_a_rate_is_rounded_and_not_cut_off():
    assert percent(0.012_399) == "1.24\u00a0%"
    assert percent(0.399_999, 0) == "40\u00a0%"


def test_what_is_not_known_is_a_dash():
    assert (money(None), whole(None), percent(None), rounded_money(None)) == ("–",) * 4


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0"), (950, "950"), (2500, "2.5k"), (40_000_000, "40M")]
)
def test_numbers_at_the_edge_of_a_chart_are_short(number, text):
    assert short(number) == text
