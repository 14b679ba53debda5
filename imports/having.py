"""Do we have this already? Asked before an editor adds a story by its address."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from articles.models import Article
from imports.addresses import canonical
from imports.clustering import WINDOW
from imports.entry import Entry
from imports.likeness import ALIKE, KEYS, headline_key, likeness, sketch
from imports.matching import spellings
from imports.models import Item, Sketch, SketchKey

MOST = 10  # stories that are named


@dataclass(frozen=True, slots=True)
class Found:
    """A story that we have. `share` is of its text in common, 0 to 1; None: same address."""

    article: Article
    at: datetime  # when it came in
    share: float | None = None

    @property
    def percent(self) -> int:
        return round(100 * (self.share or 0))


def at_address(*addresses: str) -> list[Found]:
    """Stories that stand at one of these addresses, or came from there; the newest first."""
    spelt = _spelt(addresses)
    stories = Article.objects.filter(
        Q(source_url__in=spelt) | Q(pk__in=Item.objects.filter(address__in=spelt).values("article"))
    )
    rows = _shown(stories).order_by("-created_at", "-pk")[:MOST]
    return [Found(article, article.created_at) for article in rows]


def deleted_at(*addresses: str) -> list[Item]:
    """What came from these addresses before, and whose story somebody deleted."""
    rows = Item.objects.filter(address__in=_spelt(addresses), article=None)
    return list(rows.defer("raw_html", "upstream"))


def alike(entry: Entry, *, now: datetime | None = None) -> list[Found]:
    """Stories with much the same text, or of these days with the same headline; most alike first.

    `entry` is cleaned. Only stories that came in by an import have been sketched.
    """
    hashes, key = sketch(entry.body), headline_key(entry.headline)
    told = entry.published_at or now or timezone.now()
    near = Q(headline_key=key, told_at__range=(told - WINDOW, told + WINDOW)) if key else Q(pk=None)
    keys = SketchKey.objects.filter(value__in=hashes[:KEYS]).values("sketch")
    found = {}
    for drawn in Sketch.objects.filter(Q(pk__in=keys) | near):
        share = likeness(hashes, drawn.hashes)
        if share >= ALIKE or (key and drawn.headline_key == key):
            found[drawn.pk] = share
    closest = dict(sorted(found.items(), key=lambda pair: -pair[1])[:MOST])
    stories = _shown(Article.objects.filter(pk__in=closest))
    rows = [Found(article, article.created_at, closest[article.pk]) for article in stories]
    return sorted(rows, key=lambda each: -(each.share or 0))


def _spelt(addresses: Iterable[str]) -> set[str]:
    """All that may be stored for one of these: their other spellings, and what was typed."""
    regular = {canonical(address) for address in addresses} - {""}
    return {form for address in regular for form in spellings(address)} | {*addresses} - {""}


def _shown(stories: QuerySet[Article]) -> QuerySet[Article]:
    return stories.select_related("source").defer("body", "headings")
