"""The settings with the checker of migrations added, for `make lint` alone."""

from newssite.settings import *  # noqa: F403
from newssite.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "django_migration_linter"]
