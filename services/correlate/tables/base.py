"""What the tables of correlate have in common: a schema and MetaData of their own.

`content` columns hold the published JSON as text: it is read whole or not at all, stays byte for byte what was
published, and takes an escaped U+0000, which jsonb refuses. What is filtered or sorted by stands beside it.
"""

from typing import Any

from sqlalchemy import DateTime, MetaData
from sqlalchemy import Table as CoreTable
from sqlmodel import Field, SQLModel

SCHEMA = "correlate"
METADATA = MetaData(schema=SCHEMA)


class Table(SQLModel):
    """Base of this service's tables."""

    metadata = METADATA


def moment(*, nullable: bool = False) -> Any:
    """A column that holds a moment."""
    return Field(default=None, sa_type=DateTime(timezone=True), nullable=nullable)


def core(table: type[SQLModel]) -> CoreTable:
    """The same table for SQLAlchemy Core, which the bulk paths use."""
    found: CoreTable = table.__table__  # type: ignore[attr-defined]
    return found
