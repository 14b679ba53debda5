"""What an import costs: `.venv/bin/python -m benchmarks.imports`, see README.md."""

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.pages import KEPT
from benchmarks.prose import Vocabulary

WORDS = 150  # of a story in the feed
POST_WORDS = 1200  # of a post in the archive; a revision of it is as long
REVISIONS = 6  # of each post, as real archives have them: read, and not taken
SAVED = 500  # stories that are saved one by one
GOALS = {
    "parsed to stored": 500,
    "storing, beside saving": 5,
    "storing, beside storing": 5,
    "peak memory": 300,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.imports", description=__doc__)
    parser.add_argument("--entries", type=int, default=10_000, help="of the feed")
    parser.add_argument("--wxr-mb", type=int, default=200, help="of the WordPress archive")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="newssite-imports-") as folder:
        _set_up(Path(folder))
        print(f"\n{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, load {os.getloadavg()[0]:.1f}")
        rate, cpu_rate = _whole_way(Path(folder), options.entries)
        _show("parsed to stored", rate, "entries/s", f"{cpu_rate:,.0f} a CPU-second")
        stored, saved, alone = _storing(Path(folder))
        _show(
            "storing, beside saving", stored / saved, "×", f"{stored:,.0f} against {saved:,.0f}/s"
        )
        about = f"against {alone:,.0f}/s, the same rows entry by entry"
        _show("storing, beside storing", stored / alone, "×", about)
        usage = _archive(Path(folder), options.wxr_mb)
        about = f"{options.wxr_mb} MB, {usage.stories:,} stories in {usage.seconds:.0f} s"
        _show("peak memory", usage.megabytes, "MB", about)
        print(f"load {os.getloadavg()[0]:.1f} after")
    return usage.code


def _show(name: str, figure: float, unit: str, about: str) -> None:
    sign = "≤" if unit == "MB" else "≥"
    shown = f"{figure:,.1f}" if unit == "×" else f"{figure:,.0f}"
    print(f"{name:24}{shown:>8} {unit:12}goal {sign} {GOALS[name]:<6}{about}", flush=True)


def _set_up(folder: Path) -> None:
    """Point Django at an empty site in `folder`."""
    os.chdir(Path(__file__).resolve().parent.parent)
    for name in set(os.environ) - set(KEPT):
        del os.environ[name]
    os.environ |= {"VAR_DIR": str(folder / "site"), "DJANGO_SETTINGS_MODULE": "newssite.settings"}
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def _stories(place: str, count: int, words: int) -> Iterator[Any]:
    from imports.tests.archives import Story

    class Written(Story):
        """With the words of a language: some are used far more often than others."""

        @property
        def body(self) -> str:
            return VOCABULARY.body(random.Random(f"{place} {self.number}"), words)

    return (Written(place, number, number, 8) for number in range(1, count + 1))


VOCABULARY = Vocabulary(1)


def _whole_way(folder: Path, count: int) -> tuple[float, float]:
    """(entries a second, entries a second of processor time) of the command over a feed."""
    from django.core.management import call_command

    from imports.tests import archives

    file = archives.feed(folder / "feed.xml", _stories("gridledger.example", count, WORDS))
    start, cpu = time.perf_counter(), time.process_time()
    call_command("import_feeds", str(file), stdout=sys.stderr)
    return count / (time.perf_counter() - start), count / (time.process_time() - cpu)


def _storing(folder: Path) -> tuple[float, float, float]:
    """Entries a second: stored in batches, saved one by one, stored one by one.

    A story that is saved has no provenance, sketch, tone or record to undo it by; what is stored
    one by one has all that. The best of three turns.
    """
    from articles.models import Source
    from imports.models import Run
    from imports.storing import Destination, store

    turns = []
    for place in ("desk-notes.example", "perigee.example", "substrate.example"):
        entries = _cleaned(folder, place)
        source = Source.objects.create(domain=place, name=place)
        to = Destination(source, Run.objects.create(command="benchmark"))
        batches, saves, singles = (entries[first::3] for first in range(3))
        turns.append(
            (
                _rate(store, [(batches, to)], len(batches)),
                _rate(_save, [(entry, source) for entry in saves], len(saves)),
                _rate(store, [([entry], to) for entry in singles], len(singles)),
            )
        )
    batched, saved, alone = (max(rates) for rates in zip(*turns, strict=True))
    return batched, saved, alone


def _rate(work: Callable[..., Any], calls: list[tuple[Any, ...]], count: int) -> float:
    start = time.perf_counter()
    for arguments in calls:
        for _ in work(*arguments) or ():
            pass
    return count / (time.perf_counter() - start)


def _cleaned(folder: Path, place: str) -> list[Any]:
    from imports.cleaning import clean
    from imports.formats.feed import parse
    from imports.tests import archives

    file = archives.feed(folder / "part.xml", _stories(place, 3 * SAVED, WORDS))
    entries = parse(file.read_bytes()).entries
    return [clean(entry, base=f"https://{place}/", language="en") for entry in entries]


def _save(entry: Any, source: Any) -> None:
    from articles.models import Article, Author

    article = Article(
        headline=entry.headline,
        dek=entry.dek,
        body=entry.body,
        language=entry.language,
        source=source,
        source_url=entry.address,
        source_published_at=entry.published_at,
    )
    article.save()
    article.tags.set(entry.tags)
    article.authors.set([Author.objects.get_or_create(name=name)[0] for name in entry.authors])


def _archive(folder: Path, megabytes: int) -> Any:
    """How the command over an archive of that size ended, in a process of its own."""
    from imports.tests import archives
    from imports.tests.killing import Job, Site

    site = Site(folder / "archive")
    site.prepare()
    path = folder / "site.wxr"
    with path.open("w") as file:
        file.write(archives.WXR_HEAD)
        for story in _stories("old-news.example", 1_000_000, POST_WORDS):
            file.write(archives.wxr_item(story))
            file.write(archives.wxr_item(story, "revision", "inherit") * REVISIONS)
            if file.tell() > megabytes * 1_000_000:
                break
        file.write(archives.WXR_TAIL)
    return site.measured(Job("import_wordpress", (str(path),)))


if __name__ == "__main__":
    sys.exit(main())
