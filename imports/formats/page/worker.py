"""A process that reads pages and may be ended in the middle of one.

Parsers of HTML and the searches of an extractor can be made to take minutes or gigabytes, and
nothing inside a process ends them. This one has limits of its own, no way to the network, and
is started again after it fell; reading a page costs no start, since it stays for the next.
"""

import json
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

from imports.entry import Entry, Unreadable

SECONDS = 20  # for one page
MOST_MEMORY = 1024 * 1024 * 1024  # bytes of address space

_IDLE = 60  # seconds without a page after which the process ends
# After so many pages, or one of so many bytes, it makes room for a fresh one.
_MOST_PAGES, _LARGE = 1000, 1_000_000
_TOO_MUCH = "It cannot be read: it needs more memory than any article, or breaks the parser."
_LISTS = ("authors", "tags", "images", "notes")
_LINES = (
    *("address", "headline", "dek", "body", "language", "date_text", "raw"),
    *("lead_alt", "lead_caption"),
)
_REFUSED = ("socket.", "urllib.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.sys")


class Worker:
    """The one process of ours that reads pages, one page at a time."""

    def __init__(self, seconds: int = SECONDS) -> None:
        self.seconds = seconds
        self.lock = threading.Lock()
        self.process: subprocess.Popen[bytes] | None = None
        self.connection: Connection | None = None
        self.owner = 0  # a fork of ours has to start its own

    def read(self, data: bytes, address: str, content_type: str) -> tuple[Entry, str]:
        """What `reading.read` makes of a page. Raises Unreadable, also when it is too much."""
        with self.lock:
            answer = self._answer(data, address, content_type)
        if "unreadable" in answer:
            raise Unreadable(answer["unreadable"])
        return _entry(answer["entry"]), answer["site"]

    def _answer(self, data: bytes, address: str, content_type: str) -> dict[str, Any]:
        asked = json.dumps({"address": address, "content_type": content_type}).encode()
        for is_last in (False, True):
            self._start()
            assert self.connection is not None and self.process is not None
            try:
                self.connection.send_bytes(asked)
                self.connection.send_bytes(data)
                return json.loads(self.connection.recv_bytes())
            except (EOFError, OSError):
                code = self.process.wait()
                self._forget()
                # It had gone home between two pages: the same again with a new one.
                if code != 0 or is_last:
                    return {"unreadable": self._why(code)}
        raise AssertionError

    def _why(self, code: int) -> str:
        if code == -signal.SIGALRM:
            return f"Reading it takes more than {self.seconds} seconds, which no article does."
        return _TOO_MUCH

    def _start(self) -> None:
        if self.process is not None and self.owner == os.getpid() and self.process.poll() is None:
            return
        self._forget()
        self.connection, theirs = Pipe()
        places = os.pathsep.join(path or os.getcwd() for path in sys.path)
        code = "from imports.formats.page.worker import serve"
        call = f"serve({theirs.fileno()}, {self.seconds})"
        self.process = subprocess.Popen(
            [sys.executable, "-c", f"{code}; {call}"],
            env={**os.environ, "PYTHONPATH": places},
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the command, which then ends this one
        )
        self.owner = os.getpid()
        theirs.close()

    def close(self) -> None:
        """End the process; the next page starts another."""
        process, is_ours = self.process, self.owner == os.getpid()
        self._forget()
        if process is not None and is_ours:
            try:
                process.wait(timeout=1)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _forget(self) -> None:
        if self.connection is not None:
            self.connection.close()  # at which an idle process ends
        self.connection = self.process = None


def _told(entry: Entry) -> dict[str, Any]:
    moment = entry.published_at
    told = {name: getattr(entry, name) for name in (*_LINES, *_LISTS)}
    return told | {"published_at": moment.isoformat() if moment else ""}


def _entry(told: dict[str, Any]) -> Entry:
    moment = told.pop("published_at")
    lists = {name: tuple(told[name]) for name in _LISTS}
    return Entry(
        **{**told, **lists}, published_at=datetime.fromisoformat(moment) if moment else None
    )


def serve(handle: int, seconds: int) -> None:
    """The life of the process: a page at a time until nobody asks any more."""
    from imports.formats.page.reading import read  # here, as only the process needs its libraries

    connection = Connection(handle)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # which ends the process, whatever it is at
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGALRM])
    with suppress(ValueError, OSError):  # not every system lets itself be limited
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    close_the_network()
    for _ in range(_MOST_PAGES):
        if not connection.poll(_IDLE):
            return
        try:
            asked, data = json.loads(connection.recv_bytes()), connection.recv_bytes()
        except EOFError:
            return
        signal.alarm(seconds)
        answer = _answer(partial(read, data, asked["address"], asked["content_type"]))
        connection.send_bytes(json.dumps(answer).encode())
        signal.alarm(0)
        if len(data) > _LARGE:
            return


def close_the_network() -> None:
    """For the rest of this process's life. Nothing that reads a page has a reason to call out."""
    sys.addaudithook(_refuse)


def _refuse(event: str, _: tuple[Any, ...]) -> None:
    if event.startswith(_REFUSED):
        raise PermissionError(f"{event} is not for reading pages")


def _answer(read: Callable[[], tuple[Entry, str]]) -> dict[str, Any]:
    try:
        entry, site = read()
    except Unreadable as reason:
        return {"unreadable": str(reason)}
    except MemoryError:
        return {"unreadable": _TOO_MUCH}
    except Exception as error:  # the extractor lets out whatever its many parts raise
        return {"unreadable": f"Reading it failed ({type(error).__name__})."}
    return {"entry": _told(entry), "site": site}
