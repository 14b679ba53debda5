from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from newssite import health

handler404 = "articles.views.errors.not_found"
handler500 = "articles.views.errors.server_error"

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("admin", RedirectView.as_view(url="/admin/", query_string=True)),
    path("admin/", admin.site.urls),
    path("", include("sponsors.urls")),
    path("", include("articles.urls")),
]
