from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from sponsors import snapshot
from sponsors.models import Creative, Delivery, Flight, FlightSlot, Kind, Sponsor, Status
from sponsors.picking import pick
from sponsors.tests.sales import JULY, JUNE, book


def test_the_first_use_reads_once_and_later_uses_nothing(energy, django_assert_num_queries):
    book(("article_end", energy))
    with django_assert_num_queries(4):
        assert len(snapshot.current().by_placement["article_end"]) == 1
    with django_assert_num_queries(0):
        snapshot.current()


def test_only_booked_flights_that_have_not_ended_are_held(energy):
    book(("article_end", energy), name="held")
    for status in (Status.DRAFT, Status.PAUSED, Status.STOPPED):
        book(("article_end", energy), status=status)
    book(("article_end", energy), starts_at=JUNE - timedelta(9000), ends_at=JULY - timedelta(9000))
    [held] = snapshot.current().by_placement["article_end"]
    assert held.name == "held"


def test_what_is_sold_by_the_unit_has_its_counts_and_what_is_due(energy):
    now = timezone.now()
    book(("article_end", energy), kind=Kind.CPM, goal=4_800, name="new")
    flight = book(("article_end", energy), kind=Kind.CPC, goal=480, name="counted")
    Delivery.objects.create(flight=flight, views=1_800, clicks=19)
    meters = {one.name: one.meter for one in snapshot.read(now).by_placement["article_end"]}
    assert (meters["new"].delivered, meters["new"].views_per_unit) == (0, 1)
    assert (meters["counted"].delivered, meters["counted"].views_per_unit) == (19, 100)
    assert meters["counted"].due == pytest.approx(480 * 25 / 48, rel=0.01)


def test_the_shape_of_our_traffic_is_learned_once_in_ten_minutes(energy, django_assert_num_queries):
    book(("article_end", energy), kind=Kind.CPM, goal=1_000)
    now = timezone.now()
    with django_assert_num_queries(5):
        first = snapshot.read(now)
    with django_assert_num_queries(3):
        second = snapshot.read(now + timedelta(minutes=10), before=first)
    with django_assert_num_queries(4):
        third = snapshot.read(now + timedelta(minutes=10, seconds=1), before=second)
    assert [held.traffic.learned_at for held in (first, second)] == [now, now]
    assert third.traffic.learned_at == third.taken_at


def test_slots_are_read_with_their_exclusions_in_one_query(energy, space):
    flight = book(("article_end", None), ("article_end", energy), ("home_card", None))
    FlightSlot.objects.create(flight=flight, placement="article_end", topic=space, exclude=True)
    placed = snapshot.current().by_placement
    [end], [card] = placed["article_end"], placed["home_card"]
    assert (end.topics, end.is_run_of_site, end.excluded) == ({energy.pk}, True, {space.pk})
    assert (card.topics, card.is_run_of_site, card.excluded) == (frozenset(), True, frozenset())


def test_flights_that_are_over_are_held_for_as_long_as_their_pages_count(energy, space):
    now, hour = timezone.now(), timedelta(hours=1)
    period = {"starts_at": now - 20 * hour, "kind": Kind.HOUSE, "share": 1}
    ended = book(("article_end", energy), **period, ends_at=now - 11 * hour)
    long_ended = book(("article_end", energy), **period, ends_at=now - 12 * hour)
    stopped = book(("article_end", space), **period)
    Flight.objects.filter(pk=stopped.pk).update(status=Status.STOPPED, stopped_at=now - hour)
    paused = book(("article_end", space), status=Status.PAUSED)
    draft = book(("article_end", space), status=Status.DRAFT)
    held = snapshot.read(now)
    assert held.flights.keys() == {ended.pk, stopped.pk, paused.pk}
    assert held.flights[ended.pk].over_at == ended.ends_at
    assert held.flights[stopped.pk].over_at == now - hour
    assert held.creatives.keys() == {
        flight.creatives.get().pk for flight in (ended, stopped, paused)
    }
    assert held.by_placement == {}
    assert {long_ended.pk, draft.pk}.isdisjoint(held.flights)


def test_words_that_did_not_change_are_not_judged_anew(energy):
    creative = book(("article_end", energy)).creatives.get()
    first = snapshot.read()
    second = snapshot.read(before=first)
    assert second.creatives[creative.pk] is first.creatives[creative.pk]
    creative.reject()
    third = snapshot.read(before=second)
    assert third.creatives[creative.pk].withheld == "is rejected"


def test_words_are_judged_anew_when_the_sponsor_loses_a_host(energy):
    creative = book(("article_end", energy)).creatives.get()
    first = snapshot.read()
    Sponsor.objects.update(link_hosts=["elsewhere.example"])
    second = snapshot.read(before=first)
    assert second.creatives[creative.pk].withheld == "leads off the sponsor's hosts"


MILLISECOND = timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-03-29T00:00+01:00", "2026-03-29T03:00+02:00"),  # the clock goes from 2 to 3
        ("2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00"),  # half past two comes twice
    ],
)
def test_a_period_across_a_change_of_clocks_is_exact_in_the_sites_zone(
    start, end, energy, settings
):
    settings.TIME_ZONE = "Europe/Berlin"
    zone = ZoneInfo("Europe/Berlin")
    start, end = (datetime.fromisoformat(moment).astimezone(zone) for moment in (start, end))
    book(("article_end", energy), starts_at=start, ends_at=end)
    held = snapshot.read(datetime(2026, 3, 1, tzinfo=zone)).by_placement["article_end"]
    for now, is_shown in (
        (start.astimezone(UTC) - MILLISECOND, False),
        (start, True),
        (end.astimezone(UTC) - MILLISECOND, True),
        (end, False),
    ):
        for moment in (now, now.astimezone(zone)):
            assert bool(pick(held, topics=[energy.pk], now=moment, chance=0)) == is_shown


def test_refresh_sees_what_was_booked_since_and_forget_drops_it(energy):
    assert snapshot.current().by_placement == {}
    flight = book(("article_end", energy))
    assert snapshot.current().by_placement == {}
    snapshot.refresh()
    assert list(snapshot.current().creatives) == [flight.creatives.get().pk]
    Flight.objects.update(status=Status.PAUSED)
    snapshot.forget()
    assert snapshot.current().by_placement == {}


def test_what_is_held_cannot_be_changed(energy):
    book(("article_end", energy))
    held = snapshot.current()
    with pytest.raises(TypeError):
        held.by_placement["article_end"] = ()
    with pytest.raises(TypeError):
        held.by_placement["article_end"][0].creatives[0].hooks["space"] = "x"


def test_the_next_boundary_is_the_next_start_or_end(energy, space):
    now = timezone.now()
    book(("article_end", energy), ends_at=now + timedelta(hours=5))
    book(("home_card", None), starts_at=now + timedelta(hours=2), ends_at=now + timedelta(hours=9))
    hours = [2, 5, 9]
    for before, boundary in zip([0, 2, 5], hours, strict=True):
        found = snapshot.current().next_boundary(now + timedelta(hours=before))
        assert found == now + timedelta(hours=boundary)
    assert snapshot.current().next_boundary(now + timedelta(hours=9)) is None


def test_a_flight_that_cannot_be_read_does_not_take_the_others_along(energy, space, caplog):
    broken = book(("article_end", energy))
    book(("article_end", space), name="whole")
    Creative.objects.filter(flight=broken).update(hooks=7)
    [held] = snapshot.current().by_placement["article_end"]
    assert held.name == "whole"
    assert f"Flight {broken.pk} cannot be read" in caplog.text
