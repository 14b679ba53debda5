"""The real server under load: a worker that is killed, and a stop."""

import http.client
import itertools
import os
import signal
import threading
import time
from pathlib import Path

import pytest
from django.utils import timezone

from sponsors import tokens
from sponsors.models import Delivery, Flight, PageStat, SlotStat
from sponsors.tests.processes import Shared
from sponsors.tests.sales import book

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SOON = 15  # seconds
KILLS = 3  # any one of which may hit a worker with nothing waiting
UNSTORED = 1.0  # seconds of views that a killed worker may take along


class Readers:
    """Threads that each see or click one page after the other, in a network of its own each time.

    `views` and `clicks` hold when each was answered, by the number of its page.
    """

    def __init__(self, port: int, flight: Flight) -> None:
        self._port, self._flight = port, flight
        self._creative = flight.creatives.get().pk
        self._numbers = itertools.count(1)
        self.views: dict[int, float] = {}
        self.clicks: dict[int, float] = {}
        self._is_over = threading.Event()
        works = [self._see, self._see, self._see, self._click]
        self._threads = [threading.Thread(target=self._keep, args=[work]) for work in works]

    def __enter__(self) -> "Readers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def _keep(self, work) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=5)
        while not self._is_over.is_set():
            try:
                work(connection, next(self._numbers))
            except (OSError, http.client.HTTPException):
                connection.close()  # the worker is gone; the next request finds another
                time.sleep(0.01)
            time.sleep(0.002)
        connection.close()

    def _see(self, connection, number: int) -> None:
        if self._ask(connection, "POST", "/x/v", number, self._token(number)) == 204:
            self.views[number] = time.monotonic()

    def _click(self, connection, number: int) -> None:
        if self._ask(connection, "GET", f"/x/c/{self._token(number)}/1", number) == 302:
            self.clicks[number] = time.monotonic()

    def _ask(self, connection, method: str, path: str, number: int, body: str = "") -> int:
        network = f"10.{number >> 8}.{number & 255}.9"
        headers = {"User-Agent": BROWSER, "Sec-Fetch-Site": "same-origin"}
        connection.request(method, path, body, headers | {"X-Forwarded-For": network})
        answer = connection.getresponse()
        answer.read()
        return answer.status

    def _token(self, number: int) -> str:
        return tokens.mint(
            flight=self._flight.pk,
            creative=self._creative,
            placement="article_end",
            topic=0,
            page=number,
            now=timezone.now(),
        )


@pytest.fixture
def serve(port, tmp_path):
    """Starts `manage.py serve` with two workers on the test's database."""
    (tmp_path / "static").mkdir()
    started = []

    def start(shared: Shared):
        server = shared.start("manage.py", "serve", PORT=str(port), WORKERS="2", PROXIES="1")
        started.append(server)
        assert "is open" in server.stdout.readline()
        return server

    yield start
    for server in started:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGKILL)
        server.communicate()


def workers(server) -> list[int]:
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text()
    return [int(child) for child in children.split()]


def stop(server, shared: Shared) -> None:
    server.terminate()
    server.communicate(timeout=SOON)
    assert server.returncode == 0
    shared.take_back()


def counted(figure: str) -> set[int]:
    """The pages of which one was counted; AssertionError when one was twice."""
    found = dict(PageStat.objects.filter(**{f"{figure}__gt": 0}).values_list("page_number", figure))
    assert set(found.values()) <= {1}
    return set(found)


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_under_load_takes_a_second_of_views_along_and_no_click(
    port, serve, tmp_path
):
    flight, shared = book(("article_end", None)), Shared(tmp_path)
    server = serve(shared)
    with Readers(port, flight) as readers:
        killed_at = []
        for _ in range(KILLS):
            time.sleep(1.2)
            os.kill(workers(server)[0], signal.SIGKILL)
            killed_at.append(time.monotonic())
        time.sleep(1.2)
    stop(server, shared)
    lost = [readers.views[number] for number in readers.views.keys() - counted("views")]
    assert lost, "no worker had anything waiting: this has tested nothing"
    assert all(
        any(killed - UNSTORED <= answered_at <= killed + 0.1 for killed in killed_at)
        for answered_at in lost
    )
    assert readers.clicks.keys() <= counted("clicks")
    assert max(readers.views.values()) > killed_at[-1] + 1
    [row] = SlotStat.objects.all()
    assert row.views == Delivery.objects.get().views == PageStat.objects.count()


@pytest.mark.django_db(transaction=True)
def test_a_stop_loses_nothing(port, serve, tmp_path):
    flight, shared = book(("article_end", None)), Shared(tmp_path)
    server = serve(shared)
    with Readers(port, flight) as readers:
        time.sleep(1)
        stop(server, shared)
    assert len(readers.views) > 50
    assert readers.views.keys() <= counted("views")
    assert readers.clicks.keys() <= counted("clicks")
