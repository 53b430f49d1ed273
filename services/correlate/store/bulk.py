"""Many values in one statement whose text never varies with their number, so that it is compiled and planned once."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Table, TextClause, any_, literal, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection


def among(column: ColumnElement[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """Whether the column is one of the values, sent as one array."""
    return column == any_(literal(list(values), ARRAY(column.type)))


async def put_rows(connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]], *, replace: bool) -> None:
    """Insert rows as arrays, one a column; of a key that is there the row is replaced, or left. No column may be an array."""
    if rows:
        values = {column.name: [row[column.name] for row in rows] for column in table.c}
        await connection.execute(_statement(table, replace), values)


@cache
def _statement(table: Table, replace: bool) -> TextClause:  # noqa: FBT001 - `cache` knows no keywords
    dialect: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    names = [column.name for column in table.c]
    arrays = ", ".join(f"CAST(:{column.name} AS {column.type.compile(dialect)}[])" for column in table.c)
    key = ", ".join(column.name for column in table.primary_key)
    fresh = ", ".join(f"{name} = excluded.{name}" for name in names if name not in table.primary_key.columns)
    action = f"UPDATE SET {fresh}" if replace else "NOTHING"
    return text(
        f"INSERT INTO {table.fullname} ({', '.join(names)}) SELECT * FROM unnest({arrays}) "  # noqa: S608 - names of our own tables
        f"ON CONFLICT ({key}) DO {action}"
    )
