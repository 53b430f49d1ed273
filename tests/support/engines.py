"""The engines of a run of tests: given by the environment, or embedded and held until the run ends."""

import asyncio
import contextlib
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Final

import pytest
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.cli.engines.kafka import embedded_kafka
from services.cli.engines.postgres import embedded_postgres

ENGINES: Final = "engines"
"""What a worker's input calls them."""


class Engines(BaseSettings):
    """`ATALAYA_TEST_KAFKA` and `ATALAYA_TEST_DATABASE`: engines that run already (the database one as superuser)."""

    model_config = SettingsConfigDict(env_prefix="ATALAYA_TEST_", frozen=True)

    kafka: str | None = None
    database: str | None = None


_SHARED: Final = pytest.StashKey[Engines]()


def shared(config: pytest.Config) -> Engines:
    """One pair for all workers of a run, started at the first call and ended with the run."""
    if _SHARED not in config.stash:
        given, held = Engines(), contextlib.ExitStack()
        config.add_cleanup(held.close)
        data = held.enter_context(folder())
        config.stash[_SHARED] = Engines(
            kafka=given.kafka or held.enter_context(kept(embedded_kafka(data))),
            database=given.database or held.enter_context(kept(embedded_postgres(data))),
        )
    return config.stash[_SHARED]


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """Not under pytest's own folder: each run of pytest closes that to other accounts, such as PostgreSQL's under root."""
    with tempfile.TemporaryDirectory(prefix="atalaya-engines-") as made:
        yield Path(made)


@contextlib.contextmanager
def kept(engine: AbstractAsyncContextManager[str]) -> Iterator[str]:
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
