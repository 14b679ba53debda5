"""A turn: one address asked for as fast as it answers, for some seconds, from a core of its own."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from benchmarks.servers import Failed, Server, pinned

CONNECTIONS = 8  # kept open; each waits for its answer before it asks again
PATIENCE = 10  # seconds for an answer
SCRIPT = Path(__file__).with_name("wrk.lua")


@dataclass(frozen=True, slots=True)
class Turn:
    """What was seen from outside, and the CPU time that the server's processes took for it."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    errors: int
    cpu_seconds: float

    @classmethod
    def of(cls, seen: dict[str, float], *, status: int, cpu_seconds: float) -> Self:
        """From a generator's line. An answer counts as an error when its kind is not `status`'s."""
        refused = int(seen["refused"])
        wrong = refused if status < 400 else int(seen["requests"]) - refused
        return cls(
            requests=int(seen["requests"]),
            seconds=seen["seconds"],
            p50_ms=seen["p50_ms"],
            p99_ms=seen["p99_ms"],
            errors=int(seen["failed"]) + wrong,
            cpu_seconds=cpu_seconds,
        )

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds if self.seconds else 0.0

    @property
    def per_cpu_second(self) -> float:
        return self.requests / self.cpu_seconds if self.cpu_seconds else 0.0


def generator() -> str:
    """The name and version of what drives."""
    if not shutil.which("wrk"):
        return "benchmarks/loop.py (wrk is not installed)"
    said = subprocess.run(["wrk", "-v"], capture_output=True, text=True, check=False).stdout
    return " ".join(said.split()[:2]) or "wrk"


def drive(server: Server, path: str, *, seconds: int, status: int = 200) -> Turn:
    """One turn. Failed when the generator did not come to an end."""
    before = server.cpu_seconds()
    seen = _run(server.address(path), seconds)
    return Turn.of(seen, status=status, cpu_seconds=server.cpu_seconds() - before)


def _run(address: str, seconds: int) -> dict[str, float]:
    command = pinned(1, _command(address, seconds))
    most = seconds + 2 * PATIENCE
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=most, check=True)
        return json.loads(done.stdout.splitlines()[-1])
    except subprocess.TimeoutExpired:
        raise Failed(f"{address} was still being asked for after {most} seconds.") from None
    except (subprocess.CalledProcessError, IndexError, ValueError) as error:
        said = str(getattr(error, "stderr", "") or error).strip()
        raise Failed(f"{address} could not be driven: {said}") from error


def _command(address: str, seconds: int) -> list[str]:
    if shutil.which("wrk"):
        times = [f"-d{seconds}s", f"--timeout={PATIENCE}s"]
        return ["wrk", "-t1", f"-c{CONNECTIONS}", *times, "--latency", f"-s{SCRIPT}", address]
    return [sys.executable, "-m", "benchmarks.loop", address, str(seconds), str(CONNECTIONS)]
