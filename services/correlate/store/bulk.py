"""Many values in one statement whose text never varies with their number, so that it is compiled and planned once."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any, Final

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


@cache
def _statement(table: Table, replace: bool) -> TextClause:  # noqa: FBT001 - `cache` knows no keywords
    names = [column.name for column in table.c]
    given = ", ".join(names)
    shown = ", ".join(f"{name}::text" if name == _CONTENT else name for name in names)
    arrays = ", ".join(_array(column) for column in table.c)
    key = ", ".join(column.name for column in table.primary_key)
    fresh = ", ".join(f"{name} = excluded.{name}" for name in names if name not in table.primary_key.columns)
    action = f"UPDATE SET {fresh}" if replace else "NOTHING"
    return text(
        f"INSERT INTO {table.fullname} ({given}) SELECT {shown} FROM ROWS FROM ({arrays}) AS given ({given}) "  # noqa: S608 - names of our own tables
        f"ON CONFLICT ({key}) DO {action}"
    )


def _array(column: Column[Any]) -> str:
    if column.name == _CONTENT:
        return f"json_array_elements(CAST(:{column.name} AS json))"
    dialect: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    return f"unnest(CAST(:{column.name} AS {column.type.compile(dialect)}[]))"
