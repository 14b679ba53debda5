"""SQLite: the copy is a database file, made and put back through SQLite's own backup interface."""

import sqlite3
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper

from newssite.dumps.counting import count_rows
from newssite.dumps.failed import Failed

FILE_NAME = "database.sqlite3"
PATIENCE = 30  # seconds that another writer may keep the database to itself


def dump(
    connection: BaseDatabaseWrapper, file: Path, emptied: Collection[str] = ()
) -> dict[str, int]:
    """Readers and writers go on meanwhile; the copy shows one moment."""
    connection.ensure_connection()
    with closing(sqlite3.connect(file)) as copy:
        _copy(connection.connection, copy)
        # So that the copy is one file: a reader of a WAL database would make two more.
        copy.execute("PRAGMA journal_mode=DELETE")
    with opened(connection, file) as scratch:
        _empty(scratch, emptied)
        return count_rows(scratch)


def _empty(scratch: BaseDatabaseWrapper, tables: Collection[str]) -> None:
    """Take the rows out, and out of the pages that they and earlier ones have left free."""
    with scratch.cursor() as cursor:
        for table in set(tables).intersection(scratch.introspection.table_names(cursor)):
            cursor.execute(f"DELETE FROM {scratch.ops.quote_name(table)}")  # noqa: S608
        if tables:
            cursor.execute("VACUUM")


def may_open(connection: BaseDatabaseWrapper) -> bool:
    return True


@contextmanager
def opened(connection: BaseDatabaseWrapper, file: Path) -> Iterator[BaseDatabaseWrapper]:
    scratch = connection.copy()
    scratch.settings_dict["NAME"] = str(file)
    scratch.settings_dict["OPTIONS"].pop("init_command", None)  # it would turn the copy into WAL
    try:
        scratch.ensure_connection()
        yield scratch
    except DatabaseError as error:
        raise Failed(f"SQLite cannot read {file.name}: {error}.") from error
    finally:
        scratch.close()


def faults(scratch: BaseDatabaseWrapper) -> list[str]:
    with scratch.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check(5)")
        found = [f"SQLite finds damage: {row[0]}." for row in cursor.fetchall() if row[0] != "ok"]
        cursor.execute("PRAGMA foreign_key_check")
        found += [
            f"{table} row {row}: refers to a row of {parent} that is not there."
            for table, row, parent, _ in cursor.fetchall()
        ]
    return found


def replace(connection: BaseDatabaseWrapper, file: Path) -> None:
    """In place, so that servers that have the database open see the new content, whole."""
    connection.ensure_connection()
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as copy:
            _copy(copy, connection.connection)
    finally:
        connection.close()


def _copy(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    try:
        source.backup(target, progress=_patience())
    except sqlite3.Error as error:
        raise Failed(f"SQLite could not copy the database: {error}.") from error


def _patience() -> Callable[[int, int, int], None]:
    """Python's backup asks for a locked database without end; this ends it."""
    deadline = time.monotonic() + PATIENCE

    def check(status: int, remaining: int, total: int) -> None:
        if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED} and time.monotonic() > deadline:
            raise Failed(
                f"Another program has kept the database locked for {PATIENCE} seconds: "
                "stop the site and its imports, then run this again."
            )

    return check
