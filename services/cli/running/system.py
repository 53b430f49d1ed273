"""Brings everything up in order, and takes it down in reverse."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from services.cli.engines import jars, kafka, ports, postgres
from services.cli.engines.child import Identity
from services.cli.engines.errors import EngineError
from services.cli.running import processes, space
from services.cli.running.admin import admin_key
from services.cli.running.keeper import Keeper
from services.cli.running.state import State, end_processes
from services.cli.settings import UpSettings
from services.cli.topics import TopicError, make_topics

Say = Callable[[str], None]
"""Told in a few words what is being done now."""


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
    settings: UpSettings | None = None,
    advance: jars.Advance = lambda _: None,
    say: Say = lambda _: None,
) -> AsyncIterator[System]:
    """Everything up and ready; whatever dies is started again; all ended on the way out, whatever happens inside.

    While the body runs, `var/atalaya.json` holds the addresses.

    Raises:
        EngineError: it cannot run here; the sentence says what to do.
    """
    var = await asyncio.to_thread(var.resolve)
    state = State(var)
    space.check(var)
    with state.held(), contextlib.ExitStack() as at_last:
        if left := await asyncio.to_thread(end_processes, state.recorded()):
            say(f"ended what an earlier start had left: {', '.join(left)}")
        state.clear()
        at_last.callback(state.clear)
        async with _flat(), asyncio.TaskGroup() as group:
            keeper = Keeper(group, lambda children: state.record([_own_identity(), *children]))
            try:
                system = await _bring_up(var, wanted, settings or UpSettings(), nation, keeper, advance, say)
                state.publish(system.addresses() | {"processes": [asdict(each) for each in state.recorded()]})
                yield system
            finally:
                say("ending")
                await keeper.end_all()


async def _bring_up(
    var: Path, wanted: Ports, settings: UpSettings, nation: str, keeper: Keeper, advance: jars.Advance, say: Say
) -> System:
    say("starting Apache Kafka and PostgreSQL")
    async with asyncio.TaskGroup() as group:
        brokers = group.create_task(_kafka(var, wanted.kafka, settings, keeper, advance))
        database = group.create_task(_database(var, wanted.database, settings, keeper))
    reached = settings.model_copy(update={"kafka": settings.kafka.model_copy(update={"bootstrap_servers": brokers.result()})})
    say("creating topics")
    await make_topics(reached.kafka)
    say("starting ingest, correlate and notify")
    asked = {"ingest": wanted.ingest, "correlate": wanted.correlate, "notify": wanted.notify}
    addresses = await processes.start_services(var, asked, keeper, brokers.result(), database.result())
    return System(
        **addresses,
        kafka=brokers.result(),
        database=database.result(),
        admin_key=await admin_key(var, reached.kafka, addresses["correlate"], nation),
        keeper=keeper,
    )


async def _kafka(var: Path, wanted: int | None, settings: UpSettings, keeper: Keeper, advance: jars.Advance) -> str:
    if settings.foreign_kafka is not None:
        return settings.foreign_kafka
    port = ports.claim("Apache Kafka", wanted, 9192, "--kafka-port")
    kept = keeper.begin(await kafka.prepare(var, port, advance=advance))
    address = f"{ports.LOOPBACK}:{port}"
    await kafka.wait_until_ready(kept, address)
    kept.ready = True
    return address


async def _database(var: Path, wanted: int | None, settings: UpSettings, keeper: Keeper) -> str:
    """Up and migrated: PostgreSQL is there long before Kafka, so its schemas need not wait."""
    address = settings.foreign_database or await _embedded_database(var, wanted, keeper)
    await processes.migrate(address)
    return address


async def _embedded_database(var: Path, wanted: int | None, keeper: Keeper) -> str:
    port = ports.claim("PostgreSQL", wanted, 5532, "--database-port")
    kept = keeper.begin(await postgres.prepare(var, port))
    await postgres.wait_until_ready(kept, var, port)
    kept.ready = True
    return postgres.url(var, port)


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
