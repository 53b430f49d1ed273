"""Brings the schema `notify` up to date."""

from pathlib import Path

from services.notify.tables import SCHEMA


async def migrate(database_url: str) -> None:
    """Safe to call from several processes at once, and again."""
    from shared.platform.database.migrations import run_migrations  # noqa: PLC0415 - a running service needs no Alembic

    await run_migrations(database_url, script_location=Path(__file__).parent / "migrations", schema=SCHEMA)
