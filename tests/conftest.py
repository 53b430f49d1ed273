"""Real engines for every test: taken from the environment, or the embedded pair, started once per run."""

import asyncio
import contextlib
import tempfile
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import psycopg
import pytest
from aiokafka.admin import AIOKafkaAdminClient
from psycopg import sql
from psycopg.conninfo import make_conninfo
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url

from services.cli.engines.kafka import embedded_kafka
from services.cli.engines.postgres import embedded_postgres


class TestEngines(BaseSettings):
    """`ATALAYA_TEST_KAFKA` and `ATALAYA_TEST_DATABASE`: engines that run already (the database one as superuser)."""

    __test__ = False
    model_config = SettingsConfigDict(env_prefix="ATALAYA_TEST_", frozen=True)

    kafka: str | None = None
    database: str | None = None


@contextlib.contextmanager
def _kept(engine: AbstractAsyncContextManager[str]) -> Iterator[str]:
    """Hold an async context open on a loop of its own, so that it outlives the loops of the tests."""
    address: Future[str] = Future()
    done = asyncio.Event()
    loop = asyncio.new_event_loop()

    async def hold() -> None:
        try:
            async with engine as where:
                address.set_result(where)
                await done.wait()
        except BaseException as error:
            if address.done():
                raise
            address.set_exception(error)

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(hold())

    thread = threading.Thread(target=run, name="engine")
    thread.start()
    try:
        yield address.result()
    finally:
        if thread.is_alive():
            loop.call_soon_threadsafe(done.set)
        thread.join()


@pytest.fixture(scope="session")
def engines_folder() -> Iterator[Path]:
    """Not under pytest's own folder: each run of pytest closes that to other accounts, such as PostgreSQL's under root."""
    with tempfile.TemporaryDirectory(prefix="atalaya-engines-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def kafka(engines_folder: Path) -> Iterator[str]:
    """The bootstrap address of a real broker, one for the whole run."""
    if given := TestEngines().kafka:
        yield given
        return
    with _kept(embedded_kafka(engines_folder)) as address:
        yield address


@pytest.fixture(scope="session")
def postgres(engines_folder: Path) -> Iterator[str]:
    """The address of a real server as its superuser, one for the whole run."""
    if given := TestEngines().database:
        yield given
        return
    with _kept(embedded_postgres(engines_folder)) as address:
        yield address


@pytest.fixture
def database_url(postgres: str) -> Iterator[str]:
    """A new, empty database for one test, dropped after it with whoever is still connected."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(make_conninfo(postgres), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} STRATEGY wal_log").format(sql.Identifier(name)))
    yield make_url(postgres).set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(make_conninfo(postgres), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def topic_prefix(request: pytest.FixtureRequest) -> Iterator[str]:
    """A prefix of topic names that no other test uses, for `ATALAYA_KAFKA__TOPIC_PREFIX`; its topics are gone after the test.

    Left there, some thousand topics make each new one wait.
    """
    prefix = f"t{uuid.uuid4().hex[:12]}."
    yield prefix
    if "kafka" in request.fixturenames:
        asyncio.run(_delete_topics(request.getfixturevalue("kafka"), prefix))


async def _delete_topics(kafka: str, prefix: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        if left := [name for name in await admin.list_topics() if name.startswith(prefix)]:
            await admin.delete_topics(left)
    finally:
        await admin.close()
