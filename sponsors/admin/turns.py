"""The desk's buttons for a flight: pause, resume, stop and copy, for one or from the list."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from sponsors import copying, snapshot
from sponsors.models import Flight, Status

if TYPE_CHECKING:
    from sponsors.admin.flight import FlightAdmin


@dataclass(frozen=True, slots=True)
class Turn:
    """A step that the desk takes with a flight, and what it says of it afterwards."""

    name: str
    label: str
    from_: frozenset[str]  # the statuses in which its button is shown
    take: Callable[[Flight], None]
    done: str
    meaning: str
    asks: bool = False  # a page first, because it cannot be undone

    def address(self, flight: Flight) -> str:
        return reverse(f"admin:sponsors_flight_{self.name}", args=[flight.pk])


TURNS = {
    turn.name: turn
    for turn in (
        Turn(
            *("pause", "Pause", frozenset({Status.BOOKED}), Flight.pause, "paused"),
            "No page shows it, and its slots are free for others meanwhile.",
        ),
        Turn(
            *("resume", "Resume", frozenset({Status.PAUSED}), Flight.resume, "booked again"),
            "Pages show it as before.",
        ),
        Turn(
            *("stop", "Stop", frozenset({Status.BOOKED, Status.PAUSED}), Flight.stop, "stopped"),
            "It is over, and what was billed stays billed.",
            asks=True,
        ),
    )
}


def turn_one(request: HttpRequest, desk: "FlightAdmin", pk: int, name: str) -> HttpResponse:
    """Take the step with one flight; stopping asks first."""
    if not desk.has_change_permission(request):
        raise PermissionDenied
    flight, turn = get_object_or_404(Flight, pk=pk), TURNS[name]
    if request.method == "POST":
        _take(desk, request, [flight], turn)
        return HttpResponseRedirect(reverse("admin:sponsors_flight_change", args=[pk]))
    if turn.asks and request.method in {"GET", "HEAD"}:
        back = reverse("admin:sponsors_flight_change", args=[pk])
        return _asked(desk, request, [flight], {"back": back})
    return HttpResponseNotAllowed(["GET", "HEAD", "POST"] if turn.asks else ["POST"])


def copy_one(request: HttpRequest, desk: "FlightAdmin", pk: int) -> HttpResponse:
    """Make a draft of the flight's terms, slots and words, and open it."""
    if not desk.has_copy_permission(request):
        raise PermissionDenied
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    flight = get_object_or_404(Flight, pk=pk)
    copy = copying.copied(flight)
    desk.log_addition(request, copy, f"Copied from “{flight}”.")
    said = "This is the copy, a draft: change it and book it. Its creatives wait for approval."
    desk.message_user(request, said, messages.SUCCESS)
    return HttpResponseRedirect(reverse("admin:sponsors_flight_change", args=[copy.pk]))


@admin.action(description="Pause the selected flights", permissions=["change"])
def pause(desk: Any, request: HttpRequest, flights: QuerySet[Flight]) -> None:
    _take(desk, request, flights, TURNS["pause"])


@admin.action(description="Resume the selected flights", permissions=["change"])
def resume(desk: Any, request: HttpRequest, flights: QuerySet[Flight]) -> None:
    _take(desk, request, flights, TURNS["resume"])


@admin.action(description="Stop the selected flights for good", permissions=["change"])
def stop(desk: Any, request: HttpRequest, flights: QuerySet[Flight]) -> HttpResponse | None:
    if "confirmed" not in request.POST:
        return _asked(desk, request, flights, {"back": request.get_full_path(), "is_action": True})
    _take(desk, request, flights, TURNS["stop"])
    return None


@admin.action(description="Copy the selected flights as drafts", permissions=["copy"])
def copy(desk: Any, request: HttpRequest, flights: QuerySet[Flight]) -> None:
    for flight in flights:
        desk.log_addition(request, copying.copied(flight), f"Copied from “{flight}”.")
    desk.message_user(request, f"{len(flights)} copied, as drafts.", messages.SUCCESS)


def _take(desk: Any, request: HttpRequest, flights: Iterable[Flight], turn: Turn) -> None:
    """Each flight on its own: one that is refused is told by name and stops no other."""
    for flight in flights:
        try:
            turn.take(flight)
        except ValidationError as refusal:
            told = f"“{flight}” was not {turn.done}. {' '.join(refusal.messages)}"
            desk.message_user(request, told, messages.ERROR)
        else:
            desk.log_change(request, flight, f"{turn.done.capitalize()}.")
            told = f"“{flight}” is {turn.done}. {turn.meaning}"
            desk.message_user(request, told, messages.SUCCESS)
    transaction.on_commit(snapshot.refresh)


def buttons(flight: Flight, may_change: bool) -> list[dict[str, Any]]:
    """The steps that can be taken with it as it stands now."""
    is_over = flight.over_at <= timezone.now()
    return [
        {"label": turn.label, "asks": turn.asks, "address": turn.address(flight)}
        for turn in TURNS.values()
        if may_change and flight.status in turn.from_ and not is_over
    ]


def _asked(
    desk: Any, request: HttpRequest, flights: Iterable[Flight], told: dict[str, Any]
) -> HttpResponse:
    """The page that says what stopping does, and asks."""
    context = {
        **desk.admin_site.each_context(request),
        "title": "Stop for good?",
        "opts": desk.model._meta,
        "flights": flights,
        "checkbox": helpers.ACTION_CHECKBOX_NAME,
        **told,
    }
    return TemplateResponse(request, "admin/sponsors/flight/stop.html", context)
