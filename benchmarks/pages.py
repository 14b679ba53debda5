"""What each kind of page costs: `.venv/bin/python -m benchmarks.pages`, see README.md."""

import argparse
import json
import logging
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import driving, table
from benchmarks.driving import Turn
from benchmarks.servers import Failed, Server, free_ports, running
from benchmarks.table import Row

if TYPE_CHECKING:
    from benchmarks.kinds import Kind

# All else that is set here, a DATABASE_URL before all, is some site's and not the measurement's.
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")
WARM_UP = 20  # requests before a page's turn
SPARE = 300  # seconds that a server may run beyond its turns


def main() -> int:
    options = _options()
    if not Path("/proc/self/stat").exists():
        print(
            "This measures on Linux only: it reads the servers' CPU time in /proc.", file=sys.stderr
        )
        return 1
    signal.signal(signal.SIGTERM, _interrupt)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as nohup has it
        signal.signal(signal.SIGHUP, _interrupt)
    try:
        return _measure(options)
    except Failed as failure:
        print(failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted; the servers are stopped.", file=sys.stderr)
        return 130


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument(
        "--stories", type=_whole(200, 1_000_000), default=10_000, help="how many to generate"
    )
    parser.add_argument(
        "--seconds", type=_whole(1, 60), default=5, help="a turn; there are two for each page"
    )
    parser.add_argument(
        "--json", type=_new_file, metavar="FILE", help="also write the figures there"
    )
    return parser.parse_args()


def _whole(least: int, most: int) -> Any:
    def number(value: str) -> int:
        if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
            raise argparse.ArgumentTypeError(f"{value} is no whole number from {least} to {most}")
        return int(value)

    return number


def _new_file(value: str) -> Path:
    path = Path(value).absolute()
    if path.is_dir() or not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"{value} is no file in a folder that is there")
    return path


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _measure(options: argparse.Namespace) -> int:
    start_load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="newssite-benchmark-") as folder:
        rows = _rows(Path(folder), options.stories, options.seconds)
    about = table.about(options.stories, options.seconds, start_load)
    table.show(about, rows)
    if options.json:
        options.json.write_text(json.dumps(table.document(about, rows), indent=2) + "\n")
    return 1 if any(row.turn.errors + row.constant.errors for row in rows) else 0


def _rows(folder: Path, stories: int, seconds: int) -> list[Row]:
    site_port, constant_port = free_ports(2)
    _set_up(folder, site_port)
    from benchmarks.kinds import LONG, kinds, queries

    _fill(stories)
    pages = kinds()
    counts = {page: queries(page, site_port) for page in pages}
    _hang_up()
    _say(f"{len(pages)} pages, {2 * seconds} seconds each …")
    most = SPARE + len(pages) * 2 * (seconds + 5)
    with running(["manage.py", "serve"], site_port, folder / "site.log", most=most) as site:
        sizes = {page: _size(site, page) for page in pages}
        long = next(size for page, size in sizes.items() if page.name == LONG)
        with running(
            ["-m", "benchmarks.constant"],
            constant_port,
            folder / "constant.log",
            most=most,
            BENCHMARK_BYTES=str(long),
        ) as constant:
            return [
                Row(page.name, page.path, counts[page], sizes[page], turn, before)
                for page in pages
                for before, turn in [_turns(site, constant, page, seconds)]
            ]


def _set_up(folder: Path, port: int) -> None:
    """Point Django at an empty site in `folder`, and make it as `manage.py serve` wants it."""
    os.chdir(Path(__file__).resolve().parent.parent)
    for name in set(os.environ) - set(KEPT):
        del os.environ[name]
    os.environ |= {"VAR_DIR": str(folder), "PORT": str(port)}
    os.environ["DJANGO_SETTINGS_MODULE"] = "newssite.settings"
    import django
    from django.core.management import call_command

    django.setup()
    logging.getLogger("django.request").setLevel(logging.ERROR)  # the 404 is on purpose
    call_command("prepare", bare=True, stdout=sys.stderr)


def _fill(count: int) -> None:
    from django.db import connection

    from benchmarks.stories import fill

    start = time.monotonic()
    fill(count)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    _say(f"{count:,} stories in {time.monotonic() - start:.0f} seconds.")


def _hang_up() -> None:
    from django.db import connections

    connections.close_all()


def _size(site: Server, page: "Kind") -> int:
    status, body = site.get(page.path)
    if status != page.status:
        raise Failed(f"{page.path} ({page.name}) answers {status}, not {page.status}.")
    return len(body)


def _turns(site: Server, constant: Server, page: "Kind", seconds: int) -> tuple[Turn, Turn]:
    """The constant server's turn, then the page's: whatever else the machine does falls on both."""
    _say(f"  {page.name}")
    before = driving.drive(constant, page.path, seconds=seconds)
    for _ in range(WARM_UP):
        site.get(page.path)
    return before, driving.drive(site, page.path, seconds=seconds, status=page.status)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
