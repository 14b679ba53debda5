"""Where a creative is judged: what changed since its approval, and how it looks where it runs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from csp.constants import NONE, SELF
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe

from sponsors import snapshot, tryout
from sponsors.differing import Change, changes
from sponsors.drawing import draw
from sponsors.models import Approval, Creative, Flight, Placement
from sponsors.rehearsal import NoPage

if TYPE_CHECKING:
    from sponsors.admin.creative import CreativeAdmin

WIDTHS = (("narrow", "360 px"), ("wide", "wide"))
# What differs from our policy: the desk alone may frame it, and nothing in it runs.
FRAMED = {"frame-ancestors": [SELF], "script-src": [NONE], "connect-src": [NONE]}
OUTDATED = "Nothing was done: it was changed or judged meanwhile. This is how it is now."


@dataclass(frozen=True, slots=True)
class Step:
    """What a button of the page does to a creative."""

    name: str
    label: str
    permission: str
    take: Callable[[Creative, Any], None]
    done: str
    is_main: bool = False


STEPS = {
    step.name: step
    for step in (
        Step("submit", "Submit for approval", "change", lambda it, user: it.submit(), "submitted"),
        Step("approve", "Approve exactly this", "approve", Creative.approve, "approved", True),
        Step("reject", "Reject", "approve", lambda it, user: it.reject(), "rejected"),
    )
}


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, desk: "CreativeAdmin", pk: int) -> HttpResponse:
    """POST with `do` naming a step and `seen` as the page gave it."""
    creative = get_object_or_404(Creative.objects.select_related("flight__sponsor"), pk=pk)
    if not desk.has_view_permission(request, creative):
        raise PermissionDenied
    if request.method == "POST":
        return _answered(request, desk, creative)
    context = {
        **desk.admin_site.each_context(request),
        "title": f"Review “{creative}”",
        "opts": desk.model._meta,
        "creative": creative,
        "changes": _changes(creative),
        "seen": _seen(creative),
        "steps": [step for step in STEPS.values() if _is_offered(step, creative, request, desk)],
        "must_be_another": creative.waits_for_second and request.user.pk == creative.approved_by_id,
        **_stages(request, creative),
    }
    response = TemplateResponse(request, "admin/sponsors/creative/review.html", context)
    response._csp_replace = {"frame-src": [SELF]}  # type: ignore[attr-defined]
    return response


@xframe_options_sameorigin
@require_safe
def framed(
    request: HttpRequest, desk: "CreativeAdmin", pk: int, placement: str, theme: str
) -> HttpResponse:
    """The page at `address` with the creative in it, for a frame; the box alone without one."""
    creative = get_object_or_404(Creative.objects.select_related("flight__sponsor"), pk=pk)
    if not desk.has_view_permission(request, creative):
        raise PermissionDenied
    if placement not in Placement.values or theme not in tryout.THEMES:
        raise Http404("There is no such placement or theme.")
    try:
        html = tryout.on_page(creative, placement, request.GET.get("address", ""))
    except NoPage:
        html = _alone(request, creative, placement)
    response = HttpResponse(tryout.framed(html, theme))
    response["X-Robots-Tag"] = "noindex"
    response._csp_replace = FRAMED  # type: ignore[attr-defined]
    return response


def _answered(request: HttpRequest, desk: "CreativeAdmin", creative: Creative) -> HttpResponse:
    step = STEPS.get(request.POST.get("do", ""))
    if step is None:
        return HttpResponseBadRequest("There is no such step.")
    if not _may(step, request, desk, creative):
        raise PermissionDenied
    with transaction.atomic():
        # Locked, so that what is approved is what was seen; not its key, which who counts needs.
        now = get_object_or_404(Creative.objects.select_for_update(no_key=True), pk=creative.pk)
        if request.POST.get("seen") != _seen(now):
            desk.message_user(request, OUTDATED, messages.WARNING)
        else:
            _take(request, desk, step, now)
    return redirect(request.get_full_path())


def _take(request: HttpRequest, desk: "CreativeAdmin", step: Step, creative: Creative) -> None:
    try:
        step.take(creative, request.user)
    except ValidationError as refusal:
        told = f"It was not {step.done}: {' '.join(refusal.messages)}"
        desk.message_user(request, told, messages.ERROR)
        return
    done = step.done
    if step.name == "approve" and creative.waits_for_second:
        done = "approved by one of two"
    desk.log_change(request, creative, f"{done.capitalize()}.")
    desk.message_user(request, f"“{creative}” is {done}: it {_fate(creative)}.", messages.SUCCESS)
    transaction.on_commit(snapshot.refresh)


def _fate(creative: Creative) -> str:
    return creative.withheld() or "is shown while its flight runs"


def _seen(creative: Creative) -> str:
    """What an answer must name, so that it is about what its sender was shown."""
    return f"{creative.status} {creative.approved_by_id or 0} {creative.content_hash()}"


def _is_offered(step: Step, creative: Creative, request: HttpRequest, desk: Any) -> bool:
    if not _may(step, request, desk, creative):
        return False
    if step.name == "submit":
        return creative.status in {Approval.DRAFT, Approval.REJECTED}
    if step.name == "reject":
        return creative.status != Approval.REJECTED
    is_own = creative.waits_for_second and request.user.pk == creative.approved_by_id
    return bool(creative.withheld()) and not is_own


def _may(step: Step, request: HttpRequest, desk: Any, creative: Creative) -> bool:
    if step.permission == "approve":
        return desk.has_approve_permission(request)
    return desk.has_change_permission(request, creative)


def _changes(creative: Creative) -> list[Change]:
    """From what was approved last to what is there now, what changed first."""
    now = {**creative.content(), "claim_source": creative.claim_source}
    was = {"claim_source": "", **(creative.approved_content or {})}
    flights = was.pop("flight", None) or creative.flight_id, now.pop("flight")
    if flights[0] != flights[1]:
        was["flight"], now["flight"] = (_flight(pk) for pk in flights)
    ordered = sorted(changes(was, now), key=lambda change: not change.is_changed)
    named = [(each, Creative._meta.get_field(each.name)) for each in ordered]
    return [Change(str(field.verbose_name), each.pieces) for each, field in named]  # type: ignore[union-attr]


def _flight(pk: int) -> str:
    flight = Flight.objects.filter(pk=pk).first()
    return f"{flight or 'one that is deleted'} (number {pk})"


def _stages(request: HttpRequest, creative: Creative) -> dict[str, Any]:
    """Each placement to look at, the page it is tried on, and its frames."""
    address, is_all = request.GET.get("address", "").strip(), "all" in request.GET
    bought = tryout.placements(creative)
    stages = [
        _stage(creative, placement, address or tryout.usual_page(creative, placement))
        for placement in (Placement if is_all else bought)
    ]
    return {"stages": stages, "address": address, "is_all": is_all}


def _stage(creative: Creative, placement: Placement, address: str) -> dict[str, Any]:
    fault = "Nothing is published yet where it would be shown."
    if address:
        fault = tryout.page_fault(placement, address)
    frames = [
        {
            "address": _frame(creative, placement, theme, "" if fault else address),
            "size": size,
            "title": f"{placement.label.capitalize()}, {width}, {theme}",
            "told": f"{width}, {theme}",
        }
        for size, width in WIDTHS
        for theme in tryout.THEMES
    ]
    label = placement.label.capitalize()
    return {"label": label, "address": address, "fault": fault, "frames": frames}


def _frame(creative: Creative, placement: str, theme: str, address: str) -> str:
    path = reverse("admin:sponsors_creative_framed", args=[creative.pk, placement, theme])
    query = f"?{urlencode({'address': address})}" if address else ""
    return f"{path}{query}"


def _alone(request: HttpRequest, creative: Creative, placement: str) -> str:
    pick, topics = tryout.alone(creative, placement)
    context = {"creative": creative, "box": draw(placement, pick, topics)}
    return render_to_string("sponsors/preview.html", context, request)
