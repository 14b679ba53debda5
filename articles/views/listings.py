"""Pages that list stories: a topic's, a source's, a tag's, an author's; and the lists of these."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Max, Min, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from articles.counts import with_counts
from articles.keyset import Cursor
from articles.models import Article, Author, Source, Tag, Topic
from articles.models.article import ArticleQuerySet

PAGE_SIZE = 20
BESIDE = 5  # lines in a list at the side


@require_safe
def topic_detail(request: HttpRequest, slug: str) -> HttpResponse:
    topic = get_object_or_404(Topic, slug=slug)
    stories = Article.objects.published().filter(topic=topic)
    context = {
        "topic": topic,
        "topics": [topic],
        **_page(request, stories),
        "facts": _facts(stories),
        "other_topics": _busiest(Topic.objects.exclude(pk=topic.pk), "topic")[:BESIDE],
        "common_tags": _common_tags(stories),
    }
    return render(request, "articles/topic_detail.html", context)


@require_safe
def source_detail(request: HttpRequest, slug: str) -> HttpResponse:
    source = get_object_or_404(Source, slug=slug)
    stories = Article.objects.published().filter(source=source)
    context = {
        "source": source,
        **_page(request, stories),
        "facts": _facts_or_404(stories),
        "most_about": _busiest(Topic.objects.all(), "topic", stories)[:BESIDE],
    }
    return render(request, "articles/source_detail.html", context)


@require_safe
def tag_detail(request: HttpRequest, slug: str) -> HttpResponse:
    tag = get_object_or_404(Tag, slug=slug)
    stories = Article.objects.published().filter(articletag__tag=tag)
    context = {"tag": tag, **_page(request, stories), "facts": _facts_or_404(stories)}
    return render(request, "articles/tag_detail.html", context)


@require_safe
def author_detail(request: HttpRequest, slug: str) -> HttpResponse:
    author = get_object_or_404(Author, slug=slug)
    stories = Article.objects.published().filter(authors=author)
    context = {"author": author, **_page(request, stories), "facts": _facts_or_404(stories)}
    return render(request, "articles/author_detail.html", context)


@require_safe
def topic_list(request: HttpRequest) -> HttpResponse:
    return render(
        request, "articles/topic_list.html", {"topics": _busiest(Topic.objects.all(), "topic")}
    )


@require_safe
def source_list(request: HttpRequest) -> HttpResponse:
    sources = _busiest(Source.objects.all(), "source")
    return render(request, "articles/source_list.html", {"sources": sources})


def _page(request: HttpRequest, stories: ArticleQuerySet) -> dict[str, Any]:
    """The page that ?before= or ?after= asks for; 404 for a bad place or one beyond the end."""
    places = {side: request.GET[side] for side in ("before", "after") if side in request.GET}
    try:
        cursors = {side: Cursor.read(written) for side, written in places.items()}
    except ValueError as error:
        raise Http404(str(error)) from None
    if len(cursors) > 1:
        raise Http404("before and after at once")
    page = stories.for_cards().page(PAGE_SIZE, **cursors)
    if cursors and not page:
        raise Http404("nothing there")
    query = f"?{urlencode(places)}" if places else ""
    return {"page": page, "canonical": request.path + query}


def _facts(stories: ArticleQuerySet) -> dict[str, Any]:
    return stories.aggregate(
        stories=Count("pk", distinct=True),
        sources=Count("source", distinct=True),
        verified=Count("pk", filter=Q(verification__isnull=False), distinct=True),
        since=Min("published_at"),
        updated=Max("published_at"),
    )


def _facts_or_404(stories: ArticleQuerySet) -> dict[str, Any]:
    """As _facts. Nobody learns of a source, tag or author before a story of theirs is public."""
    if not (facts := _facts(stories))["stories"]:
        raise Http404
    return facts


def _busiest(rows: Any, field: str, stories: ArticleQuerySet | None = None) -> Any:
    """Topics or sources that have public stories, with how many, most first."""
    stories = Article.objects.published() if stories is None else stories
    return with_counts(rows, field, stories).order_by("-count", "name")


def _common_tags(stories: ArticleQuerySet) -> Any:
    tags = Tag.objects.filter(items__content_object__in=stories)
    return tags.annotate(count=Count("pk")).order_by("-count", "name")[:BESIDE]
