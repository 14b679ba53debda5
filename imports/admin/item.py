from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import path

from imports.admin.address import add_by_address
from imports.admin.offer import offer
from imports.admin.records import RecordAdmin
from imports.models import Item


class OfferedFilter(admin.SimpleListFilter):
    title = "the source has changed"
    parameter_name = "offered"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Words to take or to decline")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Item]) -> QuerySet[Item]:
        return queryset.exclude(offered=[]) if self.value() == "yes" else queryset


@admin.register(Item)
class ItemAdmin(RecordAdmin):
    list_display = ["external_id", "source", "article", "rights", "fetched_at"]
    list_filter = ["rights", OfferedFilter, "source"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["external_id", "address"]
    date_hierarchy = "fetched_at"
    fields = [
        "source", "external_id", "address", "article", "feed", "run", "rights", "fetched_at",
        "notes", "offered", "upstream",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Item]:
        rows = super().get_queryset(request).defer("raw_html")
        is_list = (
            request.resolver_match and request.resolver_match.url_name == "imports_item_changelist"
        )
        if not is_list:
            return rows
        heavy = ("raw_html", "upstream", "notes", "article__body", "article__headings")
        return rows.select_related("source", "article").defer(*heavy)

    def get_urls(self) -> list[Any]:
        view, own = self.admin_site.admin_view, {"desk": self}
        return [
            path("add-by-address/", view(add_by_address), own, name="imports_item_add_by_address"),
            path("<int:pk>/offer/", view(offer), own, name="imports_item_offer"),
            *super().get_urls(),
        ]
