"""Who asks, and what time it is. Models are imported late: Django is set up after this file."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Clock = Callable[[datetime], None]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Sets the site's clock: `clock(moment)`."""
    from django.utils import timezone

    def show(moment: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return show


@pytest.fixture
def editor(db: None) -> Client:
    """May do everything."""
    return _client(username="editor", is_staff=True, is_superuser=True)


@pytest.fixture
def reporter(db: None) -> Client:
    """On the staff, with no permission yet."""
    return _client(username="reporter", is_staff=True)


@pytest.fixture
def reader(db: None) -> Client:
    """Has an account, and nothing to do at the desk."""
    return _client(username="reader")


def _client(**fields: Any) -> Client:
    from django.contrib.auth import get_user_model

    client = Client()
    user: User = get_user_model()._default_manager.create(**fields)
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client
