"""What an export is made of: every table of our own apps, but for those with a reason."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models

Model = type[models.Model]

# By label, each with the reason. A table that is not here is exported by itself.
LEFT_OUT = {
    "imports.Sketch": "made of the stories' texts, and made anew by an import",
    "imports.SketchKey": "part of a sketch",
    "sponsors.Salt": "the key by which a reader is counted once; destroyed within a day",
    "sponsors.Seen": "what was counted, as hashes under that key; destroyed with it",
    "outbound.Outbox": "letters on their way from this very site, which must not be sent twice",
}


@dataclass(frozen=True, slots=True)
class NumberList:
    """A many-to-many field whose join table holds nothing of its own."""

    name: str
    target: Model
    through: Model
    near: str  # the columns of the join table
    far: str


def exported() -> list[Model]:
    """The models whose rows are exported, each after those that its rows point at."""
    ours = {model._meta.label: model for model in own() if model._meta.label not in LEFT_OUT}
    ordered: dict[str, Model] = {}
    for label in sorted(ours):
        _put(ours[label], ours, ordered, frozenset())
    return list(ordered.values())


def own() -> list[Model]:
    """The models of the apps that lie beside manage.py."""
    beside = settings.BASE_DIR.resolve()
    return [
        model
        for config in apps.get_app_configs()
        if Path(config.path).resolve().parent == beside
        for model in config.get_models()
        if not model._meta.proxy
    ]


def lists(model: Model) -> list[NumberList]:
    """The fields whose numbers stand in a row as a list; other joins are tables themselves."""
    fields: Any = model._meta.many_to_many
    return [
        NumberList(
            name=field.name,
            target=field.related_model,
            through=field.remote_field.through,
            near=f"{field.m2m_field_name()}_id",
            far=f"{field.m2m_reverse_field_name()}_id",
        )
        for field in fields
        if field.remote_field.through._meta.auto_created
    ]


def _put(
    model: Model, ours: dict[str, Model], ordered: dict[str, Model], above: frozenset[Model]
) -> None:
    """A model after those it needs; of two that need each other, the first by name is last."""
    if model in above or model._meta.label in ordered:
        return
    fields: Any = model._meta.concrete_fields
    needed = {field.related_model._meta.label for field in fields if field.is_relation}
    needed |= {each.target._meta.label for each in lists(model)}
    for label in sorted(needed & ours.keys()):
        _put(ours[label], ours, ordered, above | {model})
    ordered[model._meta.label] = model
