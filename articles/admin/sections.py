"""Where stories are filed and where they come from."""

from collections.abc import Sequence

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from articles.models import Article, Source, Tag, Topic
from articles.models.article import Status


@admin.register(Topic)
class TopicAdmin(admin.ModelAdmin):
    list_display = ["name", "slug", "stories"]
    search_fields = ["name", "slug"]
    ordering = ["name"]  # counting stories drops the model's own
    prepopulated_fields = {"slug": ["name"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Topic]:
        return super().get_queryset(request).annotate(count=Count("articles"))

    def get_readonly_fields(self, request: HttpRequest, obj: Topic | None = None) -> list[str]:
        return ["slug"] if self._is_fixed(obj) else []

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Topic | None = None
    ) -> dict[str, Sequence[str]]:
        return {} if self._is_fixed(obj) else {"slug": ["name"]}

    def _is_fixed(self, obj: Topic | None) -> bool:
        """A topic's slug is part of the address of each story published in it."""
        return (
            obj is not None and Article.objects.filter(topic=obj, status=Status.PUBLISHED).exists()
        )

    @admin.display(description="stories", ordering="count")
    def stories(self, obj: Topic) -> int:
        return obj.count  # type: ignore[attr-defined]


@admin.register(Source)
class SourceAdmin(admin.ModelAdmin):
    list_display = ["name", "domain", "rights", "language", "stories"]
    list_filter = ["rights", "language"]
    search_fields = ["name", "domain"]
    ordering = ["name"]  # as for topics
    readonly_fields = ["created_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        return super().get_queryset(request).annotate(count=Count("articles"))

    @admin.display(description="stories", ordering="count")
    def stories(self, obj: Source) -> int:
        return obj.count  # type: ignore[attr-defined]


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin):
    list_display = ["name", "slug"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}
