from typing import Any

from django.contrib import admin
from django.http import HttpRequest


class RecordAdmin(admin.ModelAdmin):
    """What imports wrote down: to be read, not to be edited."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def may_see_stories(request: HttpRequest) -> bool:
    """Whether links to stories lead this user anywhere."""
    user = request.user
    return user.has_perm("articles.view_article") or user.has_perm("articles.change_article")
