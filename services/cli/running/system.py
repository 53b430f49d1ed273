"""Brings everything up in order, and takes it down in reverse."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from services.cli.engines import jars, kafka, ports, postgres
from services.cli.engines.child import Identity
from services.cli.engines.errors import EngineError
from services.cli.engines.ports import Claims
from services.cli.running import processes, space
from services.cli.running.admin import admin_key
from services.cli.running.keeper import Keeper
from services.cli.running.state import State, end_processes
from services.cli.settings import UpSettings
from services.cli.topics import TopicError, make_topics
from shared.platform.settings import DELIMITER, PREFIX

Say = Callable[[str], None]
"""Told in a few words what is being done now."""


UNLIMITED: Mapping[str, str] = {f"{PREFIX}HTTP{DELIMITER}RATE_PER_SECOND": "1000000000"}
"""What a measurement hands to `running` as environment: nobody is slowed down for the others' sake."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports that were asked for; None: the usual one, or a free one where that is taken."""

    ingest: int | None = None
    correlate: int | None = None
    notify: int | None = None
    kafka: int | None = None
    database: int | None = None


@dataclass(frozen=True)
class System:
    """A running Atalaya: where its parts are, and a key that may do everything."""

    ingest: str
    correlate: str
    notify: str
    kafka: str
    database: str
    admin_key: str
    keeper: Keeper

    def addresses(self) -> dict[str, Any]:
        """What `var/atalaya.json` says."""
        fields = ("ingest", "correlate", "notify", "kafka", "database", "admin_key")
        return {field: getattr(self, field) for field in fields}

    def process(self, name: str) -> Identity | None:
        """The process that runs as `ingest`, `correlate`, `notify`, `kafka` or `postgres` now; None between two of them."""
        return self.keeper.identity(name)


@contextlib.asynccontextmanager
async def running(
    var: Path,
    wanted: Ports = Ports(),
    *,
    nation: str = "GT",
    environment: Mapping[str, str] | None = None,
    settings: UpSettings | None = None,
    advance: jars.Advance = lambda _: None,
    say: Say = lambda _: None,
) -> AsyncIterator[System]:
    """Everything up and ready; whatever dies is started again; all ended on the way out, whatever happens inside.

    While the body runs, `var/atalaya.json` holds the addresses. `environment` reaches every service; its settings go before
    those of our own environment.

    Raises:
        EngineError: it cannot run here; the sentence says what to do.
    """
    var = await asyncio.to_thread(var.resolve)
    state = State(var)
    space.check(var)
    with state.held(), Claims() as claims, contextlib.ExitStack() as at_last:
        if left := await asyncio.to_thread(end_processes, state.recorded()):
            say(f"ended what an earlier start had left: {', '.join(left)}")
        state.clear()
        at_last.callback(state.clear)
        async with _flat(), asyncio.TaskGroup() as group:
            keeper = Keeper(group, lambda children: state.record([_own_identity(), *children]))
            quickening: asyncio.Task[None] | None = None
            try:
                start = _Start(var, wanted, settings or UpSettings(), nation, environment or {}, keeper, claims, advance, say)
                system = await _bring_up(start)
                state.publish(system.addresses() | {"processes": [asdict(each) for each in state.recorded()]})
                if keeper.identity("kafka") is not None:
                    quickening = group.create_task(kafka.quicken(var))
                yield system
            finally:
                say("ending")
                if quickening is not None:
                    quickening.cancel()
                await keeper.end_all()


@dataclass(frozen=True, slots=True)
class _Start:
    """All that a start is told."""

    var: Path
    ports: Ports
    settings: UpSettings
    nation: str
    environment: Mapping[str, str]
    keeper: Keeper
    claims: Claims
    advance: jars.Advance
    say: Say


async def _bring_up(start: _Start) -> System:
    start.say("starting Apache Kafka and PostgreSQL")
    async with asyncio.TaskGroup() as group:
        brokers = group.create_task(_kafka(start))
        database = group.create_task(_database(start))
    kafka_settings = start.settings.kafka.model_copy(update={"bootstrap_servers": brokers.result()})
    start.say("creating topics")
    await make_topics(kafka_settings)
    start.say("starting ingest, correlate and notify")
    ports_asked = {"ingest": start.ports.ingest, "correlate": start.ports.correlate, "notify": start.ports.notify}
    own_kafka = start.settings.foreign_kafka is None
    ground = processes.Ground(start.var, brokers.result(), database.result(), start.environment, own_kafka)
    addresses = await processes.start_services(ground, ports_asked, start.keeper, start.claims)
    return System(
        **addresses,
        kafka=brokers.result(),
        database=database.result(),
        admin_key=await admin_key(start.var, kafka_settings, addresses["correlate"], start.nation),
        keeper=start.keeper,
    )


async def _kafka(start: _Start) -> str:
    if start.settings.foreign_kafka is not None:
        return start.settings.foreign_kafka
    port = start.claims.claim("Apache Kafka", start.ports.kafka, 9192, "--kafka-port")
    kept = start.keeper.begin(await kafka.prepare(start.var, port, advance=start.advance))
    address = f"{ports.LOOPBACK}:{port}"
    await kafka.wait_until_ready(kept, address)
    kept.ready = True
    return address


async def _database(start: _Start) -> str:
    """Up and migrated: PostgreSQL is there long before Kafka, so its schemas need not wait."""
    address = start.settings.foreign_database or await _embedded_database(start)
    await processes.migrate(address)
    return address


async def _embedded_database(start: _Start) -> str:
    port = start.claims.claim("PostgreSQL", start.ports.database, 5532, "--database-port")
    kept = start.keeper.begin(await postgres.prepare(start.var, port))
    await postgres.wait_until_ready(kept, start.var, port)
    kept.ready = True
    return postgres.url(start.var, port)


def _own_identity() -> Identity:
    return Identity("up", os.getpid(), psutil.Process().create_time())


@contextlib.asynccontextmanager
async def _flat() -> AsyncIterator[None]:
    """Give an error as it was raised: out of the groups that tasks wrap it in, a sentence for the user before all others."""
    try:
        yield
    except BaseExceptionGroup as group:
        errors = list(_leaves(group))
        sentences = [error for error in errors if isinstance(error, EngineError | TopicError)]
        if sentences or len(errors) == 1:
            raise (sentences or errors)[0] from None
        raise


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _leaves(each)
    else:
        yield error
