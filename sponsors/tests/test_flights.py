from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from sponsors.models import Flight, FlightSlot, Sponsor, Status
from sponsors.tests.sales import AUGUST, JULY, JUNE, book

ARTICLE = "article_end"
JUNE_ONLY: dict[str, Any] = {"starts_at": JUNE, "ends_at": JULY}
JULY_ONLY: dict[str, Any] = {"starts_at": JULY, "ends_at": AUGUST}


@pytest.fixture
def held(energy):
    """June, at the end of articles on energy, is sold."""
    return book((ARTICLE, energy), name="energy, June", **JUNE_ONLY)


def test_an_overlap_is_refused_by_the_name_of_the_other_booking(held, energy):
    late: dict[str, Any] = {"starts_at": JULY - timedelta(microseconds=1), "ends_at": AUGUST}
    with pytest.raises(ValidationError, match="“energy, June” of Overwinter holds end of an"):
        book((ARTICLE, energy), name="another", **late)


def test_back_to_back_is_accepted(held, energy):
    assert book((ARTICLE, energy), name="energy, July", **JULY_ONLY).slots.count() == 1


@pytest.mark.parametrize("status", [Status.DRAFT, Status.PAUSED, Status.STOPPED])
def test_what_is_not_booked_holds_nothing(status, held, energy):
    assert book((ARTICLE, energy), status=status, **JUNE_ONLY).slots.count() == 1


def test_booking_a_draft_is_refused_when_its_slot_is_sold(held, energy):
    draft = book((ARTICLE, energy), status=Status.DRAFT, **JUNE_ONLY)
    draft.status = Status.BOOKED
    with pytest.raises(ValidationError, match="energy, June"):
        draft.full_clean()
    with pytest.raises(ValidationError, match="energy, June"):
        draft.save()


def test_moving_a_booking_into_a_sold_period_is_refused(held, energy):
    july = book((ARTICLE, energy), name="energy, July", **JULY_ONLY)
    july.starts_at = JUNE
    with pytest.raises(ValidationError, match="energy, June"):
        july.save()


def test_a_booking_is_not_its_own_rival(held):
    held.name = "energy, all of June"
    held.full_clean()
    held.save()
    held.slots.get().save()


def test_another_topic_another_placement_and_run_of_site_are_other_slots(held, energy, space):
    others = [(ARTICLE, space), ("topic_list", energy), (ARTICLE, None)]
    assert book(*others, **JUNE_ONLY).slots.count() == 3


def test_two_bookings_of_run_of_site_overlap(db):
    book((ARTICLE, None), name="everywhere", **JUNE_ONLY)
    with pytest.raises(ValidationError, match="holds end of an article, run of site from"):
        book((ARTICLE, None), **JUNE_ONLY)


def test_an_exclusion_takes_no_slot(held, energy):
    other = book((ARTICLE, None), **JUNE_ONLY)
    FlightSlot.objects.create(flight=other, placement=ARTICLE, topic=energy, exclude=True)
    assert other.slots.count() == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"ends_at": JUNE},
        {"price_micro": -1},
        {"kind": "auction"},
        {"status": "sold"},
    ],
)
def test_the_database_refuses_what_must_never_be(fields, held):
    with pytest.raises(IntegrityError), transaction.atomic():
        Flight.objects.filter(pk=held.pk).update(**fields)


def test_a_flight_that_ends_before_it_starts_is_told_so(overwinter):
    flight = Flight(sponsor=overwinter, name="odd", starts_at=JULY, ends_at=JUNE)
    with pytest.raises(ValidationError, match="A flight ends after it starts"):
        flight.full_clean()


def test_a_slot_is_sold_once_in_a_flight(held, energy):
    for topic in (energy, None):
        FlightSlot.objects.get_or_create(flight=held, placement=ARTICLE, topic=topic)
        with pytest.raises(IntegrityError), transaction.atomic():
            FlightSlot.objects.create(flight=held, placement=ARTICLE, topic=topic)


def test_an_exclusion_names_its_topic(held):
    slot = FlightSlot(flight=held, placement=ARTICLE, exclude=True)
    with pytest.raises(ValidationError, match="Name the topic that is excluded"):
        slot.full_clean()


def test_a_topic_with_a_booking_cannot_be_deleted(held, energy):
    with pytest.raises(ProtectedError):
        energy.delete()


def test_running_is_half_open(held):
    running = [
        Flight.objects.running(at).exists() for at in (JUNE, JULY - timedelta(0, 0, 1), JULY)
    ]
    assert running == [True, True, False]


def test_a_proof_needs_its_source_and_day(overwinter):
    with pytest.raises(IntegrityError), transaction.atomic():
        Sponsor.objects.filter(pk=overwinter.pk).update(proof_checked_on=None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Over<b>winter</b>"),
        ("legal_name", "Over\u202ewinter"),
        ("proof", "3,100\nteams"),
        ("link_hosts", ["https://overwinter.example"]),
        ("home_url", "https://elsewhere.example/"),
    ],
)
def test_a_sponsor_says_and_links_only_what_we_accept(field, value, overwinter):
    setattr(overwinter, field, value)
    with pytest.raises(ValidationError) as refusal:
        overwinter.full_clean()
    assert list(refusal.value.message_dict) == [field]
