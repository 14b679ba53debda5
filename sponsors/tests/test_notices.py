"""What the desk gets letters about, and that each news is one letter."""

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.utils import timezone

from outbound.models import Outbox
from sponsors import notices, reports
from sponsors.models import Flight, SlotStat, Status
from sponsors.tests.sales import book

pytestmark = pytest.mark.django_db
NOW = timezone.now().replace(minute=30, second=0, microsecond=0)
DAY = timedelta(days=1)
MONTH: dict[str, Any] = {"starts_at": NOW - 10 * DAY, "ends_at": NOW + 20 * DAY}


@pytest.fixture(autouse=True)
def _desk(settings):
    settings.ALERT_EMAIL = ["desk@news.example"]


@pytest.fixture
def cpm(db):
    """A third of its period is over, so a third of 3,000 views is due."""
    return book(("article_end", None), kind="cpm", goal=3000, price_micro=8_000_000, **MONTH)


def count(flight, views, *, ago=2 * DAY, clicks=0):
    hour = (NOW - ago).replace(minute=0)
    known = {"creative": flight.creatives.get(), "placement": "article_end", "hour": hour}
    counted = {"views": views, "clicks": clicks, "spend_micro": views * 8000}
    SlotStat.objects.create(flight=flight, **known, **counted)


def watch():
    """What the command says, line by line."""
    out = io.StringIO()
    call_command("watch_flights", stdout=out)
    return out.getvalue().splitlines()


def subjects():
    return list(Outbox.objects.order_by("pk").values_list("subject", flat=True))


@pytest.mark.parametrize(
    ("views", "told"),
    [
        (1499, []),
        (1500, ["50 % delivered: Overwinter, a flight"]),
        (2699, ["50 % delivered: Overwinter, a flight"]),
        (2700, ["90 % delivered: Overwinter, a flight"]),
        (3100, ["100 % delivered: Overwinter, a flight"]),
    ],
)
def test_the_highest_step_of_a_goal_is_told(views, told, cpm):
    count(cpm, views)
    watch()
    assert subjects() == told


def test_each_news_is_one_letter_however_often_one_looks(cpm):
    count(cpm, 1500)
    assert watch() == ["flights=1 letters=1 failed=0"]
    assert watch() == ["flights=1 letters=0 failed=0"]
    count(cpm, 1500, ago=DAY)
    assert watch() == ["flights=1 letters=1 failed=0"]
    assert [subject[:4] for subject in subjects()] == ["50 %", "100 "]


def test_a_letter_has_figures_and_both_links(cpm, settings):
    count(cpm, 1500)
    watch()
    body = Outbox.objects.get().body
    assert re.search(r"1,500 of 3,000 views; (99\d|1,00\d) were due by now\.", body)
    assert "12.00 EUR earned." in body
    assert "views at its end" in body
    assert f"{settings.SITE_URL}/admin/sponsors/flight/{cpm.pk}/change/" in body
    assert f"{settings.SITE_URL}/x/r/{cpm.sponsor.pk}.1." in body


def test_clicks_are_what_a_cpc_flight_sells(db):
    cpc = book(("article_end", None), kind="cpc", goal=10, **MONTH)
    count(cpc, 2000, clicks=5)
    watch()
    assert subjects() == ["50 % delivered: Overwinter, a flight"]
    assert "5 of 10 clicks" in Outbox.objects.get().body


def test_a_flat_price_with_a_promise_is_told_of_it(db):
    flat = book(("article_end", None), goal=100, price_micro=30_000_000, **MONTH)
    count(flat, 100)
    watch()
    assert "goes on until its end" in Outbox.objects.get().body


def test_a_day_under_the_pace_is_told(cpm):
    count(cpm, 300)
    watch()
    assert subjects() == ["Behind its pace: Overwinter, a flight"]
    assert "less than 80\u00a0%" in Outbox.objects.get().body


def test_a_week_later_it_is_told_again(cpm):
    count(cpm, 300)
    for days in (0, 1, 7):
        at = NOW + days * DAY
        notices.tell(cpm, reports.totals(cpm, at), ["desk@news.example"], at)
    told = [subject for subject in subjects() if subject.startswith("Behind")]
    assert len(told) in {2, 3}  # three where the second day begins a week


