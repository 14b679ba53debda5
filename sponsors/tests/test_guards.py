"""What must never be: a slot sold twice, terms that move once something is billed by them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, NotSupportedError, connection, transaction
from django.utils import timezone

from sponsors.models import Delivery, Flight, FlightSlot, Status
from sponsors.tests.sales import book, sponsor

ARTICLE = "article_end"
# Ahead of any test, so that nothing is billed yet.
JUNE, JULY, AUGUST = (datetime(2096, month, 1, tzinfo=UTC) for month in (6, 7, 8))
IN_JUNE: dict[str, Any] = {"starts_at": JUNE, "ends_at": JULY}
IN_JULY: dict[str, Any] = {"starts_at": JULY, "ends_at": AUGUST}
HELD = {"held_from": JUNE, "held_until": JULY}
NAMED = "“energy, June” of Overwinter holds"


@pytest.fixture
def held(energy):
    """June, at the end of articles on energy, is sold."""
    return book((ARTICLE, energy), name="energy, June", **IN_JUNE)


@pytest.fixture
def draft(held, energy):
    """Somebody else's plan for the same."""
    return book((ARTICLE, energy), name="the other", status=Status.DRAFT, **IN_JUNE)


@pytest.fixture
def elsewhere(held, space):
    """A booking beside it: another topic."""
    return book((ARTICLE, space), name="space, June", **IN_JUNE)


# By every way of the application: refused, and by name


def by_model(draft):
    draft.status = Status.BOOKED
    draft.save()


def by_field(draft):
    draft.status = Status.BOOKED
    draft.save(update_fields=["status"])


def by_update(draft):
    Flight.objects.filter(pk=draft.pk).update(status=Status.BOOKED)


def by_bulk_update(draft):
    draft.status = Status.BOOKED
    Flight.objects.bulk_update([draft], ["status"])


def by_new_slot(draft):
    """Booked on another topic, and the slot added after."""
    slot = draft.slots.get()
    slot.delete()
    by_model(draft)
    FlightSlot(flight=draft, placement=slot.placement, topic=slot.topic).save()


def by_many_slots(draft):
    slot = draft.slots.get()
    slot.delete()
    by_model(draft)
    FlightSlot.objects.bulk_create([FlightSlot(flight=draft, placement=ARTICLE, topic=slot.topic)])


def by_moved_slot(draft):
    slot = draft.slots.get()
    topic, slot.topic = slot.topic, None
    slot.save()
    by_model(draft)
    draft.slots.update(topic=topic)


def by_given_slot(draft):
    """A slot of another draft, given to the one that is booked."""
    slot = draft.slots.get()
    book(name="a third", status=Status.DRAFT, **IN_JUNE).slots.add(slot)
    by_model(draft)
    draft.slots.add(slot)


def by_stale_slot(draft):
    """The slot knows its flight as the draft that it was."""
    slot = draft.slots.get()
    slot.delete()
    Flight.objects.filter(pk=draft.pk).update(status=Status.BOOKED)
    FlightSlot(flight=draft, placement=ARTICLE, topic=slot.topic).save()


@pytest.mark.parametrize(
    "way",
    [
        *(by_model, by_field, by_update, by_bulk_update),
        *(by_new_slot, by_many_slots, by_moved_slot, by_given_slot, by_stale_slot),
    ],
    ids=lambda way: way.__name__,
)
def test_the_application_refuses_by_name(way, draft):
    with pytest.raises(ValidationError, match=NAMED), transaction.atomic():
        way(draft)
    draft.refresh_from_db()
    assert draft.status == Status.DRAFT


def test_moving_many_bookings_into_a_sold_period_is_refused(held, energy):
    july = book((ARTICLE, energy), name="energy, July", **IN_JULY)
    with pytest.raises(ValidationError, match=NAMED):
        Flight.objects.filter(pk=july.pk).update(starts_at=JUNE)


def test_back_to_back_is_accepted_by_every_guard(held, energy):
    before = {"starts_at": JUNE - timedelta(days=30), "ends_at": JUNE}
    for period in (before, IN_JULY):
        assert book((ARTICLE, energy), **period).slots.get().held_from == period["starts_at"]


def test_what_becomes_an_exclusion_holds_nothing(held, energy):
    held.slots.update(exclude=True)
    assert held.slots.get().held_from is None
    assert book((ARTICLE, energy), **IN_JUNE).slots.count() == 1


# Past the application: the database refuses


def inserted(slot):
    columns = "flight_id, placement, topic_id, exclude, held_from, held_until"
    told = [slot.flight_id, ARTICLE, slot.topic_id, False, *HELD.values()]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO sponsors_flightslot ({columns}) VALUES (%s, %s, %s, %s, %s, %s)",
            [adapted(value) for value in told],
        )


def updated(slot):
    slot.save()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE sponsors_flightslot SET held_from = %s, held_until = %s WHERE id = %s",
            [*map(adapted, HELD.values()), slot.pk],
        )


def adapted(value):
    """As Django itself gives it to the database."""
    return connection.ops.adapt_datetimefield_value(value) if hasattr(value, "year") else value


@pytest.mark.parametrize("way", [inserted, updated], ids=lambda way: way.__name__)
def test_the_database_refuses_what_is_held(way, draft):
    slot = draft.slots.get()
    slot.delete()
    slot.pk = None
    with pytest.raises(IntegrityError, match="slot_held_once"), transaction.atomic():
        way(slot)


@pytest.mark.postgres
def test_postgresql_names_the_other_flight(held, draft):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        updated(draft.slots.get())
    assert f", {held.pk})." in refusal.value.__cause__.diag.message_detail


