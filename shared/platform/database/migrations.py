"""Migrations by Alembic, run from code: one schema for each service, one runner at a time."""

import asyncio
from pathlib import Path
from typing import Any, Final

from alembic import command, context
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, create_engine, text
from sqlalchemy.pool import NullPool

from shared.platform.database.engine import driver_url

_LOCK_TIMEOUT_SECONDS: Final = 120


async def run_migrations(url: str, *, script_location: Path, schema: str) -> None:
    """Bring a schema to the newest revision; several processes may call it at once, one works and the others wait."""
    await asyncio.to_thread(_run, url, script_location, schema)


async def schema_differences(url: str, metadata: MetaData) -> list[Any]:
    """What a migrated database has that the tables in code have not, or the reverse; empty when they agree."""
    return await asyncio.to_thread(_compare, url, metadata)


def run_env(metadata: MetaData) -> None:
    """All that a service's `migrations/env.py` does."""
    schema = metadata.schema
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        version_table_schema=schema,
        include_schemas=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _run(url: str, script_location: Path, schema: str) -> None:
    engine = create_engine(driver_url(url), poolclass=NullPool)
    config = Config()
    config.set_main_option("script_location", str(script_location).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    try:
        with engine.connect() as guard, engine.connect() as connection:
            _lock(guard, schema)
            with connection.begin():
                connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def _lock(guard: Connection, schema: str) -> None:
    """Hold this schema's lock as long as the connection lives; wait for another runner, not for ever."""
    guard.execute(text(f"SET lock_timeout = '{_LOCK_TIMEOUT_SECONDS}s'"))
    guard.execute(text("SELECT pg_advisory_lock(hashtextextended(:name, 0))"), {"name": f"migrations:{schema}"})
    guard.commit()


def _compare(url: str, metadata: MetaData) -> list[Any]:
    engine = create_engine(driver_url(url), poolclass=NullPool)

    def of_this_schema(name: str | None, kind: str, _parents: Any) -> bool:
        return name == metadata.schema if kind == "schema" else name != "alembic_version"

    options = {"include_schemas": True, "include_name": of_this_schema, "compare_server_default": False}
    try:
        with engine.connect() as connection:
            return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))
    finally:
        engine.dispose()
