"""The settings with the checker of migrations added, for `make lint` alone."""

from newssite.settings import *  # noqa: F403
from newssite.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "django_migration_linter"]
MIGRATION_LINTER_OPTIONS = {
    # SQLite makes a table anew for a new column, which looks like one without a default;
    # newssite/tests/test_columns.py asks the migrations themselves.
    "exclude_migration_tests": ["NOT_NULL"],
    # Its unique constraints are of tables that it creates.
    "ignore_name": ["0002_kinds_and_counts"],
}
