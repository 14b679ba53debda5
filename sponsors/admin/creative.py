from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from sponsors import snapshot
from sponsors.admin.reviewing import framed, review
from sponsors.admin.shown import ShownAtOnce
from sponsors.claims import stale_before
from sponsors.forms import CreativeForm
from sponsors.models import Approval, Creative

COPY_FIELDS: list[str | list[str] | tuple[str, ...]] = [
    *("hook", "hooks", "headline", "body", "command", "output"),
    *("cta_label", "cta_url", "alt_label", "alt_url", "fine_print"),
    *(("claim_source", "claim_checked_on"), "weight"),
]


class WaitingFilter(admin.SimpleListFilter):
    """What somebody has to decide on."""

    title = "waiting"
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("approval", "for approval"), ("second", "for a second approver")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        waiting = queryset.filter(status=Approval.SUBMITTED)
        choices = {"approval": waiting, "second": waiting.filter(approved_by__isnull=False)}
        return choices.get(self.value() or "", queryset)


class FiguresFilter(admin.SimpleListFilter):
    """What somebody has to check again."""

    title = "figures"
    parameter_name = "figures"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("stale", "to check again"), ("fresh", "checked lately")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        choices = {
            "stale": queryset.filter(claim_checked_on__lt=stale_before()),
            "fresh": queryset.filter(claim_checked_on__gte=stale_before()),
        }
        return choices.get(self.value() or "", queryset)


class Reviewable:
    """Leads to the page where a creative is judged."""

    @admin.display(description="review")
    def look(self, creative: Creative) -> SafeString | str:
        if creative._state.adding:
            return "-"
        address = reverse("admin:sponsors_creative_preview", args=[creative.pk])
        return format_html(
            '<a href="{}">Review<span class="visually-hidden"> “{}”</span></a>', address, creative
        )


class CreativeInline(Reviewable, admin.StackedInline):
    model = Creative
    form = CreativeForm
    extra = 0
    readonly_fields = ["status", "look"]
    fields = [*COPY_FIELDS, *readonly_fields]
    show_change_link = True


@admin.register(Creative)
class CreativeAdmin(Reviewable, ShownAtOnce):
    form = CreativeForm
    list_display = [
        *("headline", "flight", "sponsor", "status", "may_be_shown", "figures"),
        *("approved_by", "approved_at", "weight", "look"),
    ]
    list_filter = [WaitingFilter, "status", FiguresFilter, "flight__sponsor"]
    list_select_related = ["flight__sponsor", "approved_by"]
    search_fields = ["headline", "body", "flight__name", "flight__sponsor__name"]
    autocomplete_fields = ["flight"]
    readonly_fields = [
        *("status", "readers", "figures", "approved_by", "seconded_by", "approved_at", "look"),
    ]
    fields = ["flight", *COPY_FIELDS, *readonly_fields]
    # Approval is given on the page that shows what is approved, so it is no action of the list.
    actions = ["submit", "reject"]

    @admin.display(ordering="flight__sponsor__name")
    def sponsor(self, creative: Creative) -> str:
        return creative.flight.sponsor.name

    @admin.display(boolean=True, description="may be shown")
    def may_be_shown(self, creative: Creative) -> bool:
        return not creative.withheld()

    @admin.display
    def readers(self, creative: Creative) -> str:
        why = creative.withheld()
        return f"are not shown this: it {why}" if why else "are shown this while its flight runs"

    @admin.display(ordering="claim_checked_on")
    def figures(self, creative: Creative) -> SafeString | str:
        if warning := creative.claim_warning():
            return format_html("<strong>{}</strong>", warning)
        if not creative.has_claims:
            return "none"
        return f"checked on {creative.claim_checked_on:%Y-%m-%d}"

    def has_approve_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("sponsors.approve_creative")

    @admin.action(description="Submit for approval", permissions=["change"])
    def submit(self, request: HttpRequest, creatives: QuerySet) -> None:
        self._each(request, creatives, "submitted", Creative.submit)

    @admin.action(description="Reject", permissions=["approve"])
    def reject(self, request: HttpRequest, creatives: QuerySet) -> None:
        self._each(request, creatives, "rejected", Creative.reject)

    def _each(
        self, request: HttpRequest, creatives: QuerySet, done: str, step: Callable[[Creative], None]
    ) -> None:
        """Take the step with each; one that fails is told by name and stops no other."""
        count = 0
        for creative in creatives:
            try:
                step(creative)
            except ValidationError as error:
                told = f"“{creative}” was not {done}: {' '.join(error.messages)}"
                self.message_user(request, told, messages.ERROR)
            else:
                self.log_change(request, creative, f"{done.capitalize()}.")
                count += 1
        transaction.on_commit(snapshot.refresh)
        self.message_user(request, f"{count} {done}.")

    def get_urls(self) -> list[URLPattern]:
        def view(call: Callable[..., Any]) -> Any:
            return self.admin_site.admin_view(partial(call, desk=self))

        frame = "<int:pk>/preview/<slug:placement>/<slug:theme>/"
        return [
            path("<int:pk>/preview/", view(review), name="sponsors_creative_preview"),
            path(frame, view(framed), name="sponsors_creative_framed"),
            *super().get_urls(),
        ]
