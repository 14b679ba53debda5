"""All that a story is, as JSON: taken, compared and put back."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models

# What a story's row has beside the story. Every other field is part of a snapshot by itself.
LEFT_OUT = {"id", "created_at", "updated_at"}


def take(
    article: models.Model,
    *,
    authors: Iterable[int] | None = None,
    tags: Iterable[str] | None = None,
) -> dict[str, Any]:
    """The story as plain JSON values; foreign keys by number, authors by number, tags by name.

    `authors` and `tags` spare the queries where the caller has just written them.
    """
    data = {field.attname: field.value_from_object(article) for field in fields(type(article))}
    stored: Any = article
    data["authors"] = sorted(
        stored.authors.values_list("pk", flat=True) if authors is None else authors
    )
    data["tags"] = sorted(stored.tags.names() if tags is None else tags)
    return {name: _plain(value) for name, value in data.items()}


def _plain(value: Any) -> Any:
    """As JSON gives it back, and nobody else's."""
    if isinstance(value, str):
        return str(value)  # of a choice only its value
    if value is None or isinstance(value, int):
        return value
    # Not Django's encoder: that cuts moments to milliseconds, and what is restored must be equal.
    return value.isoformat() if isinstance(value, datetime) else json.loads(json.dumps(value))


def put_back(article: models.Model, data: dict[str, Any]) -> None:
    """Make the story what a snapshot says, and save it."""
    for field in fields(type(article)):
        if field.attname in data:
            setattr(article, field.attname, _value(field, data[field.attname]))
    article.save()
    stored: Any = article
    stored.authors.set(data["authors"])
    stored.tags.set(data["tags"])


def digest(data: dict[str, Any]) -> str:
    """SHA-256 of a snapshot: equal where the stories are."""
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def fields(model: type[models.Model]) -> list[models.Field]:
    return [field for field in model._meta.concrete_fields if field.name not in LEFT_OUT]


def _value(field: models.Field, value: Any) -> Any:
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    return value if isinstance(target, models.JSONField) else target.to_python(value)
