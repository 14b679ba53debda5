"""Whether the site is up (`/healthz`) and whether it can do its work (`/readyz`), for machines."""

import os
from collections.abc import Callable

from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers. No database, so that a slow one does not get the process killed."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """{"ready": bool, "checks": {name: "ok" or the reason}}; 503 unless all are ok."""
    checks = {name: check() or "ok" for name, check in CHECKS.items()}
    is_ready = set(checks.values()) == {"ok"}
    return JsonResponse({"ready": is_ready, "checks": checks}, status=200 if is_ready else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        # The sentence is public: what the driver says would name hosts and roles.
        return f"the database does not answer ({type(error).__name__})"
    return ""


def _migrations() -> str:
    global _all_applied
    if _all_applied:
        return ""
    try:
        count = unapplied_migrations()
    except DatabaseError as error:
        return f"the migrations cannot be read ({type(error).__name__})"
    _all_applied = count == 0
    return f"{count} migrations are not applied: run manage.py migrate" if count else ""


def _media() -> str:
    if not isinstance(default_storage, FileSystemStorage):
        return ""
    if not settings.MEDIA_ROOT.is_dir():
        return "the media folder is missing"
    if not os.access(settings.MEDIA_ROOT, os.W_OK | os.X_OK):
        return "the media folder is not writable"
    return ""


def unapplied_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "migrations": _migrations,
    "media": _media,
}
# Reading them takes longer than all else here, and what is applied stays so while we run.
_all_applied = False
