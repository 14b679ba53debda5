"""That what the desk saves is on the page at once."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from sponsors import snapshot


class ShownAtOnce(admin.ModelAdmin):
    """What is saved here shows on this process's pages at once, on others' within five seconds."""

    def save_related(self, *args: Any) -> None:
        super().save_related(*args)
        transaction.on_commit(snapshot.refresh)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        super().delete_model(request, obj)
        transaction.on_commit(snapshot.refresh)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        super().delete_queryset(request, queryset)
        transaction.on_commit(snapshot.refresh)
