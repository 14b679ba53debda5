"""One run at a time, by a lock that dies with its process and so is never left behind."""

import fcntl
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from django.conf import settings
from django.db import DatabaseError, connection


class Busy(Exception):
    """Somebody else has the lock."""


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Hold the lock `name`. Raises Busy at once when it is taken.

    On PostgreSQL it counts for all machines that share the database, elsewhere for all
    processes that share VAR_DIR.
    """
    with _advisory(name) if connection.vendor == "postgresql" else _file(name):
        yield


@contextmanager
def _file(name: str) -> Iterator[None]:
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    with (settings.VAR_DIR / f"{name}.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(name) from None
        yield


@contextmanager
def _advisory(name: str) -> Iterator[None]:
    """On a connection of its own: it ends with the lock, whatever becomes of the other."""
    with closing(connection.copy()) as own, own.cursor() as cursor:
        key = [zlib.crc32(name.encode())]
        cursor.execute("SELECT pg_try_advisory_lock(%s)", key)
        if not cursor.fetchone()[0]:
            raise Busy(name)
        try:
            yield
        finally:
            # The server notices a closed connection a moment later; the next run may be sooner.
            with suppress(DatabaseError):
                cursor.execute("SELECT pg_advisory_unlock(%s)", key)
