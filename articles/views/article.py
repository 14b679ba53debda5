from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from articles.jsonld import news_article
from articles.models import Article
from articles.models.article import ArticleQuerySet
from articles.views.errors import gone

MORE = 4  # stories listed under an article


@require_safe
def article_detail(request: HttpRequest, topic_slug: str, slug: str) -> HttpResponse:
    article = Article.objects.published().for_page().filter(slug=slug).first()
    if article is None:
        return _gone_or_404(request, Article.objects.filter(slug=slug, topic__slug=topic_slug))
    if article.topic is None or article.topic.slug != topic_slug:
        raise Http404
    return render(request, "articles/article_detail.html", article_page(article))


@require_safe
def short_link(request: HttpRequest, pk: int) -> HttpResponse:
    """The permanent address /art-<number>: 301 to wherever the story is."""
    article = Article.objects.published().select_related("topic").filter(pk=pk).first()
    if article is None:
        return _gone_or_404(request, Article.objects.filter(pk=pk))
    return redirect(article, permanent=True)


def _gone_or_404(request: HttpRequest, rows: ArticleQuerySet) -> HttpResponse:
    """For a story that is not shown itself: where it is told instead, else 410, else 404."""
    again = rows.reported_again().select_related("same_as__topic").first()
    lead = again.same_as if again else None
    if lead and lead.is_public():
        return redirect(lead, permanent=True)
    return gone(request, get_object_or_404(rows.withdrawn()))


def article_page(article: Article) -> dict[str, object]:
    """All that the article template shows; a preview gives it a story that is not public."""
    others = Article.objects.published().filter(topic=article.topic).exclude(pk=article.pk)
    return {
        "article": article,
        "rendition": article.rendition(),
        "authors": article.authors.all(),
        "tags": article.tags.all(),
        "reported_again": article.also_reported.reported_again().select_related("source"),
        "topics": [article.topic],
        "more": others.for_cards().newest_first()[:MORE],
        "more_count": others.count(),
        "json_ld": news_article(article),
    }
