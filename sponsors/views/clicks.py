"""The way out to a sponsor: counts the click, then sends the reader on.

Where to is never in the request. It is looked up by the number of the creative in a signed token,
and leaves only if it is an https address on the sponsor's own hosts now.
"""

import logging

from django.conf import settings
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from sponsors import counting, filtering, snapshot, tokens
from sponsors.acceptance import link_fault
from sponsors.events import What
from sponsors.models import Approval, Creative, Flight, Status
from sponsors.tokens import Token

logger = logging.getLogger("sponsors")

HOME = "/"
LINKS = {1: (What.CLICK, "cta_url"), 2: (What.CLICK_ALT, "alt_url")}


@require_safe
def click(request: HttpRequest, token: str, link: int) -> HttpResponse:
    """302 to where the link of the creative leads now; home for what we have not signed."""
    if link not in LINKS:
        raise Http404
    what, field = LINKS[link]
    known = tokens.read(token)
    _count(what, known, request)
    try:
        response = _answer(request, known, field)
    except DatabaseError:
        logger.warning("A click is sent home: the database is away", exc_info=True)
        response = HttpResponseRedirect(HOME)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "origin"
    return response


def _count(what: What, token: Token | None, request: HttpRequest) -> None:
    """Whatever goes wrong here is logged: the reader is on the way."""
    if not settings.SPONSOR_MEASURE:
        return
    try:
        if token is None:
            counting.forged()
        else:
            counting.clicked(filtering.event(what, token, request.META, now=timezone.now()))
    except Exception:
        logger.exception("A click could not be counted")


def _answer(request: HttpRequest, token: Token | None, field: str) -> HttpResponse:
    """DatabaseError when it has to be asked and is away."""
    if token and _is_stopped(token.flight):
        return render(request, "sponsors/ended.html", status=410)
    return HttpResponseRedirect((token and _target(token, field)) or HOME)


def _is_stopped(number: int) -> bool:
    if flight := snapshot.current().flights.get(number):
        return flight.status == Status.STOPPED
    return Flight.objects.filter(pk=number, status=Status.STOPPED).exists()


def _target(token: Token, field: str) -> str:
    """Where the link leads, "" for nowhere."""
    copy = snapshot.current().creatives.get(token.creative)
    if copy and not copy.withheld:
        return getattr(copy, field)
    return _target_on_file(token, field)


def _target_on_file(token: Token, field: str) -> str:
    """Of a creative that is not in memory or not shown: as approved now or last, "" for never."""
    found = Creative.objects.select_related("flight__sponsor")
    creative = found.filter(pk=token.creative, flight=token.flight).first()
    if creative is None or creative.status == Approval.REJECTED:
        return ""
    if not creative.withheld():
        return getattr(creative, field)
    target = (creative.approved_content or {}).get(field, "")
    return "" if link_fault(target, creative.flight.sponsor.link_hosts) else target
