"""That a migration can run while the earlier version of the site still writes rows."""

from django.db.migrations import AddField, CreateModel, Migration
from django.db.migrations.loader import MigrationLoader
from django.db.models import NOT_PROVIDED

from newssite.transfer.tables import own


def later_migrations() -> list[Migration]:
    """Ours, but for each app's first."""
    labels = {model._meta.app_label for model in own()}
    migrations = MigrationLoader(None).disk_migrations.values()
    return [each for each in migrations if each.app_label in labels and not each.initial]


def test_a_new_column_of_an_old_table_has_a_value_for_rows_that_name_none():
    faults = []
    for migration in later_migrations():
        made = {each.name_lower for each in migration.operations if isinstance(each, CreateModel)}
        for operation in migration.operations:
            if not isinstance(operation, AddField) or operation.model_name_lower in made:
                continue
            if not _takes_nothing(operation):
                faults.append(f"{migration}: {operation.model_name}.{operation.name}")
    assert faults == []


def _takes_nothing(operation: AddField) -> bool:
    return operation.field.null or operation.field.db_default is not NOT_PROVIDED
