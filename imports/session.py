"""One run of an import command: each input through cleaning and storing, counted and reported."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain, islice
from typing import Self

from django.core.management.base import CommandError, OutputWrapper
from django.db import connection, transaction
from django.utils import timezone
from tqdm import tqdm

from articles.models import Source
from imports.cleaning import clean
from imports.entry import Document, Entry, Failed, Refused, Unreadable
from imports.formats.opml import Subscription
from imports.illustrating import illustrate, waiting
from imports.models import Feed, Run
from imports.options import Options
from imports.report import MOST_FAULTS, Fault, Tally
from imports.sources import source_of
from imports.storing import Destination, store

NOTHING_DONE = 1
SOME_FAILED = 3
PEEK = 20  # entries read ahead to learn whose they are


class Session:
    """Used as a context manager, so that the run ends and prints its last line whatever happens."""

    def __init__(
        self, command: str, inputs: list[str], options: Options, out: OutputWrapper
    ) -> None:
        self.options, self.out = options, out
        self.run = Run(command=command, arguments=" ".join(inputs)[:10_000])
        self.tally = Tally()
        # On a terminal a bar; in a pipe or a cron mail one line for each input.
        self.bar = tqdm(unit=" entries", disable=None, dynamic_ncols=True)

    def __enter__(self) -> Self:
        self.run.save()
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.close()
        if self.options.dry_run:
            self.run.delete()
        else:
            self.run.ended_at = timezone.now()
            self._save_run()
            _learn()
        for fault in self.tally.faults[:MOST_FAULTS]:
            self.out.write(f"failed: {fault}")
        self.out.write(f"{self.tally}{' (dry run: undone)' if self.options.dry_run else ''}")

    def check(self) -> None:
        """After the end: CommandError with the exit code of a run in which something failed."""
        if not self.tally.failed:
            return
        if self.tally.failed == self.tally.total:
            raise CommandError("Nothing could be imported.", returncode=NOTHING_DONE)
        raise CommandError("Some of it failed; the rest was imported.", returncode=SOME_FAILED)

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Around all that writes: a dry run does it too, and then rolls it back."""
        if not self.options.dry_run:
            yield
            return
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    def take(
        self,
        where: str,
        document: Document,
        *,
        address: str = "",
        feed: Feed | None = None,
        is_ours: bool = False,
    ) -> Feed | None:
        """One document to its end; returns its Feed if it has an address.

        `is_ours`: the archive of a site that moves here, whose stories are our own.

        Raises Unreadable when the document breaks off, or when nothing says whose it is.
        """
        entries = iter(document.entries)
        first = list(islice(entries, PEEK))
        source = feed.source if feed else self._source(document, address, first, is_ours)
        if address and feed is None:
            feed = _new_feed(address, source, document)
            self.run.note_made([feed])
        to = Destination(
            source=source,
            run=self.run,
            feed=feed,
            topic=self.options.topic or (feed.topic if feed else None),
            status=self.options.status,
            is_ours=is_ours,
        )
        refused: list[Fault] = []
        stream = islice(chain(first, entries), self.options.limit)
        before = self.tally
        try:
            for stored in store(_cleaned(stream, document, source, refused), to):
                self._count(where, stored)
        finally:
            self._count(where, Tally(failed=len(refused), faults=refused))
        if self.bar.disable:
            self.out.write(f"{where}: {self.tally - before}")
        return feed

    def illustrate(self) -> None:
        """Fetch the lead pictures that stories are waiting for, these and earlier ones."""
        had = 0
        self.bar.set_description_str("pictures")
        for item, fault in illustrate(waiting(), self.run):
            if fault:
                self.out.write(f"no picture: {item.article}: {fault}")
            had += not fault
            self._save_run()
        self.out.write(f"pictures={had}")

    def subscribe(self, where: str, subscriptions: Iterable[Subscription]) -> None:
        """Make feeds of a list; those that are here already stay as they are."""
        before = self.tally
        for subscription in subscriptions:
            self._count(where, self._subscribed(subscription))
        if self.bar.disable:
            self.out.write(f"{where}: {self.tally - before}")

    def _subscribed(self, subscription: Subscription) -> Tally:
        if Feed.objects.filter(address=subscription.address).exists():
            return Tally(unchanged=1)
        document = Document(subscription.title, subscription.home_url, "", ())
        try:
            source = self._source(document, subscription.address, (), False)
        except Unreadable as fault:
            return Tally(failed=1, faults=[Fault("", subscription.address, str(fault))])
        feed = _new_feed(subscription.address, source, document)
        feed.topic = self.options.topic
        feed.save()
        self.run.note_made([feed])
        return Tally(created=1)

    def fail(self, where: str, reason: str) -> None:
        """A whole input that could not be read."""
        self._count(where, Tally(failed=1, faults=[Fault("", "", reason)]))

    def _source(
        self, document: Document, address: str, first: Iterable[Entry | Failed], is_ours: bool
    ) -> Source:
        source, is_new = self.options.source, False
        if source is None:
            source, is_new = source_of(document, address, first, is_ours=is_ours)
        elif source.pk is None:
            source.save()
            is_new = True
        if is_new:
            self.run.note_made([source])
        return source

    def _count(self, where: str, tally: Tally) -> None:
        tally.faults = [replace(fault, where=where) for fault in tally.faults]
        self.tally += tally
        self.bar.set_description_str(where[-40:])
        self.bar.update(tally.total)
        self._save_run()

    def _save_run(self) -> None:
        run, tally = self.run, self.tally
        run.created, run.updated, run.unchanged = tally.created, tally.updated, tally.unchanged
        run.skipped, run.failed = tally.skipped, tally.failed
        run.faults = [fault.as_json() for fault in tally.faults[:MOST_FAULTS]]
        run.save()


def _learn() -> None:
    """Let SQLite measure its tables: without that it picks slow plans for thousands of stories."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA analysis_limit=1000")
            cursor.execute("ANALYZE")


def _cleaned(
    entries: Iterable[Entry | Failed], document: Document, source: Source, refused: list[Fault]
) -> Iterator[Entry]:
    """The entries made safe, lazily; those that cannot be taken go to `refused` with the reason."""
    base = document.home_url or source.home_url
    language = document.language or source.language
    for number, entry in enumerate(entries, 1):
        if isinstance(entry, Failed):
            refused.append(Fault("", entry.item, entry.reason, entry.raw))
            continue
        try:
            yield clean(entry, base=base, language=language)
        except Refused as refusal:
            refused.append(Fault.of(entry, str(refusal), number))


def _new_feed(address: str, source: Source, document: Document) -> Feed:
    return Feed.objects.create(
        address=address,
        source=source,
        title=document.title[:200],
        language=document.language[:35],
    )
