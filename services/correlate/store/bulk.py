"""Many values in one statement whose text never varies with their number, so that it is compiled and planned once."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Table, any_, literal
from sqlalchemy.dialects.postgresql import ARRAY

from shared.platform.database.failures import DataRefusedError
from shared.platform.database.pipeline import Pipe

_NO_SUCH_VALUE: Final = "22000"
"""SQLSTATE of a data exception of no kind of its own."""


def among(column: ColumnElement[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """Whether the column is one of the values, sent as one array."""
    return column == any_(literal(list(values), ARRAY(column.type)))


async def put(pipe: Pipe, table: Table, rows: Sequence[Mapping[str, Any]], *, replace: bool) -> None:
    """Insert rows, all at once; of a key that is there the row is replaced, or left.

    They go as one JSON document, which PostgreSQL reads by the table's own types: one value to send, whatever their number. What is JSON
    already, `document` puts in as it is.
    """
    if rows:
        await pipe.send(_statement(table, replace), {"rows": _json(rows)})


def _json(rows: Sequence[Mapping[str, Any]]) -> str:
    """Raises DataRefusedError where a text or a number is none that JSON and PostgreSQL have; what is neither is a bug."""
    try:
        return orjson.dumps(rows).decode()
    except orjson.JSONEncodeError as error:
        if "not JSON serializable" in str(error):
            raise
        raise DataRefusedError(_NO_SUCH_VALUE, None) from error


def document(content: str) -> orjson.Fragment:
    """A JSON document as the value of a text column, without a quote escaped on the way."""
    return orjson.Fragment(content)


@cache
def _statement(table: Table, replace: bool) -> str:  # noqa: FBT001 - `cache` knows no keywords
    given = ", ".join(column.name for column in table.c)
    return (
        f"INSERT INTO {table.fullname} ({given}) SELECT {given} "  # noqa: S608 - names of our own tables
        f"FROM json_populate_recordset(NULL::{table.fullname}, %(rows)s::json) {_on_conflict(table, replace)}"
    )


def _on_conflict(table: Table, replace: bool) -> str:  # noqa: FBT001 - asked for by statements that are cached
    key = ", ".join(column.name for column in table.primary_key)
    fresh = ", ".join(f"{column.name} = excluded.{column.name}" for column in table.c if not column.primary_key)
    return f"ON CONFLICT ({key}) DO " + (f"UPDATE SET {fresh}" if replace else "NOTHING")
