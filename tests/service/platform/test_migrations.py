import asyncio
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import MetaData, inspect

from shared.platform.database.engine import Database
from shared.platform.database.migrations import run_migrations, schema_differences
from shared.platform.database.offsets import offset_table
from shared.platform.database.outbox import outbox_table
from shared.platform.database.settings import DatabaseSettings

metadata = MetaData(schema="sample")
offset_table(metadata)
outbox_table(metadata)

ENV = """
from sqlalchemy import MetaData

from shared.platform.database.migrations import run_env
from shared.platform.database.offsets import offset_table
from shared.platform.database.outbox import outbox_table

metadata = MetaData(schema="sample")
offset_table(metadata)
outbox_table(metadata)
run_env(metadata)
"""
FIRST = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None


def upgrade() -> None:
    op.create_table(
        "consumer_offset",
        sa.Column("consumer", sa.Text, primary_key=True),
        sa.Column("topic", sa.Text, primary_key=True),
        sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("next_offset", sa.BigInteger, nullable=False),
        sa.Column("advanced_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("topic_id", sa.Uuid, nullable=True),
        schema="sample",
    )
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    (tmp_path / "versions").mkdir()
    (tmp_path / "env.py").write_text(ENV)
    (tmp_path / "versions" / "0001_first.py").write_text(FIRST)
    return tmp_path


async def test_several_processes_migrate_at_once_and_it_is_done_once(database_url: str, script: Path) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(run_migrations(database_url, script_location=script, schema="sample"))
    async with Database(DatabaseSettings(url=SecretStr(database_url))) as database, database.transaction() as connection:
        names = await connection.run_sync(lambda sync: inspect(sync).get_table_names(schema="sample"))
    assert sorted(names) == ["alembic_version", "consumer_offset"]


async def test_tables_that_no_migration_makes_are_found(database_url: str, script: Path) -> None:
    await run_migrations(database_url, script_location=script, schema="sample")
    differences = await schema_differences(database_url, metadata)
    assert {(kind, thing.name) for kind, thing in differences} == {("add_table", "outbox"), ("add_index", "ix_outbox_refused")}
