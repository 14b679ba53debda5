"""The figures as a table for people and as a document for programs."""

import os
import platform
import sqlite3
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.driving import CONNECTIONS, Turn, generator
from benchmarks.servers import pinned

COLUMNS = [
    "page",
    "queries",
    "bytes",
    "req/s",
    "req/CPU-s",
    "of constant",
    "p50 ms",
    "p99 ms",
    "errors",
]


@dataclass(frozen=True, slots=True)
class Row:
    """A page's turn, and the turn of the constant server just before it."""

    page: str
    path: str
    queries: int
    bytes: int
    turn: Turn
    constant: Turn

    @property
    def ratio(self) -> float:
        """Of the constant server's requests per CPU-second."""
        most = self.constant.per_cpu_second
        return self.turn.per_cpu_second / most if most else 0.0


def about(stories: int, seconds: int, load_before: float) -> dict[str, Any]:
    """What must be known to compare the figures with others: when, of what, on which machine."""
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "stories": stories,
        "seconds": seconds,
        "connections": CONNECTIONS,
        "generator": generator(),
        "is_pinned": pinned(0, []) != [],
        "load_before": round(load_before, 2),
        "load_after": round(os.getloadavg()[0], 2),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "django": version("django"),
        "granian": version("granian"),
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def show(about: dict[str, Any], rows: list[Row]) -> None:
    """Print the circumstances and a line for each page."""
    print(
        "\n{measured_at}  {stories:,} stories, {seconds} s a turn, {connections} connections, "
        "{generator}\n{cores} cores, {processor}; load {load_before} before, {load_after} after\n"
        "Python {python}, Django {django}, granian {granian}, SQLite {sqlite}".format(**about)
    )
    if not about["is_pinned"]:
        print("Server and generator share their cores: there is one core only, or no taskset.")
    lines = [COLUMNS, _constant_cells(rows), *(_cells(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    print()
    for first, *others in lines:
        cells = (cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))
        print(first.ljust(widths[0]), *cells, sep="  ")


def _cells(row: Row) -> tuple[str, ...]:
    return (row.page, str(row.queries), f"{row.bytes:,}", *_figures([row.turn], f"{row.ratio:.4f}"))


def _constant_cells(rows: list[Row]) -> tuple[str, ...]:
    return ("constant bytes", "-", "-", *_figures([row.constant for row in rows], "1"))


def _figures(turns: list[Turn], ratio: str) -> tuple[str, ...]:
    """The medians of the turns; their errors added up."""
    return (
        f"{median(turn.per_second for turn in turns):,.0f}",
        f"{median(turn.per_cpu_second for turn in turns):,.0f}",
        ratio,
        f"{median(turn.p50_ms for turn in turns):.2f}",
        f"{median(turn.p99_ms for turn in turns):.2f}",
        str(sum(turn.errors for turn in turns)),
    )


def document(about: dict[str, Any], rows: list[Row]) -> dict[str, Any]:
    """All figures, unrounded; milliseconds, seconds and bytes as the names say."""
    pages = [
        {
            **asdict(row),
            "per_second": row.turn.per_second,
            "per_cpu_second": row.turn.per_cpu_second,
            "ratio": row.ratio,
        }
        for row in rows
    ]
    return {**about, "pages": pages}
