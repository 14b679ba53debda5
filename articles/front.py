"""What stands on the home page, in four queries whatever the number of stories."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery
from django.utils import timezone

from articles.counts import with_counts
from articles.models import Article, Topic

WIRE = 9  # stories on the wire
ROW = 3  # stories under the lead
TOPICS = 7  # topics with a section of their own
HEADS = 4  # stories in a topic's section


@dataclass(frozen=True, slots=True)
class Section:
    """A topic with its newest stories. `is_wide` where the first one has its picture drawn."""

    topic: Topic
    count: int
    stories: list[Article]
    is_wide: bool


@dataclass(frozen=True, slots=True)
class Front:
    today: datetime
    stories_today: int
    sources_today: int
    lead: Article | None
    row: list[Article]
    wire: list[Article]
    sections: list[Section]
    topic_count: int


def front_page(at: datetime | None = None) -> Front:
    at = at or timezone.now()
    published = Article.objects.published(at)
    newest = list(published.for_cards().select_related("lead").newest_first()[: WIRE + ROW + 1])
    lead = next((story for story in newest if story.lead and story.dek), next(iter(newest), None))
    row = [story for story in newest if story != lead and story.dek][:ROW]
    topics = _topics(at)
    today = timezone.localtime(at)
    midnight = today.replace(hour=0, minute=0, second=0, microsecond=0)
    counts = published.filter(published_at__gte=midnight).aggregate(
        stories=Count("pk"), sources=Count("source", distinct=True)
    )
    return Front(
        today=today,
        stories_today=counts["stories"],
        sources_today=counts["sources"],
        lead=lead,
        row=row,
        wire=newest[:WIRE],
        sections=_sections(topics[:TOPICS], at, lead),
        topic_count=len(topics),
    )


def _topics(at: datetime) -> list[Any]:
    """Topics that have stories, the one with the newest story first, each with its count."""
    published = Article.objects.published(at)
    inside = published.filter(topic=OuterRef("pk")).newest_first()
    moments = inside.values("published_at")
    topics = with_counts(Topic.objects.all(), "topic", published).annotate(
        newest_at=Subquery(moments[:1]),
        # The moment of the last story that its section shows: the stories follow by index from it.
        fourth_at=Subquery(moments[HEADS - 1 : HEADS]),
    )
    return list(topics.order_by("-newest_at", "name"))


def _sections(topics: list[Any], at: datetime, lead: Article | None) -> list[Section]:
    shown = Q(pk__in=[])
    for topic in topics:
        since = Q(published_at__gte=topic.fourth_at) if topic.fourth_at else Q()
        shown |= Q(topic=topic) & since
    rows = Article.objects.published(at).filter(shown).for_cards().select_related("lead")
    stories: dict[int | None, list[Article]] = {topic.pk: [] for topic in topics}
    for story in rows.newest_first():
        stories[story.topic_id].append(story)
    sections: list[Section] = []
    for topic in topics:
        heads = stories[topic.pk][:HEADS]
        # One picture beyond the lead's is enough for a calm page.
        is_wide = bool(heads[0].lead) and heads[0] != lead and not any(s.is_wide for s in sections)
        sections.append(Section(topic, topic.count, heads, is_wide))
    return sections
