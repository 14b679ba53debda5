from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from sponsors import history, labels, specimens


@require_safe
def sponsorship(request: HttpRequest) -> HttpResponse:
    """How it works, and who has sponsored what: this year, or ?year=; 404 for a year without."""
    asked = request.GET.get("year", "")
    if asked and not (asked.isascii() and asked.isdigit() and len(asked) == 4):
        raise Http404
    ledger = history.page(int(asked) if asked else None, timezone.now())
    if ledger is None:
        raise Http404
    context = {
        "ledger": ledger,
        "forms": specimens.forms(),
        "word": labels.word(settings.SITE_LANGUAGE),
        "is_measured": settings.SPONSOR_MEASURE,
        "contact": settings.CONTACT_EMAIL,
        "canonical": f"{request.path}?year={asked}" if asked else request.path,
    }
    return render(request, "sponsors/sponsorship.html", context)
