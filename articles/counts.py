"""How many public stories topics and sources have."""

from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery

from articles.models.article import ArticleQuerySet


def with_counts(rows: QuerySet[Any], field: str, stories: ArticleQuerySet) -> QuerySet[Any]:
    """The rows that some of `stories` name in `field`, each with how many as `count`."""
    inside = stories.filter(**{field: OuterRef("pk")}).order_by()
    counts = inside.values(field).annotate(count=Count("pk")).values("count")
    return rows.filter(Exists(inside)).annotate(count=Subquery(counts))
