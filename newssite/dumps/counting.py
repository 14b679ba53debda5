from django.db.backends.base.base import BaseDatabaseWrapper


def count_rows(connection: BaseDatabaseWrapper) -> dict[str, int]:
    """Rows by table, all tables of the database, in their alphabetical order."""
    with connection.cursor() as cursor:
        tables = sorted(connection.introspection.table_names(cursor))
        return {table: _count(connection, cursor, table) for table in tables}


def _count(connection: BaseDatabaseWrapper, cursor: object, table: str) -> int:
    name = connection.ops.quote_name(table)
    cursor.execute(f"SELECT COUNT(*) FROM {name}")  # type: ignore[attr-defined]  # noqa: S608
    return cursor.fetchone()[0]  # type: ignore[attr-defined]
