"""What the items of an export refer to: pictures, authors and terms, kept on disk."""

import json
import sqlite3

_CACHE = 4096  # KiB of memory; the rest lies in a temporary file that vanishes with it
_LONGEST_KEY = 300  # characters


class Lookup:
    """Values by kind and key. A large site has more pictures than should lie in memory."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for line in (
            "PRAGMA journal_mode = OFF",
            "PRAGMA synchronous = OFF",
            f"PRAGMA cache_size = -{_CACHE}",
            "CREATE TABLE known (kind TEXT, key TEXT, value TEXT, PRIMARY KEY (kind, key))"
            " WITHOUT ROWID",
            "BEGIN",  # never committed: nothing else reads it
        ):
            self._database.execute(line)

    def keep(self, kind: str, key: str, *values: str) -> bool:
        """Keep the values unless there are some already; returns whether the key was new."""
        row = (kind, key.casefold()[:_LONGEST_KEY], json.dumps(values))
        made = self._database.execute("INSERT OR IGNORE INTO known VALUES (?, ?, ?)", row)
        return made.rowcount > 0

    def find(self, kind: str, key: str) -> tuple[str, ...]:
        """The values; () when there are none."""
        row = self._database.execute(
            "SELECT value FROM known WHERE kind = ? AND key = ?",
            (kind, key.casefold()[:_LONGEST_KEY]),
        ).fetchone()
        return tuple(json.loads(row[0])) if row else ()

    def close(self) -> None:
        self._database.close()
