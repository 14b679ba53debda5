"""Pages for addresses without a page."""

from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render

from articles.closest import closest_stories
from articles.models import Article


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    context = {"closest": closest_stories(request.path_info)}
    return render(request, "404.html", context, status=404)


def gone(request: HttpRequest, article: Article) -> HttpResponse:
    """A withdrawn story: its note, and nothing of the story."""
    return render(request, "410.html", {"note": article.withdrawal_note}, status=410)


def server_error(request: HttpRequest) -> HttpResponse:
    """Without database or template inheritance in the way: whatever broke, this must not."""
    try:
        return render(request, "500.html", status=500)
    except Exception:
        return HttpResponseServerError(
            "<!doctype html><title>500</title><h1>Something broke here</h1>"
        )
