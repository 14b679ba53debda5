from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from outbound.models import Outbox


@admin.register(Outbox)
class OutboxAdmin(admin.ModelAdmin):
    """Letters are written by the site: to be read here, and sent again."""

    list_display = [
        "subject", "address", "status", "attempts", "next_try_at", "last_error", "created_at",
        "sent_at",
    ]  # fmt: skip
    list_filter = ["status", "kind"]
    search_fields = ["subject", "address"]
    date_hierarchy = "created_at"
    actions = ["try_again"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("outbound.change_outbox")

    @admin.action(description="Try again (dead letters)", permissions=["retry"])
    def try_again(self, request: HttpRequest, letters: QuerySet[Outbox]) -> None:
        count = Outbox.objects.filter(pk__in=letters.values("pk")).try_again()
        self.message_user(request, f"{count} will be tried again by the next deliver_outbox.")
