"""What choosing a sponsor costs: `.venv/bin/python -m benchmarks.picking`, see README.md."""

import argparse
import gc
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING, Any

from benchmarks.imports import _set_up

if TYPE_CHECKING:
    from sponsors.candidates import Candidate

CANDIDATES = (20, 50, 100, 300)
CALLS = 5_000  # for each of these
REBUILDS = 60
FLIGHTS, TOPICS = 500, 50
PLACEMENTS = ("article_mid", "article_end", "topic_list", "home_card")
DAYS = timedelta(days=15)  # that a flight has run, and has to run
GOALS = {"pick": 50, "rebuild": 100, "memory": 1}  # µs, ms, MB
NOW = datetime.now(UTC)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.picking", description=__doc__)
    parser.add_argument("--picks", type=int, default=1_000_000, help="for memory (1,000,000)")
    options = parser.parse_args()
    if options.picks < 1:
        parser.error(f"--picks {options.picks}: give 1 or more")
    with tempfile.TemporaryDirectory(prefix="newssite-picking-") as folder:
        _set_up(Path(folder))
        print(f"\n{NOW:%Y-%m-%d %H:%M} UTC, load {os.getloadavg()[0]:.1f}")
        _fill()
        are_met = [*_picks(), _rebuilds(), _page(), _memory(options.picks)]
        print(f"load {os.getloadavg()[0]:.1f} after")
    return 0 if all(are_met) else 1


def _picks() -> Iterator[bool]:
    """Among candidates that may all be shown, which is the dearest case, and among a mixture."""
    from sponsors.picking import pick

    for name, made in {"all metered, all fit": _fitting, "mixed, one in five fits": _mixed}.items():
        for count in CANDIDATES:
            flights = made(count)
            chance = random.Random(count).random
            figures = _timed(
                lambda: pick(flights, topics=(1, 2, 3), now=NOW, chance=chance()),  # noqa: B023
                CALLS,
            )
            goal = GOALS["pick"] if count == 50 else None
            yield _show(f"pick of {count}, {name}", figures, 1e6, "µs", goal)


def _rebuilds() -> bool:
    """All flights read from the database; what it finds is held, as a process holds it."""
    from sponsors import snapshot

    held = [snapshot.read()]

    def rebuild() -> None:
        held[0] = snapshot.read(before=held[0])

    name = f"snapshot of {FLIGHTS} flights × {TOPICS} topics"
    of_processor = _timed(rebuild, REBUILDS, clock=time.process_time)
    _show(f"{name}, CPU", of_processor, 1e3, "ms", None)
    return _show(name, _timed(rebuild, REBUILDS), 1e3, "ms", GOALS["rebuild"])


def _page() -> bool:
    """A pick for an article, which has two placements, from that snapshot."""
    from sponsors import snapshot
    from sponsors.picking import pick_page

    by_placement, places = snapshot.read().by_placement, PLACEMENTS[:2]
    chance = random.Random(1).random

    def one() -> None:
        pick_page(by_placement, places, topics=(1, 2, 3), now=NOW, chance=chance())

    count = sum(len(by_placement[place]) for place in places)
    return _show(f"pick for a page, {count} candidates", _timed(one, CALLS), 1e6, "µs", None)


def _memory(picks: int) -> bool:
    """What a process has taken more after so many picks."""
    from sponsors.picking import pick

    flights, chance = _fitting(CANDIDATES[0]), random.Random(1).random
    before = 0.0
    for number in range(picks + CALLS):
        if number == CALLS:  # everything that is kept once is there by now
            gc.collect()
            before = _megabytes()
        pick(flights, topics=(1, 2, 3), now=NOW, chance=chance())
    gc.collect()
    grown = _megabytes() - before
    print(f"{f'memory after {picks:,} picks':44}{grown:+9.2f} MB   goal ≤ {GOALS['memory']:g}")
    return grown <= GOALS["memory"]


def _timed(
    call: Callable[[], object], times: int, clock: Callable[[], float] = time.perf_counter
) -> list[float]:
    """Seconds of each call, the quickest first."""
    call()
    seconds = []
    for _ in range(times):
        start = clock()
        call()
        seconds.append(clock() - start)
    return sorted(seconds)


