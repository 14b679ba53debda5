"""Desks that book at the same moment, each in a transaction of its own."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, connections

from articles.tests.newsroom import topic
from sponsors.models import Flight, FlightSlot, Status
from sponsors.tests.sales import book

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
DESKS = 4


def refused(act: Callable[[Any], None], given: Sequence[Any]) -> list[Exception]:
    """What the database or a model refuses when each is acted on at once, in its own thread."""
    together = threading.Barrier(len(given))
    refusals: list[Exception] = []

    def run(each: Any) -> None:
        together.wait(timeout=10)
        try:
            act(each)
        except (ValidationError, DatabaseError) as refusal:
            refusals.append(refusal)
        finally:
            connections.close_all()

    desks = [threading.Thread(target=run, args=[each]) for each in given]
    for desk in desks:
        desk.start()
    for desk in desks:
        desk.join(timeout=30)
    return refusals


def drafts(**fields: Any) -> list[Flight]:
    slot = ("article_end", topic("energy"))
    draft = {"status": Status.DRAFT, **fields}
    return [book(slot, name=f"draft {number}", **draft) for number in range(DESKS)]


def save_as_booked(flight: Flight) -> None:
    flight.status = Status.BOOKED
    flight.save()


def test_of_desks_that_book_the_same_slot_at_once_one_succeeds():
    refusals = refused(save_as_booked, drafts())
    winner = Flight.objects.get(status=Status.BOOKED)
    assert len(refusals) == DESKS - 1
    assert all(winner.name in refusal.messages[0] for refusal in refusals)


def test_updates_past_the_model_are_refused_by_name_too():
    def update(flight: Flight) -> None:
        Flight.objects.filter(pk=flight.pk).update(status=Status.BOOKED)

    refusals = refused(update, drafts())
    winner = Flight.objects.get(status=Status.BOOKED)
    assert len(refusals) == DESKS - 1
    assert all(winner.name in refusal.messages[0] for refusal in refusals)


def test_past_the_application_the_constraint_lets_one_through():
    def update(flight: Flight) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE sponsors_flightslot SET held_from = %s, held_until = %s "
                "WHERE flight_id = %s",
                [flight.starts_at, flight.ends_at, flight.pk],
            )

    refusals = refused(update, drafts())
    assert len(refusals) == DESKS - 1
    # PostgreSQL may also end two that wait for each other: as a deadlock, of which one survives.
    told = [str(refusal) for refusal in refusals]
    assert all("slot_held_once" in each or "deadlock" in each for each in told)
    assert FlightSlot.objects.exclude(held_from=None).count() == 1


def test_shares_sold_at_once_stay_within_the_whole():
    refusals = refused(save_as_booked, drafts(kind="share", share=40))
    assert len(refusals) == DESKS - 2
    assert all("20 % are left" in refusal.messages[0] for refusal in refusals)


def test_a_slot_added_while_its_flight_is_booked_is_held():
    (flight, *_), energy = drafts(), topic("energy")
    flight.slots.all().delete()

    def act(step: str) -> None:
        if step == "book":
            save_as_booked(Flight.objects.get(pk=flight.pk))
        else:
            FlightSlot.objects.create(flight=flight, placement=step, topic=energy)

    assert refused(act, ["book", "topic_list", "article_mid", "article_end"]) == []
    assert not flight.slots.filter(held_from=None).exists()
