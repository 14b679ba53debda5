"""A sponsor's report: a page and two files behind one signed link, for nobody else."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.handlers.exception import response_for_exception
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sponsors import sharing
from sponsors.exporting import as_json, csv_lines
from sponsors.models import Sponsor
from sponsors.statements import report as report_of

# Whoever has the address may read it: so it is kept by nothing, listed nowhere, told to nobody.
HEADERS = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Referrer-Policy": "no-referrer",
}

View = Callable[[HttpRequest, str], HttpResponseBase]
SponsorView = Callable[[HttpRequest, Sponsor], HttpResponseBase]


def behind_link(view: SponsorView) -> View:
    """A view of the sponsor whom the link in the address opens; else the site's own 404 page."""

    @require_safe
    @wraps(view)
    def answer(request: HttpRequest, link: str) -> HttpResponseBase:
        sponsor = sharing.open(link)
        response = view(request, sponsor) if sponsor else _not_found(request)
        for name, value in HEADERS.items():
            response[name] = value
        return response

    return answer


@behind_link
def report(request: HttpRequest, sponsor: Sponsor) -> HttpResponseBase:
    context = {
        "report": report_of(sponsor),
        "key": sharing.key(sponsor),
        "is_measured": settings.SPONSOR_MEASURE,
    }
    return render(request, "sponsors/report.html", context)


@behind_link
def report_csv(request: HttpRequest, sponsor: Sponsor) -> HttpResponseBase:
    lines = csv_lines(report_of(sponsor))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="report-{sponsor.pk}.csv"'
    return response


@behind_link
def report_json(request: HttpRequest, sponsor: Sponsor) -> HttpResponseBase:
    return JsonResponse(as_json(report_of(sponsor)), json_dumps_params={"ensure_ascii": False})


def _not_found(request: HttpRequest) -> HttpResponseBase:
    """What any address without a page answers, here rather than raised, to get our headers."""
    return response_for_exception(request, Http404())
