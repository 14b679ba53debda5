from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class NewssiteConfig(AppConfig):
    name = "newssite"
    default = True


class DeskConfig(admin_apps.AdminConfig):
    """Makes the newsroom's own AdminSite the one that every app registers with."""

    default = False
    default_site = "newssite.admin.Desk"
