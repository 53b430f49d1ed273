"""Many values in one statement whose text never varies with their number, so that it is compiled and planned once."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Table, any_, literal
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.platform.database.failures import DataRefusedError
from shared.platform.database.pipeline import Pipe

_NO_SUCH_VALUE: Final = "22000"
"""SQLSTATE of a data exception of no kind of its own."""
_PIECE_CHARACTERS: Final = 16 * 1024 * 1024
"""Of one JSON document: the server reads it whole before the first row is stored, and takes none of a gigabyte."""


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


async def put_within(
    connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]], *, replace: bool | None = None
) -> None:
    """As `put`, in a transaction that is open already and in pieces, however many and large the rows are.

    `replace` None: a row whose key is there is an error.
    """
    for piece in _pieces(_json(row) for row in rows):
        await connection.exec_driver_sql(_statement(table, replace), {"rows": f"[{','.join(piece)}]"})


def _pieces(rows: Iterable[str]) -> Iterator[list[str]]:
    piece: list[str] = []
    size = 0
    for row in rows:
        if piece and size + len(row) > _PIECE_CHARACTERS:
            yield piece
            piece, size = [], 0
        piece.append(row)
        size += len(row)
    if piece:
        yield piece


def _json(rows: Sequence[Mapping[str, Any]] | Mapping[str, Any]) -> str:
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
def _statement(table: Table, replace: bool | None) -> str:  # noqa: FBT001 - `cache` knows no keywords
    given = ", ".join(column.name for column in table.c)
    return (
        f"INSERT INTO {table.fullname} ({given}) SELECT {given} "  # noqa: S608 - names of our own tables
        f"FROM json_populate_recordset(NULL::{table.fullname}, %(rows)s::json) {_on_conflict(table, replace)}"
    )


def _on_conflict(table: Table, replace: bool | None) -> str:  # noqa: FBT001 - asked for by statements that are cached
    if replace is None:
        return ""
    key = ", ".join(column.name for column in table.primary_key)
    fresh = ", ".join(f"{column.name} = excluded.{column.name}" for column in table.c if not column.primary_key)
    return f"ON CONFLICT ({key}) DO " + (f"UPDATE SET {fresh}" if replace else "NOTHING")
