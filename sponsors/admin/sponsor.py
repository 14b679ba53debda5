from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from sponsors import sharing
from sponsors.admin import totals
from sponsors.admin.shown import ShownAtOnce
from sponsors.claims import age_warning, stale_before
from sponsors.forms import SponsorForm
from sponsors.models import Flight, Sponsor


class ProofFilter(admin.SimpleListFilter):
    title = "proof"
    parameter_name = "proof"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("old", "Proof is old: check again"), ("fresh", "Fresh"), ("none", "None")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Sponsor]) -> QuerySet[Sponsor]:
        rows = {
            "old": queryset.exclude(proof="").filter(proof_checked_on__lt=stale_before()),
            "fresh": queryset.exclude(proof="").filter(proof_checked_on__gte=stale_before()),
            "none": queryset.filter(proof=""),
        }
        return rows.get(self.value() or "", queryset)


@require_http_methods(["GET", "HEAD", "POST"])
def revoke_links(request: HttpRequest, desk: "SponsorAdmin", pk: int) -> HttpResponse:
    """Asks first; then no link to the sponsor's report that is about opens it any more."""
    if not desk.has_change_permission(request):
        raise PermissionDenied
    sponsor = get_object_or_404(Sponsor, pk=pk)
    back = reverse("admin:sponsors_sponsor_change", args=[pk])
    if request.method == "POST":
        sharing.revoke(sponsor)
        desk.log_change(request, sponsor, "All links to its report revoked.")
        told = f"No earlier link opens the report of {sponsor} any more. Its new link is below."
        desk.message_user(request, told, messages.SUCCESS)
        return HttpResponseRedirect(back)
    context = {
        **desk.admin_site.each_context(request),
        "title": f"Revoke all links to the report of {sponsor}?",
        "opts": desk.model._meta,
        "sponsor": sponsor,
        "back": back,
    }
    return TemplateResponse(request, "admin/sponsors/sponsor/revoke.html", context)


@admin.register(Sponsor)
class SponsorAdmin(ShownAtOnce):
    form = SponsorForm
    change_form_template = "admin/sponsors/sponsor/change_form.html"
    list_display = ["name", "group", "running_flights", "proof_age", "contact_email"]
    list_filter = [ProofFilter, "group"]
    search_fields = ["name", "legal_name", "group"]
    ordering = ["name"]  # counting flights drops the model's own
    prepopulated_fields = {"slug": ["name"]}
    fields = [
        *("name", "slug", "legal_name", "group", "link_hosts", "home_url", "contact_email"),
        *("proof", "proof_source", "proof_checked_on"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        is_running = Q(flights__in=Flight.objects.running())
        return super().get_queryset(request).annotate(running=Count("flights", filter=is_running))

    @admin.display(ordering="running")
    def running_flights(self, sponsor: Sponsor) -> int:
        return sponsor.running  # type: ignore[attr-defined]

    @admin.display(description="proof", ordering="proof_checked_on")
    def proof_age(self, sponsor: Sponsor) -> SafeString | str:
        if not sponsor.proof:
            return "-"
        if told := age_warning(sponsor.proof_checked_on, "proof"):
            return format_html('<span class="is-old">{}</span>', told)
        return f"checked on {sponsor.proof_checked_on}"

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if sponsor := context.get("original"):
            context |= {
                "figures": totals.of_sponsor(sponsor),
                "report": sharing.link(sponsor),
                "site": settings.SITE_URL,
                "may_revoke": self.has_change_permission(request),
                "warning": sponsor.proof and age_warning(sponsor.proof_checked_on, "proof"),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        view, own = self.admin_site.admin_view(revoke_links), {"desk": self}
        name = "sponsors_sponsor_revoke"
        return [path("<int:pk>/revoke/", view, own, name=name), *super().get_urls()]
