"""The same story from several sources: the first told leads, the others follow it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q, QuerySet

from articles.models import Article
from imports.likeness import ALIKE, KEYS, headline_key, likeness, sketch
from imports.models import Sketch, SketchKey

WINDOW = timedelta(days=7)  # between two tellings of one story
MOST_RIVALS = 20  # looked at for one key: what a hundred texts share is no story but a form


@dataclass(frozen=True, slots=True)
class Rival:
    """What must be known of a story to tell whether another one follows it."""

    pk: int
    source_id: int
    same_as_id: int | None
    hashes: list[int]
    headline_key: str
    told_at: datetime


def cluster(made: Sequence[Article], now: datetime) -> None:
    """Sketch new stories and let each follow the one that told it first, if another source did."""
    sketches = remember(made, now)
    rivals = _rivals(sketches)
    followers: dict[int, Article] = {}
    for drawn in sorted(sketches, key=lambda drawn: (drawn.told_at, drawn.pk)):
        if lead := _lead(drawn, rivals):
            followed = followers.get(lead.pk)
            drawn.article.same_as_id = (
                followed.same_as_id if followed else lead.same_as_id or lead.pk
            )
            followers[drawn.pk] = drawn.article
    Article.objects.bulk_update(followers.values(), ["same_as"])


def remember(stories: Sequence[Article], now: datetime | None = None) -> list[Sketch]:
    """Store what the stories are recognised by. `now` stands in where no source says when."""
    sketches = [
        Sketch(
            article=story,
            hashes=sketch(story.body),
            headline_key=headline_key(story.headline),
            told_at=story.source_published_at or now or story.created_at,
        )
        for story in stories
    ]
    Sketch.objects.bulk_create(sketches)
    _store_keys(sketches)
    return sketches


def _store_keys(sketches: Sequence[Sketch]) -> None:
    """A dozen rows a story: as plain SQL, which spares half of a large import's time."""
    table = connection.ops.quote_name(SketchKey._meta.db_table)
    rows = [(drawn.pk, value) for drawn in sketches for value in drawn.hashes[:KEYS]]
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} (sketch_id, value) VALUES (%s, %s)", rows)  # noqa: S608  our own table's name


def _rivals(sketches: Sequence[Sketch]) -> dict[object, list[Rival]]:
    """Stories that share a key or a headline with some of these, by that key or headline."""
    values = {value for drawn in sketches for value in drawn.hashes[:KEYS]}
    headlines = {drawn.headline_key for drawn in sketches} - {""}
    rows = _others(sketches)
    if not rows.exists():
        return {}
    keys = list(
        SketchKey.objects.filter(value__in=values, sketch__in=rows).values_list("value", "sketch")
    )
    asked = rows.filter(Q(pk__in={pk for _, pk in keys}) | Q(headline_key__in=headlines))
    names = ("article__source", "article__same_as", "hashes", "headline_key", "told_at")
    by_pk = {row[0]: Rival(*row) for row in asked.values_list("pk", *names)}
    found: dict[object, list[Rival]] = defaultdict(list)
    for value, pk in keys:
        if len(found[value]) < MOST_RIVALS:
            found[value].append(by_pk[pk])
    for rival in by_pk.values():
        if rival.headline_key:
            found[rival.headline_key].append(rival)
    return found


def _others(sketches: Sequence[Sketch]) -> QuerySet[Sketch]:
    """Sketches of other sources' stories that were told about when one of these was."""
    rows = Sketch.objects.exclude(article__source=None)
    if not sketches:
        return rows.none()
    moments = [drawn.told_at for drawn in sketches]
    sources = {drawn.article.source_id for drawn in sketches}
    if len(sources) == 1:
        rows = rows.exclude(article__source__in=sources)
    return rows.filter(told_at__range=(min(moments) - WINDOW, max(moments) + WINDOW))


def _lead(drawn: Sketch, rivals: dict[object, list[Rival]]) -> Rival | None:
    """The story of another source that told it before; of several, the first."""
    names = [*drawn.hashes[:KEYS], drawn.headline_key]
    alike = {rival.pk: rival for name in names for rival in rivals.get(name, ())}
    told = [rival for rival in alike.values() if _tells_the_same(drawn, rival)]
    return min(told, key=lambda rival: (rival.told_at, rival.pk), default=None)


def _tells_the_same(drawn: Sketch, rival: Rival) -> bool:
    is_other = rival.source_id != drawn.article.source_id
    is_earlier = (rival.told_at, rival.pk) < (drawn.told_at, drawn.pk)
    is_near = drawn.told_at - rival.told_at <= WINDOW
    if not (is_other and is_earlier and is_near):
        return False
    same_headline = drawn.headline_key and drawn.headline_key == rival.headline_key
    return bool(same_headline) or likeness(drawn.hashes, rival.hashes) >= ALIKE
