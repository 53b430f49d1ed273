"""Messages of requests that come in the same turn of the event loop, sent as one."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from shared.platform.kafka.errors import OutcomeUnknownError
from shared.platform.kafka.messages import Message


class EventSink(Protocol):
    """Where events go out; the outcome of each, None where all in-sync replicas have it."""

    async def send_many(self, messages: Sequence[Message]) -> Sequence[Exception | None]:
        """Return within the send deadline."""
        ...


class Carriage:
    """Whoever comes first in a turn sends for all who come in it: what a send costs besides its message is paid once.

    Nobody waits for company: what is there when the turn is over leaves.
    """

    def __init__(self, sink: EventSink) -> None:
        self._sink = sink
        self._messages: list[Message] = []
        self._outcomes: asyncio.Future[Sequence[Exception | None]] | None = None

    async def send(self, message: Message) -> Exception | None:
        """The outcome of one message, None where it is acknowledged."""
        place = len(self._messages)
        self._messages.append(message)
        if self._outcomes is not None:
            return (await asyncio.shield(self._outcomes))[place]
        self._outcomes = asyncio.get_running_loop().create_future()
        return (await self._leave(self._outcomes))[place]

    async def _leave(self, outcomes: asyncio.Future[Sequence[Exception | None]]) -> Sequence[Exception | None]:
        """Send what has come by the end of this turn. If that is cut off, the others do not know what became of theirs."""
        result: Sequence[Exception | None] = ()
        try:
            await asyncio.sleep(0)
        finally:
            messages, self._messages, self._outcomes = self._messages, [], None
        try:
            result = await self._sink.send_many(messages)
        finally:
            outcomes.set_result(result or [OutcomeUnknownError("the send was cut off")] * len(messages))
        return result