def test_the_database_takes_what_touches_or_lies_beside(held, draft, elsewhere):
    slot = draft.slots.get()
    FlightSlot.objects.filter(pk=slot.pk).hold(JULY, AUGUST)
    assert FlightSlot.objects.exclude(held_from=None).count() == 3


def test_run_of_site_is_held_too(held):
    everywhere = book((ARTICLE, None), name="everywhere", **IN_JUNE)
    other = book((ARTICLE, None), status=Status.DRAFT, **IN_JUNE)
    assert everywhere.slots.get().held_from == JUNE
    with pytest.raises(IntegrityError, match="slot_held_once"), transaction.atomic():
        updated(other.slots.get())


# Shares of voice


def shared(energy, share, **fields):
    return book((ARTICLE, energy), kind="share", share=share, **{**IN_JUNE, **fields})


def test_shares_fill_a_slot_to_the_last_per_cent(energy):
    shares = [shared(energy, share) for share in (60, 40)]
    assert sum(flight.slots.count() for flight in shares) == 2


@pytest.mark.parametrize(
    "way", [by_model, by_update, by_bulk_update, by_many_slots], ids=lambda way: way.__name__
)
def test_shares_past_the_whole_are_refused_and_the_rest_is_named(way, energy):
    shared(energy, 60, name="most of June")
    draft = shared(energy, 41, status=Status.DRAFT)
    with pytest.raises(ValidationError, match="to “most of June” of Overwinter: 40 % are left"):
        way(draft)


def test_a_larger_share_is_refused_when_it_is_too_large(energy):
    first = shared(energy, 60)
    shared(energy, 40)
    first.share = 61
    with pytest.raises(ValidationError, match="40 % of end of an article"):
        first.save()


def test_shares_that_follow_each_other_do_not_add_up(energy):
    shared(energy, 60)
    shared(energy, 60, **IN_JULY)
    with pytest.raises(ValidationError, match="40 % are left"):
        shared(energy, 50, starts_at=JUNE, ends_at=AUGUST)
    assert shared(energy, 40, starts_at=JUNE, ends_at=AUGUST).slots.count() == 1


# What is billed does not move


TERMS = [("price_micro", 2), ("kind", "cpc"), ("goal", 900), ("currency", "USD")]
each_term = pytest.mark.parametrize(("field", "value"), TERMS, ids=[name for name, _ in TERMS])


@pytest.fixture
def billed(energy):
    flight = book((ARTICLE, energy), kind="cpm", goal=1000, price_micro=5_000_000, currency="EUR")
    Delivery.objects.create(flight=flight, views=1, billed_units=1, spend_micro=5000)
    return flight


@each_term
def test_terms_are_frozen_for_save(field, value, billed):
    setattr(billed, field, value)
    with pytest.raises(ValidationError, match="billed by this already") as refusal:
        billed.save()
    assert list(refusal.value.message_dict) == [field]


@each_term
def test_terms_are_frozen_for_updates(field, value, billed):
    setattr(billed, field, value)
    refused = pytest.raises(ValidationError, match="billed by this already")
    with refused, transaction.atomic():
        Flight.objects.filter(pk=billed.pk).update(**{field: value})
    with refused, transaction.atomic():
        Flight.objects.bulk_update([billed], [field])
    billed.refresh_from_db()
    assert getattr(billed, field) != value


def test_a_flight_that_is_billed_by_is_given_to_no_other_sponsor(billed):
    with pytest.raises(ValidationError, match="billed by this already"):
        sponsor("vault").flights.add(billed)


def test_terms_are_frozen_for_rows_made_over_others(billed):
    billed.price_micro = 2
    told = {"unique_fields": ["pk"], "update_fields": ["price_micro"]}
    with pytest.raises(NotSupportedError):
        Flight.objects.bulk_create([billed], update_conflicts=True, **told)


@each_term
def test_terms_move_while_nothing_is_billed(field, value, energy):
    flight = book((ARTICLE, energy), kind="cpm", goal=1000, currency="EUR")
    setattr(flight, field, value)
    flight.save()


def test_a_metered_flight_may_be_made_longer(billed):
    billed.ends_at += timedelta(days=30)
    billed.save()


def test_a_flat_price_is_frozen_from_its_start(energy):
    flight = book((ARTICLE, energy), kind="share", share=40, price_micro=1)
    for field, value in [("price_micro", 2), ("share", 30), ("ends_at", timezone.now())]:
        flight.refresh_from_db()
        setattr(flight, field, value)
        with pytest.raises(ValidationError, match="billed by this already"):
            flight.save()


def test_what_is_billed_is_no_draft_again(billed, energy):
    flat = book((ARTICLE, energy), price_micro=1)
    for flight in (billed, flat):
        flight.status = Status.DRAFT
        with pytest.raises(ValidationError, match="cannot be a draft again"):
            flight.save()


def test_a_stopped_flight_stays_stopped(billed):
    Flight.objects.filter(pk=billed.pk).update(status=Status.STOPPED)
    for way in (by_model, by_update, by_bulk_update):
        with pytest.raises(ValidationError, match="stays stopped"), transaction.atomic():
            way(billed)


@pytest.mark.parametrize(
    "stop",
    [
        lambda flight: flight.save(),
        lambda flight: flight.save(update_fields=["status"]),
        lambda flight: Flight.objects.filter(pk=flight.pk).update(status=Status.STOPPED),
        lambda flight: Flight.objects.bulk_update([flight], ["status"]),
    ],
    ids=["save", "field", "update", "bulk_update"],
)
def test_when_a_flight_was_stopped_is_kept(stop, billed):
    billed.status = Status.STOPPED
    stop(billed)
    stopped = Flight.objects.get(pk=billed.pk)
    assert stopped.stopped_at and stopped.over_at == stopped.stopped_at < stopped.ends_at
