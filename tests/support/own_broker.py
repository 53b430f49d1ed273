"""A broker of a test's own, to be frozen, stopped, started again and tampered with."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from services.cli.engines import ports
from services.cli.engines.child import Child
from services.cli.engines.kafka import wait_until_ready
from tests.support.prepared_broker import prepared


class OwnBroker:
    """Keeps its address and its data from one start to the next."""

    def __init__(self, var: Path) -> None:
        self._var = var
        self._port = ports.any_free()
        self._child: Child | None = None
        self._other = ports.any_free()
        self.address = f"{ports.LOOPBACK}:{self._port}"
        self.addresses = f"{self.address},{ports.LOOPBACK}:{self._other}"
        """Where it is, and where it will be after a move."""

    async def start(self) -> None:
        self._child = await Child.start(await prepared(self._var, self._port))
        await wait_until_ready(self._child, f"{ports.LOOPBACK}:{self._port}")

    async def move(self) -> None:
        """Go on at another address with the same data, as after all brokers were replaced."""
        await self.stop()
        self._port = self._other
        await self.start()

    async def stop(self) -> None:
        """End it cleanly."""
        if self._child is not None:
            self._signal(signal.SIGCONT)
            await self._child.stop()
            self._child = None

    def freeze(self) -> None:
        """From now on it accepts connections and never answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def segment(self, topic: str, partition: int = 0) -> Path:
        """The file with a partition's records."""
        (found,) = (self._var / "kafka" / "data" / f"{topic}-{partition}").glob("*.log")
        return found

    def _signal(self, number: signal.Signals) -> None:
        if self._child is not None and (process := self._child.identity.process()) is not None:
            process.send_signal(number)


@asynccontextmanager
async def own_broker(var: Path) -> AsyncIterator[OwnBroker]:
    broker = OwnBroker(var)
    await broker.start()
    try:
        yield broker
    finally:
        async with asyncio.timeout(20):
            await broker.stop()
