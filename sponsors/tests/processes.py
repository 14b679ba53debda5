"""Processes that count at once, in one database with the test that started them.

For tests with `django_db(transaction=True)`. On SQLite the test's database is in its memory, so the
processes work in a copy that the test takes back in the end.
"""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from sponsors.tokens import Token

PATIENCE = 120  # seconds for one process
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "COVERAGE_PROCESS_START")


class Shared:
    """The test's database, as it is when this is made, for other processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file = folder / "site.sqlite3"
        address = f"sqlite:///{self._file}"
        if connection.vendor == "postgresql":
            given = settings.DATABASES["default"]
            who = f"{given['USER']}:{given['PASSWORD']}@{given['HOST']}:{given['PORT']}"
            address = f"postgres://{who}/{given['NAME']}"
        else:
            with sqlite3.connect(self._file) as copy:
                connection.ensure_connection()
                connection.connection.backup(copy)
        self.environment = {name: os.environ[name] for name in KEPT if name in os.environ}
        self.environment |= {
            "DATABASE_URL": address,
            "VAR_DIR": str(folder),
            "SECRET_KEY": settings.SECRET_KEY,
            "DJANGO_SETTINGS_MODULE": "newssite.settings",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def start(self, *command: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *command],
            cwd=settings.BASE_DIR,
            env=self.environment | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def take_back(self) -> None:
        """Let the test see what the processes have stored."""
        if connection.vendor == "sqlite":
            with sqlite3.connect(self._file) as copy:
                copy.backup(connection.connection)

    @contextmanager
    def away(self) -> Iterator[None]:
        """The database takes nothing from other processes: locked, or refusing to be connected."""
        if connection.vendor == "sqlite":
            other = sqlite3.connect(self._file, isolation_level=None)
            other.execute("BEGIN EXCLUSIVE")
            yield
            other.execute("ROLLBACK")
            other.close()
            return
        name = str(settings.DATABASES["default"]["NAME"])
        connection.ensure_connection()
        ours = connection.connection.info.backend_pid
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = %s AND pid <> %s",
                [name, ours],
            )
            try:
                yield
            finally:
                cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


class Counters:
    """Processes of sponsors.tests.counter, one for each job, which start together."""

    def __init__(self, shared: Shared, jobs: list[dict[str, Any]]) -> None:
        self._running = shared.start("-m", "sponsors.tests.counter")
        self._say(json.dumps(jobs))
        assert self._running.stdout.readline() == "ready\n"
        self._say("go")

    def results(self) -> list[dict[str, Any]]:
        """What each has done, when all are done."""
        said, _ = self._running.communicate(timeout=PATIENCE)
        return json.loads(said)

    def _say(self, line: str) -> None:
        self._running.stdin.write(line + "\n")
        self._running.stdin.flush()


def packed(token: Token) -> dict[str, Any]:
    """A token as JSON takes it."""
    return asdict(token) | {"nonce": token.nonce.hex()}
