from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from articles.admin.actions import file_under_topic, publish, withdraw
from articles.admin.prose import ProseAdmin, prose_widget
from articles.models import Article
from articles.models.article import SentimentOrigin, Status
from articles.views.article import article_page


class ArticleForm(forms.ModelForm):
    class Meta:
        model = Article
        fields = "__all__"  # noqa: DJ007  the admin's fieldsets say which
        widgets = {
            "headline": forms.TextInput(attrs={"class": "vTextField", "data-count": "90"}),
            "dek": forms.Textarea(
                attrs={"class": "vLargeTextField", "rows": 3, "data-count": "300"}
            ),
            "body": prose_widget(),
        }

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or self.cleaned_data
        if "_publish" in self.data:
            data["status"] = Status.PUBLISHED
        if data.get("status") == Status.PUBLISHED:
            data["published_at"] = data.get("published_at") or timezone.now()
            if "topic" in self.fields and not data.get("topic"):
                self.add_error("topic", "File the story under a topic before it is published.")
        if data.get("lead") and not data.get("lead_alt"):
            self.add_error("lead_alt", "Say what the picture shows.")
        return data

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # not in the stubs
        if self.errors and self.instance.pk:
            # The page that asks again offers what suits the story as it is, not as refused.
            self.instance.status = self.initial["status"]


class VerifiedFilter(admin.SimpleListFilter):
    title = "verified"
    parameter_name = "verified"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Yes"), ("no", "No")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Article]) -> QuerySet[Article]:
        if self.value() not in {"yes", "no"}:
            return queryset
        return queryset.filter(verification__isnull=self.value() == "no")


@admin.register(Article)
class ArticleAdmin(ProseAdmin):
    form = ArticleForm
    change_form_template = "admin/articles/article/change_form.html"
    list_display = [
        "headline", "topic", "source", "state", "published_at", "reading_minutes", "verified",
        "sentiment",
    ]  # fmt: skip
    list_filter = ["status", "topic", "source", VerifiedFilter, "sentiment", "published_at"]
    list_select_related = ["topic", "source"]
    list_per_page = 50
    show_full_result_count = False
    date_hierarchy = "published_at"
    ordering = ["-created_at", "-pk"]
    search_fields = ["headline", "dek", "source__domain"]
    search_help_text = "Headline, dek, art-number or the source’s domain."
    autocomplete_fields = ["topic", "source", "authors", "lead", "verification"]
    actions = [publish, withdraw, file_under_topic]
    readonly_fields = ["record", "number", "reading_minutes", "word_count"]
    fieldsets = [
        ("Story", {"fields": ["headline", "dek", "body"]}),
        (
            "Record",
            {
                "fields": [
                    "record", "status", "published_at", "topic", "tags", "authors", "source",
                    "source_url", "source_published_at", "language", "sentiment", "verification",
                    "number",
                    ("reading_minutes", "word_count"),
                ]
            },
        ),
        ("Picture", {"fields": ["lead", "lead_alt", "lead_caption"]}),
        ("Sponsors", {"fields": ["is_sponsor_free"]}),
        ("Withdrawal", {"fields": ["withdrawn_at", "withdrawal_note"], "classes": ["collapse"]}),
        ("Address", {"fields": ["slug"], "classes": ["collapse"]}),
    ]  # fmt: skip

    class Media:
        js = ["js/desk.js"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        rows = super().get_queryset(request)
        is_list = (
            request.resolver_match
            and request.resolver_match.url_name == "articles_article_changelist"
        )
        return rows.defer("body", "headings") if is_list else rows

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Article], search_term: str
    ) -> tuple[QuerySet[Article], bool]:
        number = search_term.strip().removeprefix("art-")
        if search_term.strip().startswith("art-") and number.isascii() and number.isdigit():
            return queryset.filter(pk=int(number[:18])), False
        return super().get_search_results(request, queryset, search_term)

    def get_readonly_fields(self, request: HttpRequest, obj: Article | None = None) -> list[str]:
        fixed = ["slug", "topic"] if obj and obj.status == Status.PUBLISHED else []
        return [*self.readonly_fields, *fixed]

    def has_delete_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        """What readers have seen is withdrawn, not deleted."""
        is_published = obj is not None and obj.status == Status.PUBLISHED
        return not is_published and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Article, form: Any, change: bool) -> None:
        if "sentiment" in form.changed_data:
            obj.sentiment_origin = SentimentOrigin.EDITOR if obj.sentiment else ""
        super().save_model(request, obj, form, change)

    def get_urls(self) -> list[Any]:
        preview = self.admin_site.admin_view(self.preview)
        return [
            path("<int:pk>/preview/", preview, name="articles_article_preview"),
            *super().get_urls(),
        ]

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The story's page as it would be, for editors only and for no cache or index."""
        article = get_object_or_404(Article.objects.for_page(), pk=pk)
        if not self.has_view_permission(request, article):
            return HttpResponse("You may not see this story.", status=403)
        context = article_page(article) | {"is_preview": not article.is_public()}
        response = TemplateResponse(request, "articles/article_detail.html", context)
        response["X-Robots-Tag"] = "noindex"
        response["Cache-Control"] = "private, no-store"
        return response

    def view_on_site(self, obj: Article) -> str:
        if obj.is_public():
            return obj.get_absolute_url()
        return reverse("admin:articles_article_preview", args=[obj.pk])

    @admin.display(description="state", ordering="status")
    def state(self, obj: Article) -> SafeString:
        return format_html(
            '<span class="state-{}">{}</span>', obj.state.replace(" ", "-"), obj.state
        )

    @admin.display(description="verified", boolean=True, ordering="verification")
    def verified(self, obj: Article) -> bool:
        return obj.is_verified

    @admin.display(description="as readers see it")
    def record(self, obj: Article) -> str | SafeString:
        if obj.pk is None:
            return "after the first save"
        context = {"article": obj, "site": {"language": settings.SITE_LANGUAGE}}
        return SafeString(render_to_string("articles/_record.html", context))
