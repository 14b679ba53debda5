"""PostgreSQL: the copy is pg_dump's custom format; passwords travel in the environment alone."""

import os
import secrets
import subprocess
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper

from newssite.dumps.counting import count_rows
from newssite.dumps.failed import Failed

FILE_NAME = "database.dump"
SCRATCH_PREFIX = "newssite_scratch_"
# A reader that holds on for longer ends the restore, with nothing changed.
CLEAR = "SET lock_timeout = '60s'; DROP SCHEMA public CASCADE; CREATE SCHEMA public;\n"


def dump(
    connection: BaseDatabaseWrapper, file: Path, emptied: Collection[str] = ()
) -> dict[str, int]:
    """The rows are counted in the very snapshot that pg_dump copies."""
    with closing(_apart(connection)) as counter, counter.cursor() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        shape = ("--format=custom", "--compress=0", "--no-owner", "--no-privileges")
        without = [f'--exclude-table-data="{table}"' for table in emptied]
        _run(connection, "pg_dump", *shape, *without, f"--snapshot={snapshot}", f"--file={file}")
        rows = count_rows(counter)
        return rows | dict.fromkeys(rows.keys() & set(emptied), 0)


def may_open(connection: BaseDatabaseWrapper) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolcreatedb OR rolsuper FROM pg_catalog.pg_roles WHERE rolname = CURRENT_USER"
        )
        return bool(cursor.fetchone()[0])


@contextmanager
def opened(connection: BaseDatabaseWrapper, file: Path) -> Iterator[BaseDatabaseWrapper]:
    if not may_open(connection):
        raise Failed(
            "The proof needs a scratch database, and this role may not create one. As the "
            f"server's owner: ALTER ROLE {connection.settings_dict['USER']} CREATEDB"
        )
    name = SCRATCH_PREFIX + secrets.token_hex(6)
    _as_owner(connection, f'CREATE DATABASE "{name}" TEMPLATE template0')
    scratch = _apart(connection)
    scratch.settings_dict["NAME"] = name
    try:
        load = ("--no-owner", "--no-privileges", "--exit-on-error", f"--dbname={name}")
        _run(scratch, "pg_restore", *load, str(file))
        yield scratch
    except DatabaseError as error:
        raise Failed(f"PostgreSQL cannot read {file.name}: {error}.") from error
    finally:
        scratch.close()
        _as_owner(connection, f'DROP DATABASE "{name}" WITH (FORCE)')


def faults(scratch: BaseDatabaseWrapper) -> list[str]:
    """None: pg_restore has built every index and checked every foreign key, or failed."""
    return []


def replace(connection: BaseDatabaseWrapper, file: Path) -> None:
    """In one transaction: on any fault the live database is as it was."""
    script, clear = file.with_suffix(".sql"), file.with_suffix(".clear.sql")
    clear.write_text(CLEAR)
    _run(connection, "pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(file))
    connection.close()
    once = ("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1")
    _run(connection, "psql", *once, f"--file={clear}", f"--file={script}")


def _apart(connection: BaseDatabaseWrapper) -> BaseDatabaseWrapper:
    """A second connection. Not from the pool, which would lend one to the live database."""
    copy = connection.copy()
    copy.settings_dict["OPTIONS"].pop("pool", None)
    return copy


def _run(connection: BaseDatabaseWrapper, program: str, *arguments: str) -> None:
    environment = {**os.environ, **_libpq_environment(connection)}
    try:
        ran = subprocess.run(
            [program, *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
    except FileNotFoundError:
        raise Failed(
            f"The program {program} is missing. Install PostgreSQL's client programs, of the "
            "server's version or newer: apt-get install postgresql-client"
        ) from None
    if ran.returncode != 0:
        said = [line for line in ran.stderr.splitlines() if line.strip()]
        reason = said[0].removeprefix(f"{program}: ").removeprefix("error: ") if said else "?"
        raise Failed(f"{program} failed: {reason}")


def _libpq_environment(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """The connection's parameters under the names that libpq's programs read."""
    from psycopg import pq

    given = connection.get_connection_params()
    names = {
        option.keyword.decode(): option.envvar.decode()
        for option in pq.Conninfo.get_defaults()
        if option.envvar
    }
    return {names[key]: str(given[key]) for key in names if given.get(key) not in (None, "")}


def _as_owner(connection: BaseDatabaseWrapper, statement: str) -> None:
    """Run from beside the site's own database, where databases can be made and dropped."""
    try:
        with connection._nodb_cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        raise Failed(f"PostgreSQL refused “{statement}”: {str(error).strip()}.") from error
