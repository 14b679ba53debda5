"""Servers that are measured: started on loopback, on one core, and stopped whatever happens."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import urllib3

HOST = "127.0.0.1"
FIRST_ANSWER = 30  # seconds until it must answer
LAST_REQUESTS = 15  # seconds it gets to stop
TICKS = os.sysconf("SC_CLK_TCK")  # per second, the unit of /proc/<pid>/stat


class Failed(Exception):
    """The measurement cannot go on; str() is a sentence that says why."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server. `pid` leads the session that holds all its processes, and no others."""

    port: int
    pid: int

    def address(self, path: str) -> str:
        return f"http://{HOST}:{self.port}{path}"

    def get(self, path: str) -> tuple[int, bytes]:
        """(status, body as it came, uncompressed); redirects are not followed."""
        try:
            response = urllib3.request(
                "GET", self.address(path), redirect=False, retries=False, timeout=FIRST_ANSWER
            )
        except urllib3.exceptions.HTTPError as error:
            raise Failed(f"{self.address(path)} does not answer: {error}") from error
        return response.status, response.data

    def cpu_seconds(self) -> float:
        """Time on a processor so far, of all its processes, to the hundredth of a second."""
        return sum(ticks for _, ticks in _processes(self.pid)) / TICKS


def pinned(core: int, command: list[str]) -> list[str]:
    """The command on the first (0) or second (1) core that we may use, where there are two."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2 or not shutil.which("taskset"):
        return command
    return ["taskset", "-c", str(cores[core]), *command]


def free_ports(count: int) -> list[int]:
    """Different ports that nobody listens on."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind((HOST, 0))
        return [probe.getsockname()[1] for probe in probes]


@contextmanager
def running(
    module: list[str],
    port: int,
    log: Path,
    *,
    most: int,
    is_pinned: bool = True,
    **environment: str,
) -> Iterator[Server]:
    """`python <module>` as a server on `port`. Failed, with its last words, when it is mute.

    It has the first core, or all if `is_pinned` is false. It ends after `most` seconds by itself,
    should nobody be left to stop it.
    """
    command = [sys.executable, *module]
    if shutil.which("timeout"):
        command = ["timeout", "-k", "5", str(most), *command]
    with log.open("wb") as output:
        process = subprocess.Popen(
            pinned(0, command) if is_pinned else command,
            env={**os.environ, "HOST": HOST, "PORT": str(port), "WORKERS": "1", **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is ours to answer, and a session has a number
        )
    try:
        server = Server(port, process.pid)
        _await(server, process, log)
        yield server
    finally:
        _stop(process)


def _await(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + FIRST_ANSWER
    while time.monotonic() < deadline and process.poll() is None:
        try:
            server.get("/healthz")
            return
        except Failed:
            time.sleep(0.1)
    last_words = log.read_text(errors="replace").strip()[-600:]
    raise Failed(f"The server has not answered within {FIRST_ANSWER} seconds. {last_words}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    before = signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # a second Ctrl-C must not leave it running
    try:
        process.terminate()
        process.wait(LAST_REQUESTS)
    except subprocess.TimeoutExpired:
        pass
    finally:
        for pid, _ in _processes(process.pid):
            _kill(pid)
        process.wait()
        signal.signal(signal.SIGINT, before)


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def _processes(session: int) -> Iterator[tuple[int, int]]:
    """(process id, clock ticks in user and system mode) of a session's processes; see proc(5)."""
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = file.read_text().rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        if int(fields[3]) == session:
            yield int(file.parent.name), int(fields[11]) + int(fields[12])
