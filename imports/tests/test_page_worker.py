"""The process that reads pages: its limits, and that it comes back."""

import os
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from imports.entry import Unreadable
from imports.formats.page.worker import Worker
from imports.tests.test_page import around, page

ATTRIBUTES = "".join(f" a{n}=1" for n in range(300_000))


@pytest.fixture
def worker():
    worker = Worker()
    yield worker
    worker.close()


def read(worker, data):
    return worker.read(data, "", "")[0].headline


def test_one_process_reads_page_after_page(worker):
    read(worker, page("whole.html"))
    first = worker.process.pid
    assert read(worker, page("bare.html")).startswith("How we lost")
    assert worker.process.pid == first


def test_a_page_that_takes_too_long_is_ended_and_the_next_one_read(worker):
    # The parser's own time grows with the square of the attributes; nothing inside can end it.
    worker.seconds = 1
    start = time.monotonic()
    with pytest.raises(Unreadable, match="more than 1 seconds"):
        read(worker, f"<p{ATTRIBUTES}>".encode())
    assert time.monotonic() - start < 10
    assert read(worker, page("bare.html"))


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSEGV])
def test_a_process_that_falls_between_two_pages_costs_one_page(worker, end):
    read(worker, page("bare.html"))
    os.kill(worker.process.pid, end)
    worker.process.wait()
    assert read(worker, page("bare.html"))


def test_a_process_that_went_home_costs_nothing(worker):
    read(worker, page("bare.html"))
    read(worker, around("<title>Ferries</title>", f"<p>{'long ' * 250_000}</p>").encode())
    worker.process.wait(timeout=10)  # it makes room after so large a page
    assert read(worker, page("bare.html"))


def test_it_ends_with_whoever_started_it(worker):
    read(worker, page("bare.html"))
    process = worker.process
    worker.connection.close()
    assert process.wait(timeout=5) == 0


def test_many_threads_share_it(worker):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(read(worker, page("bare.html"))))
        for _ in range(8)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(found) == 8


class Publisher(BaseHTTPRequestHandler):
    asked: list[str] = []

    def do_GET(self):
        self.asked.append(self.path)


def test_it_has_no_way_to_the_network():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Publisher)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    code = (
        "from imports.formats.page.worker import close_the_network; close_the_network()\n"
        f"import urllib3; urllib3.request('GET', 'http://127.0.0.1:{server.server_port}/')"
    )
    # In a process of its own: what is closed stays closed.
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    server.shutdown()
    server.server_close()
    assert "PermissionError" in ended.stderr
    assert not Publisher.asked
