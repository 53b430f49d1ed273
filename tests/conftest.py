"""Real engines for every test: taken from the environment, or the embedded pair, started once per run."""

import asyncio
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from services.cli.engines.kafka import embedded_kafka
from services.cli.engines.postgres import embedded_postgres
from services.correlate.migrate import migrate as migrate_correlate
from services.notify.migrate import migrate as migrate_notify
from tests.support.databases import new_database
from tests.support.engines import ENGINES, Engines, folder, kept, shared


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Several workers (pytest-xdist) share one pair of engines, which their controller holds."""
    node.workerinput[ENGINES] = shared(node.config).model_dump()


def _given(config: pytest.Config) -> Engines:
    """Engines that run already: the controller's for its workers, else those that the environment names."""
    return Engines(**getattr(config, "workerinput", {}).get(ENGINES, {}))


@pytest.fixture(scope="session")
def engines_folder() -> Iterator[Path]:
    with folder() as made:
        yield made


@pytest.fixture(scope="session")
def kafka(pytestconfig: pytest.Config, engines_folder: Path) -> Iterator[str]:
    """The bootstrap address of a real broker, one for the whole run."""
    if given := _given(pytestconfig).kafka:
        yield given
        return
    with kept(embedded_kafka(engines_folder)) as address:
        yield address


@pytest.fixture(scope="session")
def postgres(pytestconfig: pytest.Config, engines_folder: Path) -> Iterator[str]:
    """The address of a real server as its superuser, one for the whole run."""
    if given := _given(pytestconfig).database:
        yield given
        return
    with kept(embedded_postgres(engines_folder)) as address:
        yield address


@pytest.fixture
def database_url(postgres: str) -> Iterator[str]:
    """A new, empty database for one test, dropped after it with whoever is still connected."""
    with new_database(postgres) as url:
        yield url


@pytest.fixture(scope="session")
def migrated(postgres: str) -> Iterator[str]:
    """A database with every service's schema, to be copied: migrating takes longer by far."""
    with new_database(postgres) as url:
        asyncio.run(migrate_correlate(url))
        asyncio.run(migrate_notify(url))
        yield url


@pytest.fixture
def migrated_url(postgres: str, migrated: str) -> Iterator[str]:
    """As `database_url`, with the schemas of `migrated`."""
    with new_database(postgres, of=migrated) as url:
        yield url


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
