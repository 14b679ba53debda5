from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path

from sponsors import sharing
from sponsors.admin import totals, turns
from sponsors.admin.availability import availability
from sponsors.admin.creative import CreativeInline
from sponsors.admin.explain import explain
from sponsors.admin.shown import ShownAtOnce
from sponsors.admin.timeline import timeline
from sponsors.forms import FlightForm, SlotFormSet
from sponsors.models import Flight, FlightSlot, Status
from sponsors.standing import price


class SlotInline(admin.TabularInline):
    model = FlightSlot
    formset = SlotFormSet
    extra = 0
    autocomplete_fields = ["topic"]


@admin.register(Flight)
class FlightAdmin(ShownAtOnce):
    form = FlightForm
    change_form_template = "admin/sponsors/flight/change_form.html"
    change_list_template = "admin/sponsors/flight/change_list.html"
    list_display = [
        *("name", "sponsor", "kind", "placements", "topics"),
        *("starts_at", "ends_at", "status"),
    ]
    list_filter = ["status", "kind", "slots__placement", "slots__topic", "sponsor"]
    date_hierarchy = "starts_at"
    search_fields = ["name", "sponsor__name"]
    autocomplete_fields = ["sponsor"]
    readonly_fields = ["price"]
    inlines = [SlotInline, CreativeInline]
    actions = [turns.pause, turns.resume, turns.stop, turns.copy]

    def get_fields(self, request: HttpRequest, obj: Flight | None = None) -> list[Any]:
        """Who may only look is shown the price in words."""
        may_change = (
            self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        )
        return [
            *("sponsor", "name", "kind", ("price_micro", "currency") if may_change else "price"),
            *(("goal", "share"), "pace", "starts_at", "ends_at", "status"),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        page = request.resolver_match.url_name if request.resolver_match else ""
        if page == "sponsors_flight_changelist":
            return Flight.objects.whole()
        rows = Flight.objects.select_related("sponsor")
        if page == "sponsors_flight_change" and request.method == "POST":
            # Before any look at other bookings, as models do, so that no two saves wait in a ring.
            return rows.select_for_update(no_key=True, of=("self",))
        return rows

    @admin.display
    def price(self, flight: Flight) -> str:
        return price(flight)

    @admin.display
    def placements(self, flight: Flight) -> str:
        return ", ".join(dict.fromkeys(s.get_placement_display() for s in flight.slots.all()))

    @admin.display
    def topics(self, flight: Flight) -> str:
        return ", ".join(dict.fromkeys(slot.pages for slot in flight.slots.all()))

    def has_copy_permission(self, request: HttpRequest) -> bool:
        may_add_words = request.user.has_perm("sponsors.add_creative")
        return may_add_words and self.has_add_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Flight | None = None) -> bool:
        """What money was earned by is stopped, not deleted."""
        may = super().has_delete_permission(request, obj)
        if not (may and obj and obj.price_micro):
            return may
        with transaction.atomic():
            return not obj.is_billed()

    def save_model(self, request: HttpRequest, obj: Flight, form: Any, change: bool) -> None:
        """A new flight. One that is changed lets go of its slots, and is saved once they are."""
        if change:
            Flight.objects.filter(pk=obj.pk, status=Status.BOOKED).update(status=Status.PAUSED)
        else:
            super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if change:
            form.instance.save()

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except ValidationError as refusal:
            # Sold or billed by somebody else between our look and our save; nothing was saved.
            self.message_user(request, " ".join(refusal.messages), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if flight := context.get("original"):
            context["figures"] = totals.of_flight(flight)
            if request.user.has_perm("sponsors.view_sponsor"):
                context["report"] = sharing.link(flight.sponsor)
            may_change = self.has_change_permission(request)
            context["turns"] = turns.buttons(flight, may_change)
            context["may_copy"] = self.has_copy_permission(request)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        views: list[tuple[str, str, Any, dict[str, str]]] = [
            ("timeline/", "sponsors_timeline", timeline, {}),
            ("availability/", "sponsors_availability", availability, {}),
            ("explain/", "sponsors_explain", explain, {}),
            ("<int:pk>/copy/", "sponsors_flight_copy", turns.copy_one, {}),
        ]
        for name in turns.TURNS:
            told = {"name": name}
            views.append((f"<int:pk>/{name}/", f"sponsors_flight_{name}", turns.turn_one, told))
        own = [
            path(route, self.admin_site.admin_view(view), {"desk": self, **told}, name=name)
            for route, name, view, told in views
        ]
        return [*own, *super().get_urls()]
