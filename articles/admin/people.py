from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.text import Truncator

from articles.models import Author, Verification


@admin.register(Author)
class AuthorAdmin(admin.ModelAdmin):
    list_display = ["name", "slug"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Verification)
class VerificationAdmin(admin.ModelAdmin):
    list_display = ["verified_by", "verified_at", "how", "evidence_url"]
    search_fields = ["verified_by", "method", "evidence", "evidence_url"]
    date_hierarchy = "verified_at"

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        user: Any = request.user
        return {"verified_by": user.get_full_name() or user.get_username()}

    @admin.display(description="how")
    def how(self, obj: Verification) -> str:
        return Truncator(obj.method).chars(80)