def test_a_bad_night_is_no_news(cpm):
    """A day ago it had 84 % of what was due, and has had nothing since."""
    count(cpm, 760, ago=9 * DAY)
    watch()
    assert (reports.totals(cpm).pace or 1) < notices.SLOW
    assert subjects() == []


def test_who_caught_up_is_no_news(cpm):
    count(cpm, 300)
    count(cpm, 600, ago=timedelta(hours=1))
    watch()
    assert subjects() == []


@pytest.mark.parametrize(
    "fields",
    [
        {"status": Status.PAUSED},
        {"status": Status.STOPPED},
        {"pace": "asap"},
        {"starts_at": NOW - timedelta(hours=23)},
        {"status": Status.DRAFT},
    ],
    ids=lambda fields: next(iter(fields.values())),
)
def test_who_gets_no_letter_about_its_pace(fields, cpm):
    Flight.objects.filter(pk=cpm.pk).update(**fields)
    assert "letters=0" in watch()[-1]


def test_the_end_is_told_a_week_before(db):
    early = book(("article_end", None), name="early", **MONTH)
    at = early.ends_at - 7 * DAY
    for moment in (at - timedelta(seconds=1), at, at + DAY):
        notices.tell(early, reports.totals(early, moment), ["desk@news.example"], moment)
    assert subjects() == [f"Ends on {early.ends_at:%Y-%m-%d}: Overwinter, early"]


def test_an_end_that_moved_is_told_again(cpm):
    cpm.ends_at = NOW + 6 * DAY
    cpm.save()
    count(cpm, 1490)
    watch()
    cpm.ends_at = NOW + 6.5 * DAY
    cpm.save()
    watch()
    assert [subject[:7] for subject in subjects()] == ["Ends on", "Ends on"]


def test_a_short_flight_is_not_told_of_its_end(db):
    book(("article_end", None), starts_at=NOW - DAY, ends_at=NOW + 5 * DAY)
    watch()
    assert subjects() == []


def test_our_own_flights_are_no_news(db):
    house = book(("article_end", None), kind="house", share=1, goal=10, **MONTH)
    count(house, 10)
    assert watch() == ["flights=0 letters=0 failed=0"]


def test_where_nothing_is_counted_only_ends_are_told(settings, db):
    flat = book(("article_end", None), goal=900, price_micro=3_000_000, **MONTH)
    settings.SPONSOR_MEASURE = False
    at = flat.ends_at - DAY
    notices.tell(flat, reports.totals(flat, at), ["desk@news.example"], at)
    assert subjects() == [f"Ends on {flat.ends_at:%Y-%m-%d}: Overwinter, a flight"]
    assert "views" not in Outbox.objects.get().body


def test_sponsor_managers_are_told_once_each(cpm, settings):
    group = Group.objects.get_or_create(name=notices.GROUP)[0]
    for name, mail, is_active in [
        ("mo", "mo@news.example", True),
        ("desk", "Desk@news.example", True),
        ("gone", "gone@news.example", False),
        ("none", "", True),
    ]:
        User.objects.create(username=name, email=mail, is_active=is_active).groups.add(group)
    User.objects.create(username="reporter", email="reporter@news.example")
    assert sorted(map(str.lower, notices.readers())) == ["desk@news.example", "mo@news.example"]
    count(cpm, 1500)
    assert "letters=2" in watch()[-1]


def test_without_anybody_to_tell_the_command_says_so(cpm, settings):
    settings.ALERT_EMAIL = []
    count(cpm, 1500)
    assert watch()[0].startswith("Nobody is told: set ALERT_EMAIL")


def test_one_flight_that_cannot_be_looked_at_stops_no_other(cpm, monkeypatch):
    other = book(("article_end", None), name="other", kind="cpm", goal=10, **MONTH)
    count(other, 10)
    count(cpm, 3000)
    monkeypatch.setattr(notices, "_named", lambda flight: 1 / 0 if flight == cpm else "other")
    out = io.StringIO()
    with pytest.raises(CommandError) as told:
        call_command("watch_flights", stdout=out)
    assert told.value.returncode == 3
    assert "flights=2 letters=1 failed=1" in out.getvalue()
