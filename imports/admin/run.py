from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from articles.models import Article
from imports.admin.records import RecordAdmin, may_see_stories
from imports.models import Run
from imports.report import MOST_FAULTS
from imports.undoing import undo

STORIES_A_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
def undo_run(request: HttpRequest, desk: "RunAdmin", pk: int) -> HttpResponse:
    """Asks first; then says what was taken back, and names what was kept."""
    if not (desk.has_view_permission(request) and request.user.has_perm("articles.delete_article")):
        raise PermissionDenied
    run = get_object_or_404(Run, pk=pk)
    context = {
        **desk.admin_site.each_context(request),
        "title": f"Undo {run}?",
        "opts": desk.model._meta,
        "run": run,
    }
    if request.method == "POST" and run.undone_at is None:
        undone = undo(run)
        said = f"Undone: {undone.removed} removed, {undone.restored} restored."
        desk.log_change(request, run, said)
        context |= {"undone": undone, "title": f"{run} is undone"}
    elif run.undone_at is None:
        context |= _at_stake(run)
    return TemplateResponse(request, "admin/imports/run/undo.html", context)


def _at_stake(run: Run) -> dict[str, int]:
    made = Article.objects.filter(items__changes__run=run, items__changes__revision=None)
    return {
        "made": made.distinct().count(),
        "changed": run.changes.exclude(revision=None).count(),
        "public": made.published().distinct().count(),
    }


@admin.register(Run)
class RunAdmin(RecordAdmin):
    change_form_template = "admin/imports/run/report.html"
    list_display = [
        "started_at", "command", "arguments", "created", "updated", "unchanged", "skipped",
        "failed", "state",
    ]  # fmt: skip
    list_filter = ["command"]
    list_per_page = 50
    date_hierarchy = "started_at"
    fields = ["command", "arguments", "started_at", "ended_at", "undone_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        rows = super().get_queryset(request)
        is_list = (
            request.resolver_match and request.resolver_match.url_name == "imports_run_changelist"
        )
        return rows.defer("faults", "made") if is_list else rows

    def get_urls(self) -> list[Any]:
        view, own = self.admin_site.admin_view(undo_run), {"desk": self}
        return [path("<int:pk>/undo/", view, own, name="imports_run_undo"), *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if run := context.get("original"):
            context |= _report(run, request.GET.get("p", "1"))
            context["can_see"] = may_see_stories(request)
            context["can_undo"] = request.user.has_perm("articles.delete_article")
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description="state")
    def state(self, obj: Run) -> str:
        if obj.undone_at:
            return "undone"
        return "ended" if obj.ended_at else "running, or killed"


def _report(run: Run, page: str) -> dict[str, Any]:
    """What the run did, story by story, and what failed."""
    changes = run.changes.select_related("item__source", "item__article").defer(
        "item_before", "item__upstream", "item__raw_html", "item__article__body",
        "item__article__headings",
    )  # fmt: skip
    counts = ("created", "updated", "unchanged", "skipped", "failed")
    return {
        "counts": [(name, getattr(run, name)) for name in counts],
        "faults": run.faults,
        "untold": max(run.failed - len(run.faults), 0),
        "most_faults": MOST_FAULTS,
        "changes": Paginator(changes, STORIES_A_PAGE).get_page(page),
    }
