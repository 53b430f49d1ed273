"""Sending: acknowledged by all in-sync replicas, in order, with a deadline of our own."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self

from aiokafka.errors import KafkaError
from aiokafka.structs import RecordMetadata

from shared.platform.kafka.errors import BrokerUnavailableError
from shared.platform.kafka.messages import Message
from shared.platform.kafka.metrics import PRODUCE_FAILED, PRODUCE_SECONDS, PRODUCED
from shared.platform.kafka.routes import NOT_TAKEN, Route, Routes, SendError
from shared.platform.settings import KafkaSettings


class Producer(Protocol):
    """Where messages go out."""

    async def send(self, message: Message) -> None:
        """Return once all in-sync replicas have the message.

        Raises `OutcomeUnknownError` (it may be there: send it again under the same id), `BrokerUnavailableError` (it is
        not there) or `MessageTooLargeError`; one of them at the latest after the send deadline of the settings.
        """
        ...

    async def send_many(self, messages: Sequence[Message]) -> list[SendError | None]:
        """Send all, pipelined, in order per partition; the outcome of each, None where it is acknowledged.

        After the first that could not be handed over the rest is `BrokerUnavailableError`: nothing overtakes it.
        """
        ...

    async def partitions(self, topic: str) -> int:
        """How many partitions the topic has; `BrokerUnavailableError` when nobody says so in time."""
        ...


class KafkaProducer:
    """`Producer` over aiokafka. `async with` it; a broker that is away at the start is no error, sends then say so."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._keepers = asyncio.TaskGroup()
        self._routes = Routes(settings, self._keepers)

    async def __aenter__(self) -> Self:
        await self._keepers.__aenter__()
        self._routes.lane()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Flush and close within the stop deadline."""
        self._routes.close()
        await self._keepers.__aexit__(None, None, None)

    def ready(self) -> str | None:
        """A readiness check: whether a broker has accepted this producer."""
        return None if self._routes.connected else "no connection to the broker"

    async def send(self, message: Message) -> None:
        """See `Producer`. The way of a single message is short: it lies on every request's path."""
        started = time.perf_counter()
        error = await self._send(message)
        if error is not None:
            _count([message], [error])
            raise error
        PRODUCE_SECONDS.observe(time.perf_counter() - started)

    async def send_many(self, messages: Sequence[Message]) -> list[SendError | None]:
        """See `Producer`."""
        started = time.perf_counter()
        outcomes = await _Sending(self._routes, messages).run(self._settings.send_deadline_seconds)
        PRODUCE_SECONDS.observe(time.perf_counter() - started)
        _count(messages, outcomes)
        return outcomes

    async def partitions(self, topic: str) -> int:
        """See `Producer`."""
        try:
            async with asyncio.timeout(self._settings.send_deadline_seconds):
                producer = await self._routes.lane().producer()
                return len(await producer.partitions_for(self._settings.topic(topic)))
        except (TimeoutError, KafkaError) as error:
            raise BrokerUnavailableError(f"the partitions of {topic} are not known") from error

    async def _send(self, message: Message) -> SendError | None:
        route, taken = None, False
        try:
            async with asyncio.timeout(self._settings.send_deadline_seconds):
                route = await self._routes.to(message.topic)
                if (too_large := route.too_large(message)) is not None:
                    return too_large
                future = await route.hand_over(message)
                taken = True
                await future
        except TimeoutError:
            return self._routes.late(route) if taken and route is not None else _not_taken(message.topic)
        except NOT_TAKEN:
            return _not_taken(message.topic) if not taken or route is None else self._routes.failed(route, KafkaError())
        except KafkaError as error:
            return _not_taken(message.topic) if route is None else self._routes.failed(route, error)
        route.produced.inc()
        route.lane.acknowledged()
        return None


class _Sending:
    """One call of `send_many`."""

    def __init__(self, routes: Routes, messages: Sequence[Message]) -> None:
        self._routes = routes
        self._messages = messages
        self._taken: list[tuple[Route, asyncio.Future[RecordMetadata]] | SendError] = []

    async def run(self, deadline_seconds: float) -> list[SendError | None]:
        try:
            async with asyncio.timeout(deadline_seconds):
                await self._hand_over()
                for taken in self._taken:
                    if isinstance(taken, tuple) and not taken[1].done():
                        await asyncio.wait((taken[1],))
        except TimeoutError:
            pass
        outcomes = [self._outcome(place) for place in range(len(self._taken))]
        return outcomes + [_not_taken(message.topic) for message in self._messages[len(outcomes) :]]

    async def _hand_over(self) -> None:
        route = packer = None
        try:
            for message in self._messages:
                if route is None or packer is None or route.topic != message.topic or not route.open:
                    route = packer = None
                    route = await self._routes.to(message.topic)
                    packer = await route.packer()
                too_large = route.too_large(message)
                self._taken.append(too_large or (route, await packer.pack(message)))
        except NOT_TAKEN:
            return
        except KafkaError as error:
            if route is not None:
                self._routes.failed(route, error)

    def _outcome(self, place: int) -> SendError | None:
        taken = self._taken[place]
        if not isinstance(taken, tuple):
            return taken
        route, future = taken
        if not future.done():
            future.add_done_callback(_observe)
            return self._routes.late(route)
        error = None if future.cancelled() else future.exception()
        if error is not None:
            return self._routes.failed(route, error)
        route.lane.acknowledged()
        return None


def _not_taken(topic: str) -> BrokerUnavailableError:
    return BrokerUnavailableError(f"no broker took the message for {topic} in time")


def _observe(future: asyncio.Future[RecordMetadata]) -> None:
    """Look at an outcome that nobody waits for any more, so that it is not reported as forgotten."""
    if not future.cancelled():
        future.exception()


def _count(messages: Sequence[Message], outcomes: Sequence[SendError | None]) -> None:
    good = Counter(message.topic for message, outcome in zip(messages, outcomes, strict=True) if outcome is None)
    for topic, number in good.items():
        PRODUCED.labels(topic).inc(number)
    for message, outcome in zip(messages, outcomes, strict=True):
        if outcome is not None:
            PRODUCE_FAILED.labels(message.topic, type(outcome).__name__).inc()
