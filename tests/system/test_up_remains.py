"""A lock file of PostgreSQL whose pid was given out again must not keep the server from starting."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from services.cli.engines.postgres import embedded_postgres


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="atalaya-remains-") as name:
        yield Path(name)


async def test_a_server_starts_over_a_lock_file_that_names_another_program(folder: Path) -> None:
    async with embedded_postgres(folder) as url, await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute("CREATE TABLE kept (id int)")
    (folder / "postgres" / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n{folder}/postgres/data\n")
    async with embedded_postgres(folder) as url, await psycopg.AsyncConnection.connect(url) as connection:
        row = await (await connection.execute("SELECT count(*) FROM kept")).fetchone()
        assert row == (0,)
