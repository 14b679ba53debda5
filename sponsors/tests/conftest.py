"""What every test here stands on. Models are imported late: Django is set up after this file."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from articles.models import Topic
    from sponsors.models import Sponsor


@pytest.fixture(autouse=True)
def snapshot_of_this_test(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No snapshot of another test, and none that ages, so no thread is started."""
    from sponsors import snapshot

    monkeypatch.setattr(snapshot, "MAX_AGE", math.inf)
    snapshot.forget()
    yield
    snapshot.forget()


@pytest.fixture
def energy(db: None) -> "Topic":
    from articles.tests.newsroom import topic

    return topic("energy")


@pytest.fixture
def space(db: None) -> "Topic":
    from articles.tests.newsroom import topic

    return topic("space")


@pytest.fixture
def overwinter(db: None) -> "Sponsor":
    from sponsors.tests.sales import sponsor

    return sponsor()
