"""Rows that many processes write at once, in one statement for many of them.

The same SQL for SQLite and PostgreSQL. The ORM's bulk_create says neither which rows were new, nor
can it add to what is there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import IntegrityError, connections, models, router

Row = Mapping[str, Any]  # by the names of fields

ROWS = 300  # in a statement: of each, three values are no numbers, and SQLite takes 999


def insert_new(
    model: type[models.Model], names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> set[Any]:
    """Store those rows (values of `names`) that are not there; the first value of each."""
    new: set[Any] = set()
    ending = f"ON CONFLICT DO NOTHING RETURNING {_columns(model, names[:1])[0]}"
    with _cursor(model) as cursor:
        for some in _parts(rows):
            cursor.execute(*_insert(model, names, some, ending))
            new.update(value for (value,) in cursor.fetchall())
    return new


def add(model: type[models.Model], rows: Sequence[Row]) -> None:
    """Add to the row of each key, or make it; all rows name the same fields, no two the same key.

    The key is the model's first unique constraint, else its primary key; the rest is added up.
    """
    if not rows:
        return
    names = list(rows[0])
    values = [_values(model, names, row) for row in rows]
    conflict = _on_conflict(model, names)
    with _cursor(model) as cursor:
        for some in _parts(values):
            cursor.execute(*_insert(model, names, some, conflict))


def add_to(model: type[models.Model], rows: Sequence[Row]) -> None:
    """As `add`, for rows that are there already. IntegrityError when one is not."""
    if not rows:
        return
    key = _key(model)
    added = [name for name in rows[0] if name not in key]
    sums = ", ".join(f"{column} = {column} + %s" for column in _columns(model, added))
    match = " AND ".join(f"{column} = %s" for column in _columns(model, key))
    update = f"UPDATE {model._meta.db_table} SET {sums} WHERE {match}"  # noqa: S608
    with _cursor(model) as cursor:
        cursor.executemany(update, [_values(model, [*added, *key], row) for row in rows])
        if cursor.rowcount != len(rows):
            raise IntegrityError(f"{len(rows) - cursor.rowcount} rows are missing")


def _insert(
    model: type[models.Model], names: Sequence[str], rows: Sequence[Sequence[Any]], ending: str
) -> tuple[str, list[Any]]:
    """The statement and its parameters.

    Numbers are written into it: to look for thousands of places takes a driver longer than all
    that is done with them.
    """
    places = ", ".join(
        f"({', '.join(str(value) if type(value) is int else '%s' for value in row)})"
        for row in rows
    )
    columns = ", ".join(_columns(model, names))
    insert = f"INSERT INTO {model._meta.db_table} ({columns}) VALUES {places} {ending}"  # noqa: S608
    return insert, [value for row in rows for value in row if type(value) is not int]


def _on_conflict(model: type[models.Model], names: Sequence[str]) -> str:
    key, table = _key(model), model._meta.db_table
    added = _columns(model, [name for name in names if name not in key])
    sums = ", ".join(f"{column} = {table}.{column} + EXCLUDED.{column}" for column in added)
    return f"ON CONFLICT ({', '.join(_columns(model, key))}) DO UPDATE SET {sums}"


def _key(model: type[models.Model]) -> Sequence[str]:
    unique = (each for each in model._meta.constraints if isinstance(each, models.UniqueConstraint))
    return next((each.fields for each in unique), None) or [model._meta.pk.name]


def _columns(model: type[models.Model], names: Iterable[str]) -> list[str]:
    return [_field(model, name).column for name in names]


def _values(model: type[models.Model], names: Iterable[str], row: Row) -> list[Any]:
    """As the database takes them. A number needs no asking, and nearly all are numbers."""
    connection = connections[router.db_for_write(model)]
    return [
        value if type(value) is int else _field(model, name).get_db_prep_save(value, connection)
        for name in names
        for value in [row[name]]
    ]


def _field(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name)


def _cursor(model: type[models.Model]) -> Any:
    return connections[router.db_for_write(model)].cursor()


def _parts(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (rows[first : first + ROWS] for first in range(0, len(rows), ROWS))