def _show(name: str, seconds: list[float], scale: float, unit: str, goal: float | None) -> bool:
    """Print median and 95th percentile; True when the median is within the goal."""
    parts = quantiles(seconds, n=100)
    median, high = parts[49] * scale, parts[94] * scale
    told = f"   goal ≤ {goal:g}" if goal else ""
    print(f"{name:44}{median:9.1f} {unit}   p95 {high:8.1f} {unit}{told}", flush=True)
    return goal is None or median <= goal


def _megabytes() -> float:
    """That this process has in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _fitting(count: int) -> "list[Candidate]":
    return [_candidate(number, "cpm", {number % 3 + 1}) for number in range(count)]


def _mixed(count: int) -> "list[Candidate]":
    """Kinds as a site may have sold them, each for two of fifteen topics."""
    chance = random.Random(count)
    kinds = chance.choices(["exclusive", "share", "cpm", "cpc", "house"], [1, 1, 3, 2, 1], k=count)
    topics = [set(chance.sample(range(1, 16), 2)) for _ in kinds]
    return [_candidate(*told) for told in zip(range(count), kinds, topics, strict=True)]


def _candidate(number: int, kind: str, topics: set[int]) -> "Candidate":
    from sponsors.candidates import Candidate, Copy, Payer
    from sponsors.pacing import Meter
    from sponsors.tests.sales import COPY

    due = Meter("views", 30_000, 14_900, 15_000.0, 0.01, 1.0, NOW.timestamp() - 3)
    return Candidate(
        flight=number,
        name=f"flight {number}",
        payer=Payer("Overwinter", "Overwinter Storage AS", ""),
        kind=kind,
        status="booked",
        starts_at=NOW - DAYS,
        ends_at=NOW + DAYS,
        placement="article_end",
        topics=frozenset(topics),
        is_run_of_site=False,
        excluded=frozenset(),
        creatives=(Copy(id=number, weight=1, withheld="", **COPY),),
        share=1,
        meter=due if kind in ("cpm", "cpc") else None,
    )


def _fill() -> None:
    """500 flights in their middle, each with all of 50 topics, two creatives, and counts."""
    from django.db import connection, models

    from articles.models import Topic
    from sponsors.models import Creative, Decisions, Delivery, Flight, FlightSlot

    topics = [Topic(name=f"Topic {number}", slug=f"topic-{number}") for number in range(TOPICS)]
    topics = Topic.objects.bulk_create(topics)
    flights = Flight.objects.bulk_create(_flights())
    # Past the booking desk, which would look for the rivals of each of 25,000 slots.
    models.QuerySet(FlightSlot).bulk_create(
        FlightSlot(flight=flight, topic=topic, placement=PLACEMENTS[flight.pk % 4])
        for flight in flights
        for topic in topics
    )
    Creative.objects.bulk_create(_creatives(flights))
    Delivery.objects.bulk_create(
        Delivery(flight=flight, views=14_000 + flight.pk, clicks=140) for flight in flights
    )
    this_hour = NOW.replace(minute=0, second=0, microsecond=0)
    Decisions.objects.bulk_create(
        Decisions(hour=this_hour - timedelta(hours=ago), placement=place, topics="1 2", pages=9)
        for ago in range(4 * 7 * 24 + 1)
        for place in PLACEMENTS
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _flights() -> Iterator[Any]:
    from sponsors.models import Flight, Sponsor

    sponsors = Sponsor.objects.bulk_create(
        Sponsor(name=f"Sponsor {n}", slug=f"sponsor-{n}", link_hosts=["overwinter.example"])
        for n in range(FLIGHTS // 5)
    )
    for number in range(FLIGHTS):
        kind = ("exclusive", "share", "cpm", "cpc", "house")[number % 5]
        yield Flight(
            sponsor=sponsors[number % len(sponsors)],
            name=f"flight {number}",
            kind=kind,
            status="booked",
            starts_at=NOW - DAYS,
            ends_at=NOW + DAYS,
            goal=30_000 if kind in ("cpm", "cpc") else None,
            share=1 if kind in ("share", "house") else None,
        )


def _creatives(flights: list[Any]) -> Iterator[Any]:
    from sponsors.models import Approval, Creative
    from sponsors.tests.sales import COPY, editor

    approver = editor()
    for flight in (flight for flight in flights for _ in range(2)):
        creative = Creative(flight=flight, **COPY, status=Approval.APPROVED)
        creative.approved_by, creative.approved_at = approver, NOW
        creative.approved_hash = creative.content_hash()
        creative.approved_content = COPY
        yield creative


if __name__ == "__main__":
    sys.exit(main())
