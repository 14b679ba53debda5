from typing import Any

from django.contrib.auth.management import create_permissions
from django.db import migrations

# What each group may do, by app: None for everything, else the codenames.
GROUPS = {
    "Editor": {"articles": None, "imports": None},
    # A flight is sold on topics, which have to be found for that.
    "Sponsor manager": {"sponsors": None, "articles": ["view_topic"]},
}


def make_groups(apps: Any, schema_editor: Any) -> None:
    """Both groups with what they may do; one that is there already keeps all it has."""
    alias = schema_editor.connection.alias
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    for label in ("articles", "imports", "sponsors"):
        _make_permissions(apps, label, alias)
    for name, rights in GROUPS.items():
        group, _ = apps.get_model("auth", "Group").objects.using(alias).get_or_create(name=name)
        for label, codenames in rights.items():
            given = permissions.filter(content_type__app_label=label)
            if codenames is not None:
                given = given.filter(codename__in=codenames)
            group.permissions.add(*given)


def _make_permissions(apps: Any, label: str, alias: str) -> None:
    """Django makes them after the last migration, which is too late here."""
    config = apps.get_app_config(label)
    module, config.models_module = getattr(config, "models_module", None), True
    try:
        create_permissions(config, verbosity=0, using=alias, apps=apps)
    finally:
        config.models_module = module


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0002_article_is_sponsor_free"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("imports", "0001_initial"),
        ("sponsors", "0003_no_slot_sold_twice"),
    ]

    # Backwards they stay: people may be in them.
    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
