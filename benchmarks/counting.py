"""What counting views costs: `.venv/bin/python -m benchmarks.counting`, see README.md."""

import argparse
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.driving import PATIENCE, SCRIPT, Turn
from benchmarks.pages import KEPT
from benchmarks.servers import Failed, Server, free_ports, running

if TYPE_CHECKING:
    from benchmarks.flights import Box

FLIGHTS = 50
EVENTS = 20_000  # that are flushed in each turn
BATCH = 500
REPEATED = 0.3  # of the events that are flushed
STORIES = 300
BEACON_CONNECTIONS = 200
ARTICLES = 40  # asked for a second, over
ARTICLE_CONNECTIONS = 4
RATES = {"postgresql": 5_000, "sqlite": 2_000}  # beacons a second: the goals
SPARE = 1.2  # of the rate that is tried: a connection also waits for its answers
P99 = 1.5  # the goal: times what it is without the beacons


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.counting", description=__doc__)
    parser.add_argument("--seconds", type=int, default=30, help="of beacons")
    parser.add_argument("--rate", type=int, help="beacons a second; the goal of the engine")
    parser.add_argument("--workers", type=int, default=2, help="processes of the server")
    parser.add_argument(
        "--database", default="", help="of an empty PostgreSQL database; SQLite without"
    )
    options = parser.parse_args()
    if not shutil.which("wrk"):
        print("This needs wrk (apt-get install wrk).", file=sys.stderr)
        return 1
    try:
        with tempfile.TemporaryDirectory(prefix="newssite-counting-") as folder:
            return _measure(Path(folder), options)
    except Failed as failure:
        print(failure, file=sys.stderr)
        return 1


def _measure(folder: Path, options: argparse.Namespace) -> int:
    [port] = free_ports(1)
    _set_up(folder, port, options.database)
    from django.db import connection, connections

    from benchmarks.flights import book
    from benchmarks.stories import fill

    fill(STORIES)
    boxes = book(FLIGHTS)
    engine = connection.vendor
    print(f"\n{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {engine}, load {os.getloadavg()[0]:.1f}")
    for writers in (1, 4):
        connections.close_all()
        _show(f"flushed by {writers}", *_flushed(boxes, writers))
    rate = options.rate or RATES[engine]
    return _serve(folder, port, boxes, rate, options)


def _set_up(folder: Path, port: int, database: str) -> None:
    """Point Django at an empty site, and make it as `manage.py serve` wants it."""
    os.chdir(Path(__file__).resolve().parent.parent)
    for name in set(os.environ) - set(KEPT):
        del os.environ[name]
    os.environ |= {"VAR_DIR": str(folder), "PORT": str(port), "PROXIES": "1"}
    os.environ |= {"DJANGO_SETTINGS_MODULE": "newssite.settings"}
    if database:
        os.environ["DATABASE_URL"] = database
    import django
    from django.core.management import call_command

    django.setup()
    call_command("prepare", bare=True, stdout=sys.stderr)
    from articles.models import Article

    if Article.objects.exists():
        raise Failed("That database is not empty. Make one: createdb newssite_counting")


def _show(name: str, events: float, cpu: float) -> None:
    print(f"{name:24}{events:>8,.0f} events/s    {cpu:>8,.0f} a CPU-second of ours", flush=True)


def _flushed(boxes: "list[Box]", writers: int) -> tuple[float, float]:
    """Events a second, and a second of the writers' processor time, of as many processes."""
    context = multiprocessing.get_context("fork")
    results, together = context.SimpleQueue(), context.Barrier(writers + 1)
    each = EVENTS // writers
    processes = [
        context.Process(target=_flush, args=(boxes, each, number, together, results))
        for number in range(writers)
    ]
    for process in processes:
        process.start()
    together.wait()
    start = time.perf_counter()
    for process in processes:
        process.join()
    seconds = time.perf_counter() - start
    return EVENTS / seconds, EVENTS / sum(results.get() for _ in processes)


def _flush(boxes: "list[Box]", count: int, seed: int, together: Any, results: Any) -> None:
    from benchmarks.flights import views
    from sponsors.batches import Batch, store

    events = views(boxes, count, repeated=REPEATED, seed=seed)
    together.wait()
    start = time.process_time()
    for first in range(0, count, BATCH):
        store(Batch(events[first : first + BATCH]))
    results.put(time.process_time() - start)


