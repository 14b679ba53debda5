from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from sponsors.admin.creative import CreativeInline
from sponsors.admin.shown import ShownAtOnce
from sponsors.forms import FlightForm, SlotFormSet
from sponsors.models import Flight, FlightSlot


class SlotInline(admin.TabularInline):
    model = FlightSlot
    formset = SlotFormSet
    extra = 0
    autocomplete_fields = ["topic"]


@admin.register(Flight)
class FlightAdmin(ShownAtOnce):
    form = FlightForm
    list_display = [
        *("name", "sponsor", "kind", "placements", "topics"),
        *("starts_at", "ends_at", "status"),
    ]
    list_filter = ["status", "kind", "slots__placement", "slots__topic", "sponsor"]
    date_hierarchy = "starts_at"
    search_fields = ["name", "sponsor__name"]
    autocomplete_fields = ["sponsor"]
    fields = [
        *("sponsor", "name", "kind", ("price_micro", "currency")),
        *("starts_at", "ends_at", "status"),
    ]
    inlines = [SlotInline, CreativeInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return Flight.objects.whole()

    @admin.display
    def placements(self, flight: Flight) -> str:
        return ", ".join(dict.fromkeys(s.get_placement_display() for s in flight.slots.all()))

    @admin.display
    def topics(self, flight: Flight) -> str:
        return ", ".join(dict.fromkeys(slot.pages for slot in flight.slots.all()))
