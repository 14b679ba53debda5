"""The editors' side: one site for articles, imports and sponsors."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

# Apps and models in the order of the work; those not named come after, in their own order.
APPS = ["articles", "sponsors", "imports", "auth", "axes"]
MODELS = [
    "Article",
    "Topic",
    "Tag",
    "Source",
    "Author",
    "Asset",
    "Sponsor",
    "Flight",
    "Creative",
    "Feed",
    "Run",
]


class Desk(admin.AdminSite):
    """Django's own admin under the site's name, with an index that starts with today's work."""

    site_title = settings.SITE_NAME
    site_header = settings.SITE_NAME
    index_title = "Desk"
    index_template = "admin/desk.html"
    enable_nav_sidebar = False

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        return super().index(request, {"waiting": waiting(request), **(extra_context or {})})

    def register(self, model_or_iterable: Any, *args: Any, **options: Any) -> None:
        """All but taggit's tables: tags are a model of articles, and there all staff may merge."""
        is_one = isinstance(model_or_iterable, type)
        models = [model_or_iterable] if is_one else list(model_or_iterable)
        ours = [model for model in models if model._meta.app_label != "taggit"]
        super().register(ours, *args, **options)

    def get_urls(self) -> list[Any]:
        view = self.admin_view(self.on_site)
        route = "r/<path:content_type_id>/<path:object_id>/"
        return [path(route, view, name="view_on_site"), *super().get_urls()]

    def on_site(self, request: HttpRequest, content_type_id: str, object_id: str) -> HttpResponse:
        """Django's way to a row's public address, for who may see the row: a draft's tells much."""
        from django.contrib.contenttypes.models import ContentType
        from django.contrib.contenttypes.views import shortcut

        if not re.fullmatch(r"[0-9]{1,9}", content_type_id):
            raise Http404("There is no such kind of row.")
        kind = ContentType.objects.filter(pk=int(content_type_id)).first()
        model = kind.model_class() if kind else None
        desk = self._registry.get(model) if model else None
        if desk is None or not desk.has_view_permission(request):
            raise PermissionDenied
        return shortcut(request, content_type_id, object_id)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        apps = {app["app_label"]: app for app in super().get_app_list(request, app_label)}
        for app in apps.values():
            app["models"].sort(key=lambda model: _place(model["object_name"], MODELS))
        return sorted(apps.values(), key=lambda app: _place(app["app_label"], APPS))


def _place(name: str, order: list[str]) -> int:
    return order.index(name) if name in order else len(order)


def waiting(request: HttpRequest) -> list[dict[str, Any]]:
    """What needs a person today: (count, words, address) of each queue that the user may see."""
    # Models are loaded after the admin site is made.
    from articles.models import Article
    from sponsors.models import Creative, Flight

    now = timezone.now()
    stories = reverse("admin:articles_article_changelist")
    soon, week = now + timedelta(days=1), now + timedelta(days=7)
    queues: list[tuple[str, str, Any, str]] = [
        (
            "articles.view_article",
            "waiting for review",
            Article.objects.filter(status="in_review"),
            f"{stories}?status__exact=in_review",
        ),
        (
            "articles.view_article",
            "scheduled for the next 24 hours",
            Article.objects.filter(
                status="published", published_at__gt=now, published_at__lte=soon
            ),
            f"{stories}?{urlencode({'status__exact': 'published', 'published_at__gte': now})}",
        ),
        (
            "articles.view_article",
            "not yet filed under a topic",
            Article.objects.filter(topic=None),
            f"{stories}?topic__isnull=True",
        ),
        (
            "sponsors.view_flight",
            "placements that start or end this week",
            Flight.objects.filter(
                Q(starts_at__range=(now, week)) | Q(ends_at__range=(now, week)), status="booked"
            ),
            reverse("admin:sponsors_flight_changelist"),
        ),
        (
            "sponsors.approve_creative",
            "creatives waiting for approval",
            Creative.objects.filter(status="submitted"),
            f"{reverse('admin:sponsors_creative_changelist')}?waits=approval",
        ),
    ]
    return [
        {"count": rows.count(), "words": words, "address": address}
        for permission, words, rows, address in queues
        if request.user.has_perm(permission)
    ]
