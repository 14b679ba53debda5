"""The production server, with the edges that its users meet rounded off.

Granian loses a signal that reaches a worker before it listens, and then waits for that worker for
ever. So a stop is held back until the site answers, workers take their signal in a way that cannot
miss it, and one that does not end is killed.
"""

import errno
import fcntl
import http.client
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from multiprocessing.util import Finalize
from typing import IO, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.module_loading import import_string
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server as Granian

APPLICATION = "newssite.wsgi.application"
FIRST_ANSWER = 15  # seconds until we say that the site has not answered
HEADERS = 5  # seconds that a client may take over the head of its request
LAST_REQUESTS = 10  # seconds that requests under way get when the site stops
STOPS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
ALL_ADDRESSES = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  compared with, not bound


class Refused(Exception):
    """The address cannot be served on; str() is a sentence that says what to do."""


class Server(Granian):  # type: ignore[misc, valid-type]  # one of two, by the kind of Python
    """Serves until SIGINT, SIGTERM or SIGHUP; `on_answer` is called once, when the site answers."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        workers: int,
        threads: int,
        on_answer: Callable[[bool], None],
    ) -> None:
        super().__init__(
            APPLICATION,
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(header_read_timeout=HEADERS * 1000),
            workers=workers,
            blocking_threads=threads,
            # A thread keeps its database connection, so threads are kept rather than made anew.
            blocking_threads_idle_timeout=600,
            respawn_failed_workers=True,
            workers_kill_timeout=LAST_REQUESTS,
            log_level=LogLevels.error,
        )
        self._on_answer = on_answer
        self._has_answered = threading.Event()
        self._is_stopping = False

    def startup(self, spawn_target: Any, target_loader: Any) -> None:
        # The workers inherit this: what they are told while they start waits for them.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
        super().startup(spawn_target, target_loader)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
        # After the workers were forked: a thread before that could leave them a lock held for ever.
        threading.Thread(target=self._await_answer, daemon=True).start()

    def signal_handler_interrupt(self, *args: Any, **kwargs: Any) -> None:
        self._is_stopping = True
        if self._has_answered.is_set():
            self._stop()

    def signal_handler_reload(self, *args: Any, **kwargs: Any) -> None:
        """SIGHUP: a terminal that closes takes the site with it."""
        self.signal_handler_interrupt()

    def shutdown(self, exit_code: int = 0) -> None:
        if self._is_stopping:
            self.interrupt_children.clear()
        super().shutdown(exit_code)

    def _stop(self) -> None:
        # Where all processes get the signal at once, a worker that ends before us has not crashed.
        for worker in self.wrks:
            worker.interrupt_by_parent = True
        super().signal_handler_interrupt()

    def _await_answer(self) -> None:
        deadline = time.monotonic() + FIRST_ANSWER
        is_up = False
        while not is_up and time.monotonic() < deadline:
            is_up = answers(self.bind_addr, self.bind_port)
            time.sleep(0 if is_up else 0.02)
        self._has_answered.set()
        if self._is_stopping:
            self._stop()
        else:
            self._on_answer(is_up)


def load(target: str) -> Any:
    """Runs in each worker: the application, and what ties the worker to the server's process."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)  # for a worker that was started later
    inherited = signal.getsignal(signal.SIGTERM)
    threading.Thread(target=_end_when_told, args=(inherited,), daemon=True).start()
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    application = import_string(target)
    from sponsors import counting  # only now: it reads the models

    counting.start()
    # A worker ends as multiprocessing's children do, without what atexit was told.
    Finalize(None, counting.close, exitpriority=1)
    return application


def answers(host: str, port: int) -> bool:
    """Whether the site, asked for /healthz, says anything."""
    connection = http.client.HTTPConnection(ALL_ADDRESSES.get(host, host), port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": urlsplit(settings.SITE_URL).netloc})
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def refuse_busy(host: str, port: int) -> None:
    """Refused when nobody can listen there now.

    Granian would not notice: it shares a port with any other of its kind.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        raise Refused(_refusal(host, port, error)) from error


def claim(port: int) -> IO[str]:
    """Keep the port for this process while what is given stays open; Refused if another has it.

    Of two that start together both find the port free, since neither listens yet.
    """
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    lock = (settings.VAR_DIR / f"port-{port}.lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise Refused(_is_taken(port)) from error
    return lock


def _is_taken(port: int) -> str:
    other = port + 1 if port < 65535 else 8000
    return f"Port {port} is in use by another program. Take another: PORT={other} make run"


def _refusal(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return _is_taken(port)
    if error.errno == errno.EACCES:
        return f"Port {port} is not ours to use. Take one above 1023: PORT=8000 make run"
    return f"HOST is “{host}”: no address of this machine. Set HOST=127.0.0.1 or HOST=0.0.0.0."


def _end_when_told(inherited: object) -> None:
    """Waits for SIGTERM, which only the server's process need send, and hands it to Granian.

    Left to Python's own handlers it is lost when it comes before Granian has set its handler, or
    while another signal is dealt with: then another thread takes it and the main one sleeps on.
    """
    signal.sigwait({signal.SIGTERM})
    time.sleep(0.1)  # Granian sets its handler a little before it can be called
    handler = signal.getsignal(signal.SIGTERM)
    if handler is inherited or not callable(handler):
        os._exit(0)  # it serves nobody yet
    handler(signal.SIGTERM, None)


def _end_with(parent: int) -> None:
    """A server that was killed outright leaves no worker behind on its port."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)
