"""A row of a table as JSON values, and back.

A row is an object with `table` (as in articles.Topic) and every field by its name: foreign keys as
numbers, accounts as usernames, many-to-many fields as ascending numbers, moments in UTC.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby, islice
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.validators import BaseValidator, RegexValidator, URLValidator
from django.db import models
from django.db.models.fields import NOT_PROVIDED
from django.utils import timezone

from newssite.dumps import Failed
from newssite.transfer.tables import Model, NumberList, lists

BATCH = 500  # rows
MOST_LINE = 256 * 1024 * 1024  # bytes


def rows_of(model: Model) -> Iterator[tuple[models.Model, dict[str, Any]]]:
    """Every row of a table by its number, as stored and as JSON values."""
    accounts = [field.name for field in model._meta.concrete_fields if _is_account(field)]
    stream = model._base_manager.select_related(*accounts).order_by("pk").iterator(chunk_size=BATCH)
    while batch := list(islice(stream, BATCH)):
        members = {each.name: _members(each, batch) for each in lists(model)}
        for row in batch:
            values = {field.name: _written(field, row) for field in model._meta.concrete_fields}
            many = {name: numbers.get(row.pk, []) for name, numbers in members.items()}
            yield row, {"table": model._meta.label} | values | many


def line(values: dict[str, Any]) -> bytes:
    text = json.dumps(values, ensure_ascii=False)
    try:
        return f"{text}\n".encode()
    except UnicodeEncodeError:  # half a surrogate pair, which only JSON's escapes can hold
        return f"{json.dumps(values)}\n".encode()


def row_from(model: Model, given: dict[str, Any]) -> tuple[models.Model, dict[str, list[int]]]:
    """The row, not yet stored, and the numbers of its many-to-many fields. Failed with the fault.

    What an earlier release did not have yet takes its default.
    """
    fields = {field.name: field for field in model._meta.concrete_fields}
    many = {each.name for each in lists(model)}
    if unknown := sorted(given.keys() - fields.keys() - many - {"table"}):
        raise Failed(f"{model._meta.label} has no field “{unknown[0]}” here")
    row = model()
    for name, field in fields.items():
        if name in given:
            setattr(row, field.attname, _read(field, given[name]))
        elif not (_has_default(field) or field.null or field.blank):
            raise Failed(f"{model._meta.label} needs the field “{name}”")
    if row.pk is None:
        raise Failed(f"{model._meta.label} needs the field “{model._meta.pk.name}”")
    return row, {name: _numbers(name, given.get(name, [])) for name in many}


def _has_default(field: models.Field) -> bool:
    return field.has_default() or field.db_default is not NOT_PROVIDED


def _members(many: NumberList, batch: list[models.Model]) -> dict[Any, list[Any]]:
    """The numbers on the far side of a many-to-many field, by row."""
    near, far = many.near, many.far
    pairs = many.through._base_manager.filter(**{f"{near}__in": [row.pk for row in batch]})
    ordered = pairs.order_by(near, far).values_list(near, far)
    return {key: [far for _, far in of] for key, of in groupby(ordered, lambda pair: pair[0])}


def _written(field: models.Field, row: models.Model) -> Any:
    if _is_account(field):
        account = getattr(row, field.name)
        return None if account is None else account.get_username()
    value = field.value_from_object(row)
    if isinstance(field, models.JSONField):
        # PostgreSQL orders the keys of objects in its own way.
        return json.loads(json.dumps(value, sort_keys=True, cls=field.encoder))
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return field.value_to_string(row)


def _read(field: models.Field, value: Any) -> Any:
    """A value in the field's own type, within its limits. Failed for one that cannot be."""
    if value is None:
        if not field.null:
            raise Failed(f"“{field.name}” is empty")
        return None
    if isinstance(field, models.JSONField):
        return value
    if _is_account(field):
        return _account(field, value)
    target: Any = field.target_field if isinstance(field, models.ForeignKey) else field
    if not isinstance(value, _type_of(target)) or isinstance(value, bool) != (
        _type_of(target) is bool
    ):
        raise Failed(f"“{field.name}” cannot be {_shown(value)}")
    try:
        cleaned = target.to_python(value)
        _check(target, cleaned)
    except (ValidationError, ValueError, OverflowError) as error:
        reasons = getattr(error, "messages", [str(error)])
        raise Failed(
            f"“{field.name}” cannot be {_shown(value)}: {reasons[0].rstrip('.')}"
        ) from None
    return cleaned


def _type_of(field: models.Field) -> type:
    if isinstance(field, models.BooleanField):
        return bool
    if isinstance(field, models.IntegerField):
        return int
    return float if isinstance(field, models.FloatField) else str


def _check(field: models.Field, value: Any) -> None:
    """Limits that both engines shall keep, and addresses that a link may have.

    Feeds bring addresses that Django's own check of URLs refuses, so only their scheme counts.
    """
    is_address = isinstance(field, models.URLField) and value
    if is_address and not value.lower().startswith(("http://", "https://")):
        raise ValidationError("it begins neither with http:// nor with https://")
    if isinstance(value, str) and "\0" in value:
        raise ValidationError("it holds a null character")
    if isinstance(value, datetime) and timezone.is_naive(value):
        raise ValidationError("it names no time zone")
    for validator in field.validators:
        is_limit = isinstance(validator, BaseValidator | RegexValidator)
        if is_limit and not isinstance(validator, URLValidator) and value not in ("", None):
            validator(value)


def _numbers(name: str, given: Any) -> list[int]:
    if not isinstance(given, list) or not all(type(each) is int for each in given):
        raise Failed(f"“{name}” is no list of numbers")
    return given


def _is_account(field: models.Field) -> bool:
    return isinstance(field, models.ForeignKey) and field.related_model is get_user_model()


def _account(field: models.Field, username: Any) -> Any:
    """The number of the account with that name. A new one is a name only: nobody can log in."""
    users: Any = get_user_model()
    name = users._meta.get_field(users.USERNAME_FIELD)
    username = _read(name, username)
    user, is_new = users._default_manager.get_or_create(
        **{users.USERNAME_FIELD: username}, defaults={"is_active": False}
    )
    if is_new:
        user.set_unusable_password()
        user.save()
    return user.pk


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:59]}…"
