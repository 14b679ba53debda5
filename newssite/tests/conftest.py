"""The site on a port of its own, for browsers."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test import override_settings
from django.test.testcases import LiveServerThread

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django import DjangoDbBlocker

    from newssite.tests.browsing import Visit

HASHED = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}


@pytest.fixture(scope="session")
def collected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The settings under which static files have been collected, as in production."""
    as_served = {
        "STATIC_ROOT": tmp_path_factory.mktemp("static"),
        "STORAGES": {**settings.STORAGES, "staticfiles": HASHED},
    }
    with override_settings(**as_served):
        call_command("collectstatic", interactive=False, verbosity=0)
    return as_served


@pytest.fixture(scope="module")
def site(
    collected: dict[str, Any], django_db_setup: None, django_db_blocker: "DjangoDbBlocker"
) -> Iterator[str]:
    """The site's address. It answers as in production: hashed static files, its own media view.

    pytest-django's live_server answers for both itself, so a browser would not meet ours.
    """
    from sponsors import snapshot

    with (
        override_settings(**collected),
        django_db_blocker.unblock(),
        _served() as address,
        override_settings(SITE_URL=address),
        pytest.MonkeyPatch.context() as patch,
    ):
        # No snapshot ages here, so none asks the database from a thread of its own.
        patch.setattr(snapshot, "MAX_AGE", math.inf)
        snapshot.forget()
        yield address
        snapshot.forget()


@contextmanager
def _served() -> Iterator[str]:
    """A server on the tests' own connections: it sees what a test has not committed."""
    shared = {each.alias: each for each in connections.all() if each.vendor == "sqlite"}
    server = LiveServerThread("127.0.0.1", _as_in_production, connections_override=shared)
    server.daemon = True
    for connection in shared.values():
        connection.inc_thread_sharing()
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    yield f"http://127.0.0.1:{server.port}"
    server.terminate()
    for connection in shared.values():
        connection.dec_thread_sharing()


def _as_in_production(served: Any) -> Any:
    """The handler in all its layers; what Django has put around it here serves media to anyone."""
    from newssite.wsgi import layered

    return layered(served.application)


@pytest.fixture(scope="module")
def showcase(site: str) -> Iterator[dict[str, str]]:
    """A site full of stories: the path of each kind of page by its name."""
    from newssite.tests.showcase import make

    yield make()
    call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def visit(page: "Page", site: str) -> "Visit":
    """A page of the site, with all that the browser says of it."""
    from newssite.tests.browsing import Visit

    return Visit(page, site)
