from collections.abc import Callable, Iterator

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from sponsors import snapshot
from sponsors.admin.shown import ShownAtOnce
from sponsors.candidates import Copy, candidates
from sponsors.drawing import draw
from sponsors.forms import CreativeForm
from sponsors.models import Creative, Placement
from sponsors.picking import Pick

COPY_FIELDS: list[str | list[str] | tuple[str, ...]] = [
    *("hook", "hooks", "headline", "body", "command", "output"),
    *(("cta_label", "cta_url"), ("alt_label", "alt_url"), "fine_print", "weight"),
]


class CreativeInline(admin.StackedInline):
    model = Creative
    form = CreativeForm
    extra = 0
    fields = [*COPY_FIELDS, "status"]
    readonly_fields = ["status"]
    show_change_link = True


@admin.register(Creative)
class CreativeAdmin(ShownAtOnce):
    form = CreativeForm
    list_display = [
        *("headline", "flight", "sponsor", "status", "may_be_shown"),
        *("approved_by", "approved_at", "weight"),
    ]
    list_filter = ["status", "flight__sponsor"]
    list_select_related = ["flight__sponsor", "approved_by"]
    search_fields = ["headline", "body", "flight__name", "flight__sponsor__name"]
    autocomplete_fields = ["flight"]
    readonly_fields = ["status", "readers", "approved_by", "approved_at", "preview_link"]
    fields = ["flight", *COPY_FIELDS, *readonly_fields]
    actions = ["submit", "approve", "reject"]

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

    @admin.display(description="preview")
    def preview_link(self, creative: Creative) -> SafeString | str:
        if creative._state.adding:
            return "-"
        address = reverse("admin:sponsors_creative_preview", args=[creative.pk])
        return format_html('<a href="{}">the box as saved, light and dark</a>', address)

    def has_approve_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("sponsors.approve_creative")

    @admin.action(description="Submit for approval", permissions=["change"])
    def submit(self, request: HttpRequest, creatives: QuerySet) -> None:
        self._each(request, creatives, "submitted", Creative.submit)

    @admin.action(description="Approve: readers may see exactly this", permissions=["approve"])
    def approve(self, request: HttpRequest, creatives: QuerySet) -> None:
        editor = request.user
        assert editor.is_authenticated  # has the permission
        self._each(request, creatives, "approved", lambda creative: creative.approve(editor))

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
        view = self.admin_site.admin_view(self.preview)
        name = "sponsors_creative_preview"
        return [path("<int:pk>/preview/", view, name=name), *super().get_urls()]

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The box in each slot of its flight, on the site's own paper, whatever its status."""
        creative = get_object_or_404(Creative.objects.select_related("flight__sponsor"), pk=pk)
        if not self.has_view_permission(request, creative):
            raise PermissionDenied
        context = {"creative": creative, "boxes": list(_boxes(creative))}
        return render(request, "sponsors/preview.html", context)


def _boxes(creative: Creative) -> Iterator[tuple[str, SafeString]]:
    """For each placement of its flight: what it is called, and the box as it would be drawn."""
    words = Copy.of(creative)
    slots = creative.flight.slots.select_related("topic")
    topics = {slot.topic_id: slot.topic for slot in slots if slot.topic and not slot.exclude}
    for candidate in candidates(creative.flight):
        topic = topics.get(min(candidate.topics, default=0))
        picked = Pick(candidate, words, topic.pk if topic else None)
        box = draw(candidate.placement, picked, [topic] if topic else [])
        yield Placement(candidate.placement).label, box
