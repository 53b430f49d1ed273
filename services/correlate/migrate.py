"""Brings the schema `correlate` up to date."""

from pathlib import Path

from services.correlate.tables import SCHEMA


async def migrate(database_url: str) -> None:
    """Bring it to the newest revision. Safe to call again, and from several processes at once: one works, the others wait."""
    from shared.platform.database.migrations import run_migrations  # noqa: PLC0415 - a running service needs no Alembic

    await run_migrations(database_url, script_location=Path(__file__).parent / "migrations", schema=SCHEMA)
