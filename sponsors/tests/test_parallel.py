import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connections

from articles.tests.newsroom import topic
from sponsors.models import Flight, Status
from sponsors.tests.sales import book

DESKS = 4


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_desks_that_book_the_same_slot_at_once_one_succeeds():
    slot = ("article_end", topic("energy"))
    drafts = [book(slot, name=f"draft {n}", status=Status.DRAFT) for n in range(DESKS)]
    together, refusals = threading.Barrier(DESKS), []

    def take(flight: Flight) -> None:
        flight.status = Status.BOOKED
        together.wait(timeout=10)
        try:
            flight.save()
        except ValidationError as refusal:
            refusals.append(refusal.messages[0])
        finally:
            connections.close_all()

    desks = [threading.Thread(target=take, args=[flight]) for flight in drafts]
    for desk in desks:
        desk.start()
    for desk in desks:
        desk.join(timeout=30)
    winner = Flight.objects.get(status=Status.BOOKED)
    assert len(refusals) == DESKS - 1
    assert all(winner.name in refusal for refusal in refusals)
