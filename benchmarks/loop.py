"""Drives one address where wrk is not installed.

`python -m benchmarks.loop ADDRESS SECONDS CONNECTIONS` prints the line that wrk.lua prints. It is
slower than wrk, so a fast page's requests a second are this program's limit and not the server's;
requests per CPU-second of the server still hold.
"""

import json
import sys
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import urllib3

PATIENCE = 10  # seconds for an answer


@dataclass
class Tally:
    """What one connection saw. `refused` answers had a status of 400 or more."""

    latencies_ms: list[float] = field(default_factory=list)
    failed: int = 0
    refused: int = 0


def drive(address: str, seconds: float, connections: int) -> dict[str, float]:
    """Ask for the address over and over on so many connections, for so many seconds."""
    tallies = [Tally() for _ in range(connections)]
    start = time.perf_counter()
    threads = [
        threading.Thread(target=_ask, args=(address, start + seconds, tally)) for tally in tallies
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    latencies = sorted(latency for tally in tallies for latency in tally.latencies_ms)
    return {
        "requests": len(latencies),
        "seconds": time.perf_counter() - start,
        "p50_ms": _percentile(latencies, 50),
        "p99_ms": _percentile(latencies, 99),
        "failed": sum(tally.failed for tally in tallies),
        "refused": sum(tally.refused for tally in tallies),
    }


def _ask(address: str, deadline: float, tally: Tally) -> None:
    parts = urlsplit(address)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    with urllib3.HTTPConnectionPool(
        parts.hostname or "", parts.port, maxsize=1, timeout=PATIENCE, retries=False
    ) as pool:
        while (asked := time.perf_counter()) < deadline:
            try:
                response = pool.urlopen("GET", target, redirect=False)
            except urllib3.exceptions.HTTPError:
                tally.failed += 1
                continue
            tally.latencies_ms.append((time.perf_counter() - asked) * 1000)
            tally.refused += response.status >= 400


def _percentile(ordered: list[float], percent: int) -> float:
    return ordered[(len(ordered) - 1) * percent // 100] if ordered else 0.0


if __name__ == "__main__":
    print(json.dumps(drive(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]))))
