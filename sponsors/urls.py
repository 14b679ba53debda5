from django.urls import path

from sponsors.views.clicks import click
from sponsors.views.ledger import sponsorship
from sponsors.views.reports import report, report_csv, report_json

urlpatterns = [
    path("sponsorship", sponsorship, name="sponsorship"),
    path("x/c/<str:token>/<int:link>", click, name="click"),
    path("x/r/<str:link>.csv", report_csv, name="report_csv"),
    path("x/r/<str:link>.json", report_json, name="report_json"),
    path("x/r/<str:link>", report, name="report"),
]
