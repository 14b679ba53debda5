"""The database as a file, one module an engine: the same functions in each.

`dump(connection, file, emptied)` writes a consistent copy and returns its rows by table; of the
tables in `emptied` it holds no row and no trace of one.
`may_open(connection)` tells whether `opened` can work here.
`opened(connection, file)` lends a connection to a scratch database loaded from the copy.
`faults(scratch)` names what is wrong inside it, a sentence each.
`replace(connection, file)` puts the copy in the place of the live database, all or nothing.
Whatever cannot be done is a `Failed` with a sentence.
"""

from types import ModuleType

from django.db.backends.base.base import BaseDatabaseWrapper

from newssite.dumps import postgresql, sqlite
from newssite.dumps.failed import Failed

ENGINES = {"sqlite": sqlite, "postgresql": postgresql}


def engine_for(connection: BaseDatabaseWrapper) -> ModuleType:
    if connection.vendor not in ENGINES:
        raise Failed(f"A backup knows SQLite and PostgreSQL, not {connection.display_name}.")
    return ENGINES[connection.vendor]
