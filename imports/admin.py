from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from imports.models import Feed, Item, Run


@admin.register(Feed)
class FeedAdmin(admin.ModelAdmin):
    list_display = [
        "title",
        "source",
        "topic",
        "is_active",
        "last_good_at",
        "errors_in_a_row",
        "next_due_at",
    ]
    list_filter = ["is_active", "topic"]
    list_select_related = ["source", "topic"]
    search_fields = ["title", "address", "source__domain"]
    autocomplete_fields = ["source", "topic"]
    readonly_fields = ["last_good_at", "errors_in_a_row", "last_error", "etag", "last_modified"]


class RecordAdmin(admin.ModelAdmin):
    """What imports wrote down: to be read, not to be edited."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Run)
class RunAdmin(RecordAdmin):
    list_display = [
        "started_at", "command", "arguments", "created", "updated", "unchanged", "skipped", "failed",
        "ended_at",
    ]  # fmt: skip
    list_filter = ["command"]
    date_hierarchy = "started_at"
    fields = [
        "command", "arguments", "started_at", "ended_at", "created", "updated", "unchanged",
        "skipped", "failed", "failures",
    ]  # fmt: skip

    @admin.display(description="what failed")
    def failures(self, obj: Run) -> str | SafeString:
        rows = ((f["where"], f["item"], f["reason"], f["raw"]) for f in obj.faults)
        return format_html_join("", "<p><b>{}</b> {}: {}<br><code>{}</code></p>", rows) or "nothing"


@admin.register(Item)
class ItemAdmin(RecordAdmin):
    list_display = ["external_id", "source", "article", "rights", "fetched_at"]
    list_filter = ["rights", "source"]
    list_select_related = ["source", "article"]
    search_fields = ["external_id", "address"]
    date_hierarchy = "fetched_at"
    fields = [
        "source", "external_id", "address", "article", "feed", "run", "rights", "fetched_at",
        "notes", "upstream",
    ]  # fmt: skip
