"""Databases of tests' own on one server."""

import contextlib
import uuid
from collections.abc import Iterator

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from sqlalchemy import make_url


@contextlib.contextmanager
def new_database(server: str, *, of: str | None = None) -> Iterator[str]:
    """Empty, or a copy of the one at the address `of`, to which nobody may be connected. Dropped afterwards with whoever still is.

    Yields its address; `server` is the superuser's.
    """
    name, source = f"test_{uuid.uuid4().hex}", "template1" if of is None else str(make_url(of).database)
    with psycopg.connect(make_conninfo(server), autocommit=True) as connection:
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY wal_log")
        connection.execute(made.format(sql.Identifier(name), sql.Identifier(source)))
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(make_conninfo(server), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
