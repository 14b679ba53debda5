"""Entries that are clean become stories with their provenance, a batch a transaction."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import DatabaseError, transaction
from django.utils import timezone

from articles.models import Article, Source, Topic
from articles.models.article import SentimentOrigin, Status
from articles.slugs import free_slugs
from imports import matching, naming, undoing
from imports.clustering import cluster
from imports.entry import Entry, Unreadable
from imports.models import Feed, Item, Run
from imports.report import Fault, Tally
from imports.sentiment import sentiment

BATCH = 200  # entries a transaction: short locks for other writers, few commits for us

# What an archive says of a story, in our words; what is private there is no reader's here.
STATUSES = {"published": Status.PUBLISHED, "scheduled": Status.PUBLISHED}

# What an update from the source may change, each only while it stands as the source last had it.
FIELDS = ("headline", "dek", "body", "language", "source_url")


@dataclass(frozen=True, slots=True)
class Destination:
    """Where entries go and as what. `topic` None leaves filing to an editor."""

    source: Source
    run: Run
    feed: Feed | None = None
    topic: Topic | None = None
    status: str | None = None  # None: as the entry says, a draft where it says nothing
    is_ours: bool = False  # the archive of a site that moves here: its stories are our own
    now: datetime = field(default_factory=timezone.now)


def store(entries: Iterable[Entry], to: Destination) -> Iterator[Tally]:
    """Store cleaned entries of one document; yields a tally after each committed batch.

    Where the document breaks off, what came before is stored and then Unreadable raised.
    """
    stream, seen = iter(entries), set[str]()
    while True:
        batch, fault = _next_batch(stream)
        if batch:
            yield _store_batch(batch, to, seen)
        if fault:
            raise fault
        if not batch:
            return


def _next_batch(stream: Iterator[Entry]) -> tuple[list[Entry], Unreadable | None]:
    batch: list[Entry] = []
    try:
        for entry in islice(stream, BATCH):
            batch.append(entry)
    except Unreadable as fault:
        return batch, fault
    return batch, None


def _store_batch(batch: list[Entry], to: Destination, seen: set[str]) -> Tally:
    before = frozenset(seen)
    try:
        with transaction.atomic():
            return _Batch(batch, to, seen).store()
    except DatabaseError as error:
        if len(batch) == 1:
            return Tally(failed=1, faults=[Fault.of(batch[0], f"the database refused it: {error}")])
    # One bad entry must not cost the others: the batch again, entry by entry.
    seen &= before
    total = Tally()
    for entry in batch:
        total += _store_batch([entry], to, seen)
    return total


class _Batch:
    """One batch on its way into the database."""

    def __init__(self, entries: list[Entry], to: Destination, seen: set[str]) -> None:
        self.entries, self.to, self.seen = entries, to, seen
        self.known = matching.known(to.source, entries)
        self.fresh: list[tuple[Entry, Item, Article]] = []
        self.tally = Tally()

    def store(self) -> Tally:
        for entry in self.entries:
            self._sort(entry)
        self._create()
        return self.tally

    def _sort(self, entry: Entry) -> None:
        """What becomes of an entry. Of several with one id, the first in a document counts."""
        identifier, item = matching.find(entry, self.known)
        key, digest = matching.external_key(identifier), matching.content_hash(entry)
        if key in self.seen or (item is not None and item.content_hash == digest):
            self.tally.unchanged += 1
        elif item is not None and item.article is not None:
            self._update(entry, item, item.article, digest)
        elif item is not None:
            self.tally.skipped += 1  # an editor deleted the story: it stays deleted
        else:
            self._take(entry, self._item(entry, identifier, key, digest))
        self.seen.add(key)

    def _take(self, entry: Entry, item: Item) -> None:
        article = _article(entry, self.to)
        item.upstream = _fields(article)
        self.known.items[item.external_key] = item
        if (twin := matching.twin(entry, self.known, self.to.source)) is None:
            self.fresh.append((entry, item, article))
        else:
            # The story is here from another source or by hand: remember the entry, make no second.
            item.article_id = twin
            item.save()
            self.tally.skipped += 1

    def _item(self, entry: Entry, identifier: str, key: str, digest: str) -> Item:
        return Item(
            source=self.to.source,
            external_id=identifier,
            external_key=key,
            feed=self.to.feed,
            run=self.to.run,
            address=entry.address,
            content_hash=digest,
            rights=self.to.source.rights,
            notes=list(entry.notes),
            picture_url=next(iter(entry.images), ""),
            picture_alt=entry.lead_alt[:300],
            picture_caption=entry.lead_caption[:300],
            fetched_at=self.to.now,
        )

    def _update(self, entry: Entry, item: Item, article: Article, digest: str) -> None:
        sent = _fields(_article(entry, self.to))
        changed = [name for name in FIELDS if sent[name] != item.upstream.get(name)]
        free = [name for name in changed if getattr(article, name) == item.upstream.get(name)]
        change = undoing.about_to_update(self.to.run, item, article) if free else None
        for name in free:
            setattr(article, name, sent[name])
        if change:
            set_tone(article)
            article.save()
            undoing.updated(change, article)
        item.offered = sorted({*item.offered, *changed} - {*free})
        item.upstream, item.content_hash = sent, digest
        item.notes, item.fetched_at = list(entry.notes), self.to.now
        item.save()
        if len(free) < len(changed):
            self.tally.skipped += 1  # an editor's words stand
        elif free:
            self.tally.updated += 1
        else:
            self.tally.unchanged += 1

    def _create(self) -> None:
        articles = [article for _, _, article in self.fresh]
        names = [entry.slug or entry.headline for entry, _, _ in self.fresh]
        slugs = free_slugs(Article, names, "story")
        for article, slug in zip(articles, slugs, strict=True):
            article.slug = slug
        Article.objects.bulk_create(articles)
        for _, item, article in self.fresh:
            item.article = article
        Item.objects.bulk_create([item for _, item, _ in self.fresh])
        made = [(entry, article) for entry, _, article in self.fresh]
        authors, tags = naming.add_authors(made, self.to.run), naming.add_tags(made, self.to.run)
        naming.add_legacy_paths(made)
        if not self.to.is_ours:
            cluster(articles, self.to.now)
        undoing.created(self.to.run, [(i, a, authors[a.pk], tags[a.pk]) for _, i, a in self.fresh])
        # With the stories, not after them: what a killed run made must be there for its undo.
        self.to.run.save(update_fields=["made"])
        self.tally.created += len(made)


def _article(entry: Entry, to: Destination) -> Article:
    """The story that an entry makes, not yet saved."""
    topic = to.topic or naming.topic_of(entry, to.run)
    status = to.status or STATUSES.get(entry.status, Status.DRAFT)
    if status == Status.PUBLISHED and topic is None:
        status = Status.READY  # nothing is lost: an editor files it, and then it can go out
    article = Article(
        headline=entry.headline,
        dek=entry.dek,
        body=entry.body,
        language=entry.language,
        source=None if to.is_ours else to.source,
        source_url="" if to.is_ours else entry.address,
        source_published_at=None if to.is_ours else entry.published_at,
        topic=topic,
        status=status,
        published_at=(entry.published_at or to.now) if status == Status.PUBLISHED else None,
    )
    article.prepare()
    set_tone(article)
    return article


def _fields(article: Article) -> dict[str, Any]:
    return {name: getattr(article, name) for name in FIELDS}


def set_tone(article: Article) -> None:
    """An editor's word on the tone stands; anything else is counted anew."""
    if article.sentiment_origin != SentimentOrigin.EDITOR:
        article.sentiment = sentiment(f"{article.headline}. {article.dek}", article.language)
        article.sentiment_origin = SentimentOrigin.AUTOMATIC if article.sentiment else ""
