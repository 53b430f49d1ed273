"""Many values in one statement whose text never varies with their number, so that it is compiled and planned once."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any, Final

import orjson
from sqlalchemy import Column, ColumnElement, Dialect, Table, TextClause, any_, literal, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

_CONTENT: Final = "content"


def among(column: ColumnElement[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """Whether the column is one of the values, sent as one array."""
    return column == any_(literal(list(values), ARRAY(column.type)))


async def put_rows(connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]], *, replace: bool) -> None:
    """Insert rows as arrays, one a column; of a key that is there the row is replaced, or left. No column may be an array.

    The column `content` goes as one JSON array: in an array of texts each of its many quotes would be escaped by hand.
    """
    if not rows:
        return
    values: dict[str, Any] = {column.name: [row[column.name] for row in rows] for column in table.c if column.name != _CONTENT}
    if _CONTENT in table.c:
        values[_CONTENT] = f"[{','.join(row[_CONTENT] for row in rows)}]"
    await connection.execute(_statement(table, replace), values)


async def put_records(connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]], *, replace: bool) -> None:
    """As `put_rows`, for tables with columns that are arrays: the rows go as one JSON document, which PostgreSQL reads by the table's own types."""
    if rows:
        await connection.execute(_record_statement(table, replace), {"rows": orjson.dumps(rows).decode()})


@cache
def _record_statement(table: Table, replace: bool) -> TextClause:  # noqa: FBT001 - `cache` knows no keywords
    given = ", ".join(column.name for column in table.c)
    return text(
        f"INSERT INTO {table.fullname} ({given}) SELECT {given} "  # noqa: S608 - names of our own tables
        f"FROM json_populate_recordset(NULL::{table.fullname}, CAST(:rows AS json)) {_on_conflict(table, replace)}"
    )


def _on_conflict(table: Table, replace: bool) -> str:  # noqa: FBT001 - asked for by statements that are cached
    key = ", ".join(column.name for column in table.primary_key)
    fresh = ", ".join(f"{column.name} = excluded.{column.name}" for column in table.c if not column.primary_key)
    return f"ON CONFLICT ({key}) DO " + (f"UPDATE SET {fresh}" if replace else "NOTHING")


async def leave_commit_to_the_log(connection: AsyncConnection) -> None:
    """Let this transaction's commit return before it is on disk.

    For consumers only: their offset is in the same transaction. A server that crashes loses both or none, so what is lost comes again
    from Kafka under the same ids.
    """
    await connection.execute(_ASYNCHRONOUS)


_ASYNCHRONOUS: Final = text("SET LOCAL synchronous_commit = off")


@cache
def _statement(table: Table, replace: bool) -> TextClause:  # noqa: FBT001 - `cache` knows no keywords
    names = [column.name for column in table.c]
    given = ", ".join(names)
    shown = ", ".join(f"{name}::text" if name == _CONTENT else name for name in names)
    arrays = ", ".join(_array(column) for column in table.c)
    return text(
        f"INSERT INTO {table.fullname} ({given}) SELECT {shown} FROM ROWS FROM ({arrays}) AS given ({given}) "  # noqa: S608 - names of our own tables
        f"{_on_conflict(table, replace)}"
    )


def _array(column: Column[Any]) -> str:
    if column.name == _CONTENT:
        return f"json_array_elements(CAST(:{column.name} AS json))"
    dialect: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    return f"unnest(CAST(:{column.name} AS {column.type.compile(dialect)}[]))"