@dataclass(frozen=True, slots=True)
class Counted:
    """What the database has, of all flights."""

    views: int
    filtered: int

    @classmethod
    def now(cls) -> "Counted":
        from django.db.models import F, Sum

        from sponsors.models import SlotStat

        bad = F("bad_bot") + F("bad_dup") + F("bad_rate") + F("bad_stale")
        sums = SlotStat.objects.aggregate(views=Sum("views"), filtered=Sum(bad))
        return cls(sums["views"] or 0, sums["filtered"] or 0)


def _serve(
    folder: Path, port: int, boxes: "list[Box]", rate: int, options: argparse.Namespace
) -> int:
    """Articles alone, then articles beside beacons, from one server; 1 when a goal is missed."""
    from django.db import connections

    from benchmarks.flights import minted
    from benchmarks.kinds import LONG, kinds

    article = next(page.path for page in kinds() if page.name == LONG)
    file = folder / "tokens"
    file.write_text("\n".join(minted(boxes, int(rate * SPARE * options.seconds * 1.1))))
    before = Counted.now()
    connections.close_all()
    most = 3 * options.seconds + 120
    command = ["manage.py", "serve"]
    workers = str(options.workers)
    with running(
        command, port, folder / "site.log", most=most, is_pinned=False, WORKERS=workers
    ) as site:
        _articles(site, article, 3).wait()  # so that all is loaded
        alone = _turn(_articles(site, article, options.seconds))
        spent = site.cpu_seconds()
        beside = _articles(site, article, options.seconds)
        sent = _turn(_beacons(site, file, rate, options.seconds))
        spent = site.cpu_seconds() - spent
        crowded = _turn(beside)
    after = Counted.now()
    return _tell(rate, alone, crowded, sent, before, after, spent)


def _articles(site: Server, path: str, seconds: int) -> "subprocess.Popen[str]":
    rest = 1000 * ARTICLE_CONNECTIONS / ARTICLES
    return _wrk(site.address(path), ARTICLE_CONNECTIONS, seconds, "resting.lua", str(rest))


def _beacons(site: Server, file: Path, rate: int, seconds: int) -> "subprocess.Popen[str]":
    rest = str(1000 * BEACON_CONNECTIONS / (rate * SPARE))
    address = site.address("/x/v")
    return _wrk(address, BEACON_CONNECTIONS, seconds, "beacons.lua", str(file), rest)


def _wrk(
    address: str, connections: int, seconds: int, script: str, *arguments: str
) -> "subprocess.Popen[str]":
    times = [f"-d{seconds}s", f"--timeout={PATIENCE}s"]
    options = ["-t1", f"-c{connections}", *times, "--latency"]
    return subprocess.Popen(
        ["wrk", *options, f"-s{SCRIPT.with_name(script)}", address, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "BENCHMARK_DONE": str(SCRIPT)},
    )


def _turn(process: "subprocess.Popen[str]") -> Turn:
    said = process.communicate()[0]
    if process.returncode:
        raise Failed(f"wrk ended with {process.returncode}: {said}")
    return Turn.of(json.loads(said.splitlines()[-1]), status=200, cpu_seconds=0)


def _tell(
    rate: int, alone: Turn, crowded: Turn, sent: Turn, before: Counted, after: Counted, cpu: float
) -> int:
    views, filtered = after.views - before.views, after.filtered - before.filtered
    lost = max(sent.requests - views - filtered, 0)
    ratio = crowded.p99_ms / alone.p99_ms
    lines = [
        ("beacons answered", f"{sent.per_second:,.0f} /s", f"goal ≥ {rate:,}"),
        ("  how soon", *_soon(sent)),
        ("  counted", f"{views:,}", f"views, and {filtered:,} filtered"),
        ("  lost", f"{lost:,}", f"goal 0, of {sent.requests:,} answered"),
        ("  server", f"{cpu:.1f} CPU-s", f"for these and {crowded.requests} articles"),
        ("articles alone", *_soon(alone)),
        ("  beside beacons", *_soon(crowded)),
        ("  ratio", f"{ratio:.2f} ×", f"goal ≤ {P99}"),
    ]
    for name, figure, about in lines:
        print(f"{name:20}{figure:>16}    {about}")
    print(f"load {os.getloadavg()[0]:.1f} after")
    errors = sent.errors + alone.errors + crowded.errors
    return int(sent.per_second < rate or lost > 0 or ratio > P99 or errors > 0)


def _soon(turn: Turn) -> tuple[str, str]:
    return f"{turn.p99_ms:.1f} ms", f"p99; p50 {turn.p50_ms:.1f} ms, {turn.errors} errors"


if __name__ == "__main__":
    sys.exit(main())
