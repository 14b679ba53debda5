"""Sketches of stories made anew, so that the next import still finds near-duplicates."""

from itertools import islice

from articles.models import Article
from imports.clustering import remember
from newssite.transfer.rows import BATCH


def draw() -> None:
    """One for each story that has a source: those are what imports.clustering compares."""
    told = Article.objects.filter(source__isnull=False).order_by("pk")
    stream = told.iterator(chunk_size=BATCH)
    while batch := list(islice(stream, BATCH)):
        remember(batch)
