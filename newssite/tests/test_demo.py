"""What `make run` books for its demonstration."""

import io
from collections import Counter

import pytest
from django.core.management import call_command

from sponsors import snapshot
from sponsors.models import Creative, Flight, FlightSlot, Kind

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def demo():
    call_command("demo", stdout=io.StringIO())


def test_it_books_several_kinds_that_all_run():
    demo()
    kinds = Counter(Flight.objects.running().values_list("kind", flat=True))
    assert kinds.keys() >= {Kind.EXCLUSIVE, Kind.SHARE, Kind.CPM, Kind.HOUSE}
    assert kinds.total() == Flight.objects.count()
    assert not [creative for creative in Creative.objects.all() if creative.withheld()]


def test_every_placement_has_something():
    demo()
    assert snapshot.read().by_placement.keys() == {
        *("article_mid", "article_end"),
        *("topic_list", "home_card"),
    }


def test_everything_that_is_booked_could_be_booked_at_the_desk():
    demo()
    for flight in Flight.objects.all():
        flight.full_clean()
        flight.sponsor.full_clean()
    for slot in FlightSlot.objects.all():
        slot.full_clean()


def test_a_second_run_changes_nothing():
    demo()
    before = [list(model.objects.values()) for model in (Flight, FlightSlot, Creative)]
    demo()
    assert [list(model.objects.values()) for model in (Flight, FlightSlot, Creative)] == before


def test_where_nothing_is_counted_nothing_is_sold_by_the_count(settings):
    settings.SPONSOR_MEASURE = False
    demo()
    kinds = set(Flight.objects.values_list("kind", flat=True))
    assert Kind.CPM not in kinds and Kind.SHARE in kinds


def test_what_it_booked_is_told_to_readers(client):
    demo()
    page = client.get("/sponsorship").content.decode()
    assert "Hedgepost Co-operative paid for a share of the views" in page
    assert "from Fanfold, nobody paid for this" in page  # the example; our own flight is not told
    assert "Fanfold paid for" not in page
