"""Imports that are killed, in processes of their own on an empty site, and what is left of them."""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from imports.tests import archives

ROOT = Path(__file__).resolve().parent.parent.parent
LONGEST = 0.5  # seconds, about what a batch takes
POLL = 0.02  # seconds between two looks at how far a run is
PATIENCE = 300  # seconds for one command
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")
MEASURE = """
import resource, subprocess, sys
code = subprocess.call([sys.executable, *sys.argv[1:]])
print("", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""
Rows = list[tuple[object, ...]]

# What each table holds, by what its rows are called outside: no numbers, no moments of a clock.
CONTENT = {
    "sources": "SELECT domain, name, slug, home_url, rights FROM articles_source",
    "topics": "SELECT slug, name FROM articles_topic",
    "authors": "SELECT slug, name FROM articles_author",
    "tags": "SELECT slug, name FROM articles_tag",
    "feeds": "SELECT address, title FROM imports_feed",
    "items": """
        SELECT s.domain, i.external_id, i.external_key, i.address, i.content_hash, i.upstream,
               i.rights, i.notes, i.picture_url, i.picture_alt, i.picture_caption, a.slug,
               i.run_id IS NULL
        FROM imports_item i JOIN articles_source s ON s.id = i.source_id
        LEFT JOIN articles_article a ON a.id = i.article_id""",
    "stories": """
        SELECT a.slug, a.headline, a.dek, a.body, a.language, a.source_url, a.source_published_at,
               a.status, a.published_at, a.lead_alt, a.lead_caption, a.sentiment,
               a.sentiment_origin, a.headings, a.word_count, a.reading_minutes, a.withdrawn_at,
               a.withdrawal_note, t.slug, s.domain, lead.slug
        FROM articles_article a LEFT JOIN articles_topic t ON t.id = a.topic_id
        LEFT JOIN articles_source s ON s.id = a.source_id
        LEFT JOIN articles_article lead ON lead.id = a.same_as_id""",
    "bylines": """
        SELECT a.slug, w.name FROM articles_article_authors b
        JOIN articles_article a ON a.id = b.article_id
        JOIN articles_author w ON w.id = b.author_id""",
    "tagged": """
        SELECT a.slug, t.name FROM articles_articletag b
        JOIN articles_article a ON a.id = b.content_object_id
        JOIN articles_tag t ON t.id = b.tag_id""",
    "old paths": """
        SELECT p.path, p.path_sha256, a.slug FROM articles_legacypath p
        LEFT JOIN articles_article a ON a.id = p.article_id""",
    "sketches": """
        SELECT a.slug, k.hashes, k.headline_key, k.told_at FROM imports_sketch k
        JOIN articles_article a ON a.id = k.article_id""",
    "sketch keys": """
        SELECT a.slug, k.value FROM imports_sketchkey k
        JOIN articles_article a ON a.id = k.sketch_id""",
    # Their digests are of snapshots, which hold numbers.
    "changes": """
        SELECT s.domain, i.external_id, c.revision_id IS NULL, c.item_before
        FROM imports_change c JOIN imports_item i ON i.id = c.item_id
        JOIN articles_source s ON s.id = i.source_id""",
    "revisions": """
        SELECT a.slug, r.number, r.kind FROM articles_articlerevision r
        JOIN articles_article a ON a.id = r.article_id""",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Job:
    """One import command with its input."""

    command: str
    arguments: tuple[str, ...]


def jobs(folder: Path, count: int) -> list[Job]:
    """Inputs of every kind, `count` stories in each but the first, which has three times as many.

    Two feeds tell some of the same stories, so that clusters are made.
    """
    a, tell = archives, archives.stories
    feed = a.feed(folder / "feed.xml", tell("gridledger.example", 3 * count))
    other = a.feed(folder / "other.xml", tell("desk-notes.example", count, first=2 * count))
    wxr = a.wxr(folder / "site.wxr", tell("old-news.example", count, first=10_000))
    ghost = a.ghost(folder / "ghost.json", tell("old-ghost.example", count, first=20_000))
    posts = a.markdown(folder / "posts", tell("old-posts.example", count, first=30_000))
    csv = a.table(folder / "table.csv", tell("table.example", count, first=40_000))
    lines = a.jsonl(folder / "lines.jsonl", tell("lines.example", count, first=50_000))
    return [
        Job("import_feeds", (str(feed), str(other))),
        Job("import_wordpress", (str(wxr),)),
        Job("import_ghost", (str(ghost), "--address", "https://old-ghost.example")),
        Job("import_markdown", (str(posts), "--source", "old-posts.example")),
        Job("import_csv", (str(csv), "--source", "table.example")),
        Job("import_jsonl", (str(lines),)),
    ]


@dataclass(frozen=True, slots=True)
class Usage:
    """How a command ended; `megabytes` at its peak."""

    code: int
    said: str
    stories: int
    megabytes: int
    seconds: float


class Site:
    """A site in a folder of its own, on SQLite."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {key: os.environ[key] for key in KEPT if key in os.environ}
        self.environment |= {
            "VAR_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "newssite.settings",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def prepare(self) -> None:
        self.folder.mkdir()
        self._start("migrate", "--verbosity", "0").wait(PATIENCE)

    def copied(self, folder: Path) -> "Site":
        shutil.copytree(self.folder, folder)
        return Site(folder)

    def run(self, job: Job) -> int:
        """To its end; returns how many stories it made. AssertionError when it fails."""
        before = self._count("articles_article")
        code = self._start(job.command, *job.arguments).wait(PATIENCE)
        assert code == 0, f"{job.command} ended with {code}"
        return self._count("articles_article") - before

    def kill(self, job: Job, stories: int, after: float) -> bool:
        """SIGKILL it so many seconds after it has stored so many stories.

        False when it had come to its end before.
        """
        runs, before = self._count("imports_run"), self._count("articles_article")
        process = self._start(job.command, *job.arguments)
        while process.poll() is None:
            has_begun = self._count("imports_run") > runs
            if has_begun and self._count("articles_article") >= before + stories:
                time.sleep(after)
                process.kill()
                break
            time.sleep(POLL)
        return process.wait(PATIENCE) < 0

    def measured(self, job: Job) -> "Usage":
        """To its end, whatever that is, with what it said and took."""
        start = time.monotonic()
        # Through a small process: what is started from a large one counts that one's memory too.
        done = subprocess.run(
            [sys.executable, "-c", MEASURE, "manage.py", job.command, *job.arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE,
            check=False,
        )
        said, _, kilobytes = done.stdout.decode().rpartition(" ")
        stories, seconds = self._count("articles_article"), time.monotonic() - start
        return Usage(done.returncode, said, stories, int(kilobytes) // 1024, seconds)

    def _start(self, command: str, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "manage.py", command, *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.DEVNULL,
        )

    def rows(self, table: str) -> Rows:
        with self._open() as database:
            return sorted(database.execute(CONTENT[table]).fetchall(), key=repr)

    def counts(self) -> dict[str, int]:
        """Rows of every table that an import may write, but for the runs themselves."""
        with self._open() as database:
            names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            tables = [name for (name,) in names if name.startswith(("articles_", "imports_"))]
        return {name: self._count(name) for name in tables if name != "imports_run"}

    def _count(self, table: str) -> int:
        with self._open() as database:
            return database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]

    def is_whole(self) -> bool:
        with self._open() as database:
            checked = database.execute("PRAGMA integrity_check").fetchone()[0]
            return checked == "ok" and not database.execute("PRAGMA foreign_key_check").fetchall()

    def _open(self) -> sqlite3.Connection:
        (file,) = self.folder.glob("*.sqlite3")
        return sqlite3.connect(file)


@dataclass(frozen=True, slots=True)
class Kill:
    """SIGKILL `after` seconds beyond the moment when `at` stories of a job were stored."""

    job: Job
    at: int
    after: float
    was_running: bool
    stored: int  # of the job's stories, when it was dead


def killed(site: Site, given: dict[Job, int], count: int, seed: int) -> Iterator[Kill]:
    """Kill the jobs in turn, each at random moments, `count` kills in all; yields after each.

    `given`: how many stories each job makes. Counted, not timed, so that a busy machine does not
    bring all runs to their end before their kill.
    """
    rng = random.Random(seed)
    for place, job in enumerate(given):
        stored = 0
        for _ in range(place, count, len(given)):
            at, after = rng.randrange(max(1, given[job] - stored)), rng.uniform(0, LONGEST)
            before = len(site.rows("stories"))
            was_running = site.kill(job, at, after)
            stored += len(site.rows("stories")) - before
            yield Kill(job, at, after, was_running, stored)


def differences(one: Site, other: Site) -> list[str]:
    """What the two sites do not have in common, a sentence each; [] when they are the same."""
    found = []
    for table in CONTENT:
        missing, more = _apart(one.rows(table), other.rows(table))
        if missing or more:
            shown = repr((missing + more)[0])[:300]
            found.append(f"{table}: {len(missing)} missing, {len(more)} too many, as {shown}")
    counts, others = one.counts(), other.counts()
    found += [
        f"{name}: {others[name]} rows, not {count}"
        for name, count in counts.items()
        if others[name] != count
    ]
    return found


def _apart(one: Rows, other: Rows) -> tuple[Rows, Rows]:
    missing, more = Counter(one), Counter(other)
    return [*(missing - more).elements()], [*(more - missing).elements()]
