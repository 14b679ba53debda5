"""What a source has changed while an editor's words stand: offered, taken, or declined.

An import notes the names of such fields in `Item.offered`; the words are the item's `upstream`.
"""

import hashlib
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Q, QuerySet

from articles.models import Article, ArticleRevision
from articles.models.revision import Kind
from imports.differing import Piece, blocks, lines, pieces
from imports.models import Item
from imports.storing import FIELDS, set_tone

LABELS = {
    "headline": "headline",
    "dek": "dek",
    "body": "body",
    "language": "language",
    "source_url": "address at the source",
}


class Outdated(Exception):
    """Story or source changed since the offer was shown."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One field that differs: what the story says, and what the source says now."""

    name: str
    ours: str
    theirs: str

    @property
    def label(self) -> str:
        return LABELS[self.name]

    @property
    def seen(self) -> str:
        """SHA-256 of both: an answer holds only for what was shown."""
        return hashlib.sha256(f"{self.ours}\x1f{self.theirs}".encode()).hexdigest()

    @property
    def is_markup(self) -> bool:
        """The words are the same; links, emphasis or headings are not."""
        return self.name == "body" and lines(self.ours) == lines(self.theirs)

    @property
    def pieces(self) -> list[Piece]:
        if self.name != "body":
            return pieces(self.ours, self.theirs)
        if self.is_markup:
            return self._html_pieces()
        return pieces(lines(self.ours), lines(self.theirs))

    @property
    def html_pieces(self) -> list[Piece]:
        """The same with its markup, which goes along; [] where there is no more to show."""
        return [] if self.name != "body" or self.is_markup else self._html_pieces()

    def _html_pieces(self) -> list[Piece]:
        return pieces(blocks(self.ours), blocks(self.theirs))


def with_offers() -> QuerySet[Item]:
    """Items whose own source has changed what an editor had changed before.

    A story that came in a second time, from elsewhere, is offered the words of its own source only.
    """
    is_own = Q(article__source=None) | Q(article__source=F("source"))
    rows = Item.objects.filter(is_own, article__isnull=False).exclude(offered=[])
    return rows.select_related("article", "source").defer("raw_html")


def offers(item: Item) -> list[Offer]:
    """Fields that still differ, in the order in which a reader meets them."""
    story = item.article
    if story is None:
        return []
    found = [
        Offer(name, getattr(story, name), item.upstream.get(name, ""))
        for name in FIELDS
        if name in item.offered
    ]
    return [offer for offer in found if offer.ours != offer.theirs]


@transaction.atomic
def take(item_pk: int, name: str, seen: str, *, editor: object) -> Article:
    """Give the story the source's words; the story as it was is kept as a revision.

    Raises Outdated when the offer is no longer what was seen.
    """
    item, offer = _offer(item_pk, name, seen)
    story = item.article
    assert story is not None  # or there was no offer
    note = f"before taking the {offer.label} of {item.source}"
    ArticleRevision.keep(story, Kind.IMPORT, author=editor, note=note[:300])
    setattr(story, name, offer.theirs)
    set_tone(story)
    story.save()
    _settle(item, name)
    return story


@transaction.atomic
def decline(item_pk: int, name: str, seen: str) -> Article:
    """Keep our words, and offer no others until the source changes again. Raises Outdated."""
    item, _ = _offer(item_pk, name, seen)
    assert item.article is not None  # or there was no offer
    _settle(item, name)
    return item.article


def _offer(item_pk: int, name: str, seen: str) -> tuple[Item, Offer]:
    """Both rows locked, so that nobody's save comes between reading and writing."""
    item = Item.objects.select_for_update().defer("raw_html").filter(pk=item_pk).first()
    if item is None or item.article_id is None:
        raise Outdated
    item.article = Article.objects.select_for_update().get(pk=item.article_id)
    for offer in offers(item):
        if offer.name == name and offer.seen == seen:
            return item, offer
    raise Outdated


def _settle(item: Item, name: str) -> None:
    item.offered = [each for each in item.offered if each != name]
    item.save(update_fields=["offered"])
