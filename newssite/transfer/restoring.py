"""An export of our own into an empty site: all of it, or nothing."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.db import DatabaseError, connection, models, transaction
from tqdm import tqdm

from newssite.dumps import Failed
from newssite.transfer import files, sketches
from newssite.transfer.rows import MOST_LINE, line, row_from
from newssite.transfer.tables import Model, exported, lists
from newssite.transfer.writing import FORMAT, ROWS, VERSION

MOST_HEADER = 1024 * 1024  # bytes
HEADER_BEGINS = line({"format": FORMAT}).rstrip(b"}\n")


@dataclass(frozen=True, slots=True)
class Export:
    """An export found on disk. `rows` is their number by table, as its header says."""

    file: Path
    version: Any
    rows: dict[str, int]


def find(given: Path) -> Export | None:
    """The export in a folder or in its site.jsonl; None for what is no export of ours."""
    file = given / ROWS if given.is_dir() else given
    try:
        with file.open("rb") as lines:
            first = lines.readline(MOST_HEADER)
    except (OSError, ValueError):
        return None
    header = _loaded(first)
    # A file whose header is lost must not be taken for stories of somebody else.
    is_row = header.get("table") in {model._meta.label for model in exported()}
    if header.get("format") != FORMAT and not is_row and not first.startswith(HEADER_BEGINS):
        return None
    rows = header.get("rows")
    if not isinstance(rows, dict) or not all(type(count) is int for count in rows.values()):
        return Export(file, None, {})
    return Export(file, header.get("version"), rows)


def restore(export: Export, *, dry_run: bool = False) -> int:
    """Store all of it and return the number of rows; a dry run then takes it back.

    Failed with a sentence that names file, line and fault; nothing is stored then.
    """
    _refuse_version(export)
    copied: list[str] = []
    try:
        with transaction.atomic():
            _refuse_full_site()
            names = _store_rows(export)
            _check_references()
            sketches.draw()
            _reset_sequences()
            wanted = files.check(names, export.file.parent)
            if not dry_run:
                files.copy_in(wanted, export.file.parent, copied)
            transaction.set_rollback(dry_run)
    except BaseException as error:
        files.remove(copied)
        if isinstance(error, DatabaseError):
            raise Failed(f"{export.file}: the database refused it: {_first_line(error)}") from error
        raise
    if not dry_run:
        _learn()
    return sum(export.rows.values())


def _refuse_version(export: Export) -> None:
    if export.version is None:
        raise Failed(f"{export.file}: its first line, the header, is damaged or missing.")
    if export.version != VERSION:
        raise Failed(
            f"{export.file} has version {export.version} of our format; "
            f"this release reads {VERSION}."
        )


def _refuse_full_site() -> None:
    here = [
        f"{count} {model._meta.verbose_name_plural if count != 1 else model._meta.verbose_name}"
        for model in exported()
        if (count := model._base_manager.count())
    ]
    if here:
        raise Failed(
            f"This site is not empty: it has {', '.join(here)}. An export of a whole site goes "
            "into a new database; point DATABASE_URL and VAR_DIR at one, and run `prepare --bare`."
        )


def _store_rows(export: Export) -> set[str]:
    """Store every row as it stands; returns the names of the files that belong to them."""
    known = {model._meta.label: model for model in exported()}
    names, stored = set[str](), Counter[str]()
    bar = tqdm(total=sum(export.rows.values()), unit=" rows", disable=None, dynamic_ncols=True)
    with bar:
        for number, given in _lines(export.file):
            try:
                model = _model(given, known)
                row, many = row_from(model, given)
                _make_safe(row)
                names.update(_names(row))
                _insert(row, many)
            except (Failed, DatabaseError, OverflowError) as fault:
                reason = _first_line(fault)
                raise Failed(f"{export.file}, line {number}: {reason}.") from fault
            stored[model._meta.label] += 1
            bar.update()
    _check_counts(export, stored)
    return names


def _check_counts(export: Export, stored: Counter[str]) -> None:
    for label in sorted(export.rows.keys() | stored.keys()):
        if stored[label] != export.rows.get(label, 0):
            raise Failed(
                f"{export.file} holds {stored[label]} rows of {label}, and its first line says "
                f"{export.rows.get(label, 0)}: it is cut short or was changed."
            )


def _lines(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """(number, object) of each line after the header."""
    with file.open("rb") as lines:
        lines.readline(MOST_HEADER)
        number = 1
        while text := lines.readline(MOST_LINE):
            number += 1
            given = _loaded(text)
            if not given:
                raise Failed(
                    f"{file}, line {number}: it is no row of a table: cut short or damaged."
                )
            yield number, given


def _loaded(text: bytes) -> dict[str, Any]:
    """The object in a line; {} where there is none."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return given if isinstance(given, dict) else {}


def _model(given: dict[str, Any], known: dict[str, Model]) -> Model:
    label = given.get("table")
    if not isinstance(label, str) or label not in known:
        raise Failed(f"there is no table {json.dumps(label)[:60]} here")
    return known[label]


def _make_safe(row: models.Model) -> None:
    """Texts that readers get go through the sanitiser, as on every way in."""
    if (prepare := getattr(row, "prepare", None)) is None:
        return
    try:
        prepare()
    except ValidationError as fault:
        raise Failed(f"{row._meta.label} {row.pk}: {' '.join(fault.messages)}") from None
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Failed(
            f"the headings of {row._meta.label} {row.pk} are not as we write them"
        ) from None


def _names(row: models.Model) -> set[str]:
    names = set(files.names_of(row))
    for name in names:
        files.refuse_outside(name)
    return names


def _insert(row: models.Model, many: dict[str, list[int]]) -> None:
    # Raw: the moments of making and changing stay what they are.
    row.save_base(raw=True, force_insert=True)
    for each in lists(type(row)):
        each.through._base_manager.bulk_create(
            each.through(**{each.near: row.pk, each.far: number}) for number in many[each.name]
        )


def _check_references() -> None:
    """Every number that points at a row finds one. Failed with the first that does not."""
    for table in _tables():
        for field in table._meta.concrete_fields:
            if isinstance(field, models.ForeignKey):
                _refuse_dangling(table, field)
    connection.check_constraints()


def _tables() -> list[Model]:
    """All that is filled, join tables too."""
    return [
        table for model in exported() for table in (model, *(each.through for each in lists(model)))
    ]


def _refuse_dangling(table: Any, field: models.ForeignKey) -> None:
    target: Any = field.related_model
    there = target._base_manager.filter(pk=models.OuterRef(field.attname))
    lost = table._base_manager.exclude(**{field.attname: None}).exclude(models.Exists(there))
    for pk, number in lost.order_by("pk").values_list("pk", field.attname)[:1]:
        raise Failed(
            f"The {field.name} of {table._meta.label} {pk} is {target._meta.label} {number}, "
            "which the export does not hold."
        )


def _reset_sequences() -> None:
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), _tables()):
            cursor.execute(statement)


def _learn() -> None:
    """Let the database measure its new tables: without that it picks slow plans."""
    with connection.cursor() as cursor:
        for table in _tables():
            cursor.execute(f"ANALYZE {connection.ops.quote_name(table._meta.db_table)}")


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["no reason given"])[0].rstrip(".")
