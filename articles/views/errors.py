"""Pages for addresses without a page."""

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseServerError,
)
from django.shortcuts import render

from articles.closest import closest_stories
from articles.models import Article, LegacyPath


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    path, full = request.path_info, request.get_full_path_info()
    # An old address may name its story in the query.
    if legacy := LegacyPath.objects.at(full, path):
        return _moved(request, legacy)
    context = {"closest": closest_stories(path)}
    return render(request, "404.html", context, status=404)


def gone(request: HttpRequest, article: Article | None = None) -> HttpResponse:
    """A withdrawn story: its note, and nothing of the story."""
    note = article.withdrawal_note if article else ""
    return render(request, "410.html", {"note": note}, status=410)


def _moved(request: HttpRequest, legacy: LegacyPath) -> HttpResponse:
    """An address of the site that moved here; a story that is not public has none."""
    article = legacy.article
    if article is not None and article.same_as is not None:
        article = article.same_as
    if article is not None and article.is_public():
        return HttpResponsePermanentRedirect(article.get_absolute_url())
    is_gone = article is None or Article.objects.withdrawn().filter(pk=article.pk).exists()
    return gone(request, article) if is_gone else render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Without database or template inheritance in the way: whatever broke, this must not."""
    try:
        return render(request, "500.html", status=500)
    except Exception:
        return HttpResponseServerError(
            "<!doctype html><title>500</title><h1>Something broke here</h1>"
        )
