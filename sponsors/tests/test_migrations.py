"""The guard of migration 0003, on a database that was there before it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from articles.tests.newsroom import topic
from sponsors.models import FlightSlot, Status
from sponsors.tests.sales import book

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE = [("sponsors", "0002_kinds_and_counts")]
ARTICLE = "article_end"


def migrate(targets: list[Any] | None = None) -> None:
    """To these, or to the newest of all."""
    executor = MigrationExecutor(connection)
    executor.migrate(targets or executor.loader.graph.leaf_nodes())


@pytest.fixture
def unguarded() -> Iterator[None]:
    """The database as it was before the migration."""
    migrate(BEFORE)
    yield
    migrate()


def hold_all() -> None:
    """Past the application, whatever that tells."""
    flight = FlightSlot.objects.exclude(held_from=None)[0].flight
    connection.cursor().execute(
        "UPDATE sponsors_flightslot SET held_from = "
        f"(SELECT starts_at FROM sponsors_flight WHERE id = {flight.pk}), held_until = "
        f"(SELECT ends_at FROM sponsors_flight WHERE id = {flight.pk})"
    )


@pytest.fixture
def two(db: None) -> None:
    """A booking and a draft for the same slot."""
    for status in (Status.BOOKED, Status.DRAFT):
        book((ARTICLE, topic("energy")), status=status)


def test_without_the_migration_nothing_is_refused(two, unguarded):
    hold_all()
    assert FlightSlot.objects.exclude(held_from=None).count() == 2
    FlightSlot.objects.filter(flight__status=Status.DRAFT).delete()  # or it could not come back


def test_what_was_booked_before_is_held_after(two, unguarded):
    connection.cursor().execute("UPDATE sponsors_flightslot SET held_from = NULL")
    migrate()
    held = FlightSlot.objects.exclude(held_from=None).get()
    assert (held.held_from, held.held_until) == (held.flight.starts_at, held.flight.ends_at)
    with pytest.raises(IntegrityError, match="slot_held_once"), transaction.atomic():
        hold_all()


def test_there_and_back_again_the_guard_stands(two):
    migrate(BEFORE)
    migrate()
    with pytest.raises(IntegrityError, match="slot_held_once"), transaction.atomic():
        hold_all()
