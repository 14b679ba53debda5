from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest

from sponsors.admin.shown import ShownAtOnce
from sponsors.forms import SponsorForm
from sponsors.models import Flight, Sponsor


@admin.register(Sponsor)
class SponsorAdmin(ShownAtOnce):
    form = SponsorForm
    list_display = ["name", "running_flights", "contact_email"]
    search_fields = ["name", "legal_name"]
    prepopulated_fields = {"slug": ["name"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        is_running = Q(flights__in=Flight.objects.running())
        return super().get_queryset(request).annotate(running=Count("flights", filter=is_running))

    @admin.display(ordering="running")
    def running_flights(self, sponsor: Sponsor) -> int:
        return sponsor.running  # type: ignore[attr-defined]
