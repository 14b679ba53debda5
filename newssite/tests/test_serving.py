"""The real server in a process of its own, on a free port of 127.0.0.1."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest
from django.conf import settings

from newssite import serving

SOON = 8  # seconds; it takes a fraction of one when the machine is not busy


@pytest.fixture
def serve(port, tmp_path):
    """Starts `manage.py serve`; what is left of it is killed with its whole group."""
    (tmp_path / "static").mkdir()
    started = []

    def start():
        environment = os.environ | {"PORT": str(port), "VAR_DIR": str(tmp_path)}
        process = subprocess.Popen(
            [sys.executable, settings.BASE_DIR / "manage.py", "serve"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.communicate()


def wait_until(is_true):
    deadline = time.monotonic() + SOON
    while not is_true() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert is_true()


def test_it_says_where_it_is_open_once_it_answers(serve, port):
    server = serve()
    assert "is open" in server.stdout.readline()
    assert f"http://127.0.0.1:{port}/" in server.stdout.readline()
    assert serving.answers("127.0.0.1", port)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_it_cleanly(serve, number):
    server = serve()
    server.stdout.readline()
    os.killpg(server.pid, number)  # as a terminal does
    said, _ = server.communicate(timeout=SOON)
    assert said.endswith("Stopped.\n")
    assert server.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("delay", [0.1, 0.2, 0.3, 0.4, 0.5, 0.7])
def test_a_signal_while_it_starts_is_not_lost(serve, number, delay):
    server = serve()
    time.sleep(delay)
    os.killpg(server.pid, number)
    said, _ = server.communicate(timeout=SOON)
    assert "Traceback" not in said


def test_a_client_that_never_finishes_does_not_hold_it(serve, port):
    server = serve()
    server.stdout.readline()
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.send(b"GET /healthz HTTP/1.1\r\nHo")
        server.terminate()
        server.communicate(timeout=serving.LAST_REQUESTS + SOON)
    assert server.returncode == 0


def test_a_server_killed_outright_leaves_the_port_free(serve, port):
    server = serve()
    server.stdout.readline()
    server.kill()
    wait_until(lambda: not serving.answers("127.0.0.1", port))


def test_a_second_server_does_not_share_the_port(serve, port):
    serve().stdout.readline()
    second = serve()
    said, _ = second.communicate(timeout=SOON)
    assert f"Port {port} is in use by another program. Take another: PORT={port + 1}" in said
    assert second.returncode == 1


def test_of_two_that_start_together_one_serves(serve):
    pair = [serve(), serve()]
    said = [process.stdout.readline() for process in pair]
    assert sorted("is open" in words for words in said) == [False, True]
    assert sorted("is in use by another" in words for words in said) == [False, True]


def test_a_host_that_is_not_ours_is_refused():
    with pytest.raises(serving.Refused, match="no address of this machine"):
        serving.refuse_busy("192.0.2.1", 8000)  # TEST-NET-1, RFC 5737
