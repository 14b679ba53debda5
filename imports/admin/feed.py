from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format

from articles.text import cut
from imports.models import Feed

REASON_LENGTH = 120  # in the list; the form has all of it


class HealthFilter(admin.SimpleListFilter):
    title = "health"
    parameter_name = "health"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("well", "Well"), ("failing", "Failing"), ("off", "Switched off")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Feed]) -> QuerySet[Feed]:
        if self.value() == "off":
            return queryset.filter(is_active=False)
        if self.value() == "failing":
            return queryset.filter(is_active=True, errors_in_a_row__gt=0)
        if self.value() == "well":
            return queryset.filter(is_active=True, errors_in_a_row=0)
        return queryset


@admin.register(Feed)
class FeedAdmin(admin.ModelAdmin):
    list_display = [
        "name", "source", "topic", "is_active", "last_good", "errors_in_a_row", "due", "trouble",
    ]  # fmt: skip
    list_filter = [HealthFilter, "topic"]
    list_select_related = ["source", "topic"]
    list_per_page = 50
    search_fields = ["title", "address", "source__domain"]
    autocomplete_fields = ["source", "topic"]
    actions = ["read_now", "switch_on", "switch_off"]
    readonly_fields = [
        "off_reason", "last_good_at", "errors_in_a_row", "failing_since", "last_error", "moved_to",
        "moved_since", "pace", "body_at", "etag", "last_modified",
    ]  # fmt: skip

    def save_model(self, request: HttpRequest, obj: Feed, form: Any, change: bool) -> None:
        if "address" in form.changed_data or ("is_active" in form.changed_data and obj.is_active):
            obj.begin_anew()
        super().save_model(request, obj, form, change)

    @admin.display(description="feed", ordering="title")
    def name(self, obj: Feed) -> str:
        return str(obj)

    @admin.display(description="last good", ordering="last_good_at")
    def last_good(self, obj: Feed) -> str:
        return _moment(obj.last_good_at) if obj.last_good_at else "never"

    @admin.display(description="next due", ordering="next_due_at")
    def due(self, obj: Feed) -> str:
        if not obj.is_active:
            return "never"
        if obj.next_due_at is None or obj.next_due_at <= timezone.now():
            return "now"
        return _moment(obj.next_due_at)

    @admin.display(description="why off, or failing")
    def trouble(self, obj: Feed) -> str:
        if not obj.is_active:
            return cut(obj.off_reason or "by an editor", REASON_LENGTH)
        return cut(obj.last_error, REASON_LENGTH)

    @admin.action(description="Read now (at the next import_feeds)", permissions=["change"])
    def read_now(self, request: HttpRequest, feeds: QuerySet[Feed]) -> None:
        off = feeds.filter(is_active=False).count()
        count = feeds.filter(is_active=True).update(next_due_at=timezone.now())
        self._say(request, count, "due now; the next import_feeds reads them")
        if off:
            self._say(request, off, "switched off and will not be read", messages.WARNING)

    @admin.action(description="Switch on", permissions=["change"])
    def switch_on(self, request: HttpRequest, feeds: QuerySet[Feed]) -> None:
        count = 0
        for feed in feeds.filter(is_active=False):
            feed.begin_anew()
            feed.is_active = True
            feed.save()
            self.log_change(request, feed, "Switched on.")
            count += 1
        self._say(request, count, "switched on and due now")

    @admin.action(description="Switch off", permissions=["change"])
    def switch_off(self, request: HttpRequest, feeds: QuerySet[Feed]) -> None:
        count = 0
        for feed in feeds.filter(is_active=True):
            feed.switch_off("")
            self.log_change(request, feed, "Switched off.")
            count += 1
        self._say(request, count, "switched off")

    def _say(
        self, request: HttpRequest, count: int, what: str, level: int = messages.SUCCESS
    ) -> None:
        self.message_user(request, f"{count} {'feed' if count == 1 else 'feeds'} {what}.", level)


def _moment(at: datetime) -> str:
    return date_format(timezone.localtime(at), "j M Y H:i")
