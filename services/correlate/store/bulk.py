"""Many values in one statement whose text never varies with their number, so that it is compiled and planned once."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any, Final

import orjson
from sqlalchemy import Column, ColumnElement, Dialect, Table, Text, any_, literal
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY

from shared.platform.database.pipeline import Pipe


def among(column: ColumnElement[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """Whether the column is one of the values, sent as one array."""
    return column == any_(literal(list(values), ARRAY(column.type)))


async def put_through(pipe: Pipe, table: Table, rows: Sequence[Mapping[str, Any]], *, replace: bool) -> None:
    """Insert rows as arrays, one a column; of a key that is there the row is replaced, or left. No column may be an array."""
    if rows:
        await pipe.send(_statement(table, replace), {column.name: [row[column.name] for row in rows] for column in table.c})


async def put_records(pipe: Pipe, table: Table, rows: Sequence[Mapping[str, Any]], *, replace: bool) -> None:
    """As `put_through`, for tables with columns that are arrays: the rows go as one JSON document, which PostgreSQL reads by the table's own types."""
    if rows:
        await pipe.send(_record_statement(table, replace), {"rows": orjson.dumps(rows).decode()})


@cache
def _record_statement(table: Table, replace: bool) -> str:  # noqa: FBT001 - `cache` knows no keywords
    given = ", ".join(column.name for column in table.c)
    return (
        f"INSERT INTO {table.fullname} ({given}) SELECT {given} "  # noqa: S608 - names of our own tables
        f"FROM json_populate_recordset(NULL::{table.fullname}, %(rows)s::json) {_on_conflict(table, replace)}"
    )


def _on_conflict(table: Table, replace: bool) -> str:  # noqa: FBT001 - asked for by statements that are cached
    key = ", ".join(column.name for column in table.primary_key)
    fresh = ", ".join(f"{column.name} = excluded.{column.name}" for column in table.c if not column.primary_key)
    return f"ON CONFLICT ({key}) DO " + (f"UPDATE SET {fresh}" if replace else "NOTHING")


LEAVE_COMMIT_TO_THE_LOG: Final = "SET LOCAL synchronous_commit = off"
"""Lets this transaction's commit return before it is on disk.

For consumers only: their offset is in the same transaction. A server that crashes loses both or none, so what is lost comes again
from Kafka under the same ids.
"""


@cache
def _statement(table: Table, replace: bool) -> str:  # noqa: FBT001 - `cache` knows no keywords
    given = ", ".join(column.name for column in table.c)
    arrays = ", ".join(_array(column) for column in table.c)
    return (
        f"INSERT INTO {table.fullname} ({given}) SELECT * FROM unnest({arrays}) "  # noqa: S608 - names of our own tables
        f"{_on_conflict(table, replace)}"
    )


def _array(column: Column[Any]) -> str:
    """Texts go in binary form: as text each of the many quotes of a document would be escaped by hand."""
    dialect: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    form = "b" if isinstance(column.type, Text) else "s"
    return f"%({column.name}){form}::{column.type.compile(dialect)}[]"
