"""How tests run here: in a throw-away folder, without what the machine does not have.

`make test` leaves out the tests that need a browser, PostgreSQL or Redis and says so;
`make test-all` (--everything) runs them, and skips with a reason those whose need is not met.
"""

import math
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

# Before Django reads its settings: nothing that a developer or a server has set reaches a test.
OURS = (
    *(
        "ALERT_EMAIL",
        "ALLOWED_HOSTS",
        "CONTACT_EMAIL",
        "DEBUG",
        "EMAIL_URL",
        "FETCH_ALLOW_PRIVATE",
        "HOST",
    ),
    *(
        "MAIL_FROM",
        "PORT",
        "PROXIES",
        "SECRET_KEY",
        "SECRET_KEY_FALLBACKS",
        "SITE_ABOUT",
        "SITE_LANGUAGE",
        "SITE_NAME",
    ),
    *("SITE_TIME_ZONE", "SITE_URL", "SPONSOR_MEASURE", "WORKERS"),
)
for name in OURS:
    os.environ.pop(name, None)
# A test may empty its cache and drop its database: only what is given for tests is taken.
for name in ("DATABASE_URL", "CACHE_URL"):
    if os.environ.get(name) != os.environ.get(f"TEST_{name}"):
        os.environ.pop(name, None)
FOLDER = Path(tempfile.mkdtemp(prefix="newssite-tests-"))
os.environ["VAR_DIR"] = str(FOLDER)
os.environ["DJANGO_SETTINGS_MODULE"] = "newssite.settings"
# Playwright's synchronous calls run inside an event loop, which Django takes for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

import django  # noqa: E402
import pytest  # noqa: E402
from django.conf import settings  # noqa: E402

settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Pages are tested without `collectstatic`, so there is no manifest of hashed names.
PLAIN = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
settings.STORAGES = {**settings.STORAGES, "staticfiles": PLAIN}
settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
django.setup()  # here, so that the apps' own conftest files may import models

from sponsors import counting  # noqa: E402

counting.EVERY = math.inf  # what is to be counted waits until a test flushes: no thread connects

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NEEDS = ("browser", "postgres", "redis", "load")
TestItems = list[pytest.Item]


def chromium() -> str:
    """The path of the browser for tests, "" when there is none."""
    named = os.environ.get("CHROMIUM", "")
    if named:
        return named if os.access(named, os.X_OK) else ""
    return shutil.which("chromium", path=f"/usr/bin:{os.environ.get('PATH', '')}") or ""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--everything",
        action="store_true",
        help="also run the tests that need a browser, PostgreSQL or Redis",
    )


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)


def pytest_collection_modifyitems(config: pytest.Config, items: TestItems) -> None:
    """Leave out what was not asked for; skip, with its reason, what was but cannot run."""
    unmet = {need: reason for need in NEEDS if (reason := _unmet(need))}
    left_out: TestItems = []
    for item in items:
        needed = [need for need in NEEDS if item.get_closest_marker(need)]
        if any(not _is_wanted(need, config) for need in needed):
            left_out.append(item)
            continue
        for need in needed:
            if need in unmet:
                item.add_marker(pytest.mark.skip(reason=unmet[need]))
    config.stash[LEFT_OUT] = left_out
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    left_out: TestItems = terminalreporter.config.stash.get(LEFT_OUT, [])
    for need, way in WAYS.items():
        count = sum(1 for item in left_out if item.get_closest_marker(need))
        if count:
            tests = "1 test" if count == 1 else f"{count} tests"
            terminalreporter.write_line(f"Left out: {tests} marked {need}. {way}")


LEFT_OUT = pytest.StashKey[TestItems]()
WAYS = {
    "browser": "It needs Chromium; `make test-all` runs it.",
    "postgres": "It needs PostgreSQL; the second pass of `make test-all` runs it.",
    "redis": "It needs Redis; the second pass of `make test-all` runs it.",
    "load": "It takes minutes; `.venv/bin/python -m pytest -m load` runs it.",
}


def _is_wanted(need: str, config: pytest.Config) -> bool:
    if need in str(config.option.markexpr):  # asked for, or refused, by name
        return True
    if need == "load" or not config.option.everything:
        return False
    # What the second pass will run need not be reported as skipped in the first.
    return not (need in SECOND_PASS and _unmet(need) and os.environ.get(SECOND_PASS[need]))


SECOND_PASS = {"postgres": "TEST_DATABASE_URL", "redis": "TEST_CACHE_URL"}


def _unmet(need: str) -> str:
    """Why a test with this need cannot run here, "" when it can."""
    if need == "browser" and not chromium():
        return "needs Chromium: install it (apt-get install chromium) or set CHROMIUM to its path"
    if need == "postgres" and "postgresql" not in str(settings.DATABASES["default"]["ENGINE"]):
        return (
            "needs PostgreSQL: set TEST_DATABASE_URL=postgres://user:password@127.0.0.1:5432/name "
            "(a role that may create databases) and run `make test-all`"
        )
    if need == "redis" and "redis" not in str(settings.CACHES["default"]["BACKEND"]):
        return "needs Redis: set TEST_CACHE_URL=redis://127.0.0.1:6379/15 and run `make test-all`"
    return ""


@pytest.fixture
def port() -> int:
    """One that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Headless Chromium, one for the whole run; for tests marked `browser`."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # What it would ask of the network by itself is switched off: a test is alone with its page.
        quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-quic", *quiet]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def unseen(browser: "Browser") -> "Iterator[Browser]":
    """A browser that is driven and does not say so."""
    args = ["--no-sandbox", "--disable-quic", "--disable-blink-features=AutomationControlled"]
    found = browser.browser_type.launch(executable_path=chromium(), args=args)
    yield found
    found.close()


@pytest.fixture
def page(browser: "Browser") -> "Iterator[Page]":
    """A page without cookies or storage of earlier tests."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture(autouse=True)
def no_placements_of_other_tests() -> "Iterator[None]":
    """What is booked is kept in memory, which no database rolls back."""
    from sponsors import snapshot

    snapshot.forget()
    yield
    snapshot.forget()


@pytest.fixture(autouse=True)
def nothing_counted_of_other_tests() -> "Iterator[None]":
    """What is to be counted waits in memory, which no database rolls back."""
    from sponsors import filtering

    counting.start_over()
    filtering.start_over()
    yield
    counting.start_over()
