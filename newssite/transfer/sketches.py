"""Sketches of stories made anew, so that the next import still finds near-duplicates."""

from itertools import islice

from articles.models import Article
from imports.likeness import KEYS, headline_key, sketch
from imports.models import Sketch, SketchKey
from newssite.transfer.rows import BATCH


def draw() -> None:
    """One for each story that has a source: those are what imports.clustering compares."""
    told = Article.objects.filter(source__isnull=False).order_by("pk")
    stream = told.iterator(chunk_size=BATCH)
    while batch := list(islice(stream, BATCH)):
        drawn = [_sketch(article) for article in batch]
        Sketch.objects.bulk_create(drawn)
        SketchKey.objects.bulk_create(
            SketchKey(sketch=each, value=value) for each in drawn for value in each.hashes[:KEYS]
        )


def _sketch(article: Article) -> Sketch:
    return Sketch(
        article=article,
        hashes=sketch(article.body),
        headline_key=headline_key(article.headline),
        told_at=article.source_published_at or article.created_at,
    )
