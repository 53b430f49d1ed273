"""The alerts topic: each batch's deliveries and its offset are committed as one."""

import asyncio
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Final, Protocol
from uuid import UUID

from pydantic import ValidationError

from services.notify.fanout import Arrived, Spread, spread
from services.notify.store.queue import Claimed
from services.notify.tables import consumer_offset
from shared.contracts.alerts import AlertMessage
from shared.contracts.codec import header
from shared.platform.clock import Clock
from shared.platform.database.engine import Database
from shared.platform.database.offsets import advance_offsets
from shared.platform.errors import PoisonError
from shared.platform.kafka.messages import Batch, Record
from shared.platform.kafka.together import Together

CONSUMER = "notify"
_TRACEPARENT: Final = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
"""W3C Trace Context §3.2; anything else would break the request it is put into."""


class Hands(Protocol):
    """Who sends: has places for new deliveries, and is told of what is due."""

    @property
    def lease(self) -> timedelta:
        """How long a delivery is its own."""
        ...

    def reserve(self, subscription: UUID) -> UUID | None:
        """A place for one new delivery of a subscription, None when it has to queue."""
        ...

    def give(self, leased: Sequence[Claimed], since: float) -> None:
        """Hand over what was committed under reserved places; `since` is the loop's time before the transaction."""
        ...

    def release(self, leased: Sequence[Claimed]) -> None:
        """Give reserved places back."""
        ...

    def wake(self, subscriptions: set[UUID]) -> None:
        """Say that these have something due."""
        ...


class AlertHandler:
    """Hands batches to fan-out, and after the commit to those who send.

    Partitions call concurrently, and share transactions as soon as that matters.
    """

    def __init__(self, database: Database, clock: Clock, hands: Hands) -> None:
        self._database = database
        self._clock = clock
        self._hands = hands
        self._together = Together(self._commit)

    async def handle(self, batch: Batch) -> None:
        """Spread a batch; raises PoisonError for records that are no alerts, before anything is changed."""
        await self._together.take((batch, _read(batch)))

    async def _commit(self, taken: Sequence[tuple[Batch, list[Arrived]]]) -> None:
        arrived = [one for _, own in taken for one in own]
        made = Spread()
        since = asyncio.get_running_loop().time()
        try:
            async with self._database.pipeline() as pipe:
                advance = await advance_offsets(pipe, consumer_offset, CONSUMER, [batch for batch, _ in taken])
                if arrived:
                    await spread(pipe, arrived, self._clock.now(), self._hands.reserve, self._hands.lease, made)
                await advance.confirm()
            await made.settle()
        except BaseException:
            self._hands.release([*made.leased, *made.void])
            raise
        self._hands.release(made.void)
        self._hands.give(made.leased, since)
        self._hands.wake(made.queued)


def _read(batch: Batch) -> list[Arrived]:
    arrived: list[Arrived] = []
    bad: dict[int, str] = {}
    for record in batch.records:
        try:
            arrived.append(_alert(record))
        except ValidationError as error:
            kinds = ", ".join(sorted({found["type"] for found in error.errors(include_input=False, include_url=False)}))
            bad[record.offset] = f"it is no alert: {kinds}"
    if bad:
        raise PoisonError(records=bad)
    return arrived


def _alert(record: Record) -> Arrived:
    message = AlertMessage.model_validate_json(record.value or b"")
    trace = header([(name, value) for name, value in record.headers if value is not None], "traceparent")
    return Arrived(message, trace if trace and _TRACEPARENT.fullmatch(trace) else None)
