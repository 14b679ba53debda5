"""What a run did, written down while it does it, and taken back on request."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.utils import timezone

from articles import snapshots
from articles.models import Article, ArticleRevision
from articles.models.revision import Kind
from imports.models import Change, Feed, Item, Run

# The fields of an item that an update changes, and an undo restores.
ITEM_FIELDS = ("upstream", "content_hash", "notes", "offered")
# Rows that a run made beside stories, in the order in which they let go of each other.
SIDE_ROWS = ("articles.LegacyPath", "articles.Asset", "articles.Tag", "articles.Author",
             "articles.Topic", "imports.Feed", "articles.Source")  # fmt: skip


def created(run: Run, made: Iterable[tuple[Item, Article, list[int], list[str]]]) -> None:
    """Remember stories that a run has just made: (item, story, its authors, its tags)."""
    Change.objects.bulk_create(
        Change(
            run_id=run.pk,
            item_id=item.pk,
            after_sha256=_digest(snapshots.take(article, authors=authors, tags=tags)),
        )
        for item, article, authors, tags in made
    )


def about_to_update(run: Run, item: Item, article: Article) -> Change:
    """Keep the story and its item as they are before a run changes them; not yet saved."""
    revision = ArticleRevision.keep(article, Kind.IMPORT, note=f"before {run}"[:300])
    before = {name: getattr(item, name) for name in ITEM_FIELDS}
    return Change(run=run, item=item, revision=revision, item_before=before)


def updated(change: Change, article: Article) -> None:
    """Remember the story as the run left it."""
    change.after_sha256 = _digest(snapshots.take(article))
    change.save()


def _digest(data: dict[str, Any]) -> str:
    """Of a snapshot without its cluster: that changes when another story comes or goes."""
    return snapshots.digest({key: data[key] for key in data if key != "same_as_id"})


@dataclass(frozen=True, slots=True)
class Undone:
    """`kept` names what stayed and why."""

    removed: int
    restored: int
    kept: list[str]


@transaction.atomic
def undo(run: Run) -> Undone:
    """Take back what a run made or changed, but for what somebody has touched since."""
    removed, restored, kept = 0, 0, list[str]()
    # Else an unchanged feed reads as known, and what is taken back here never comes in again.
    Feed.objects.filter(item__run=run).read_anew()
    for change in run.changes.order_by("-pk").select_related("item__article", "revision"):
        article = change.item.article
        if article is None:
            change.item.delete()  # an editor deleted the story: nothing is left to take back
        elif reason := _touched(change, article):
            kept.append(f"{article.number}, {article}: {reason}")
        elif change.revision is None:
            article.delete()
            change.item.delete()
            removed += 1
        else:
            _restore(change, article)
            restored += 1
    _remove_side_rows(run)
    run.undone_at = timezone.now()
    run.save()
    return Undone(removed, restored, kept)


def _touched(change: Change, article: Article) -> str:
    """Why a story stays as it is; "" when it is still what the run left."""
    if _digest(snapshots.take(article)) != change.after_sha256:
        return "changed since"
    later = change.item.changes.filter(pk__gt=change.pk, run__undone_at=None)
    return "updated by a later run, undo that first" if later.exists() else ""


def _restore(change: Change, article: Article) -> None:
    assert change.revision is not None  # the caller asked
    snapshots.put_back(article, change.revision.data)
    for name, value in change.item_before.items():
        setattr(change.item, name, value)
    change.item.save()
    change.revision.delete()


def _remove_side_rows(run: Run) -> None:
    """Topics, authors and the like that only this run's stories had. What is in use stays."""
    for label in SIDE_ROWS:
        for row in apps.get_model(label).objects.filter(pk__in=run.made.get(label, [])):
            if not _is_used(row):
                row.delete()


def _is_used(row: models.Model) -> bool:
    return any(
        related.related_model._default_manager.filter(**{related.field.name: row}).exists()
        for related in row._meta.related_objects
    )
