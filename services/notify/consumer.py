"""The topics of alerts and of notices: each batch's deliveries and its offset are committed as one."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Generic, Protocol, TypeVar
from uuid import UUID

from pydantic import ValidationError

from services.notify.fanout import Arrived, Reserve, Spread, spread
from services.notify.notices import ArrivedNotice, spread_notices
from services.notify.store.queue import Claimed
from services.notify.tables import consumer_offset
from shared.contracts.alerts import AlertMessage
from shared.contracts.codec import header
from shared.contracts.notices import Notice
from shared.platform.clock import Clock
from shared.platform.database.engine import Database
from shared.platform.database.offsets import advance_offsets
from shared.platform.database.pipeline import Pipe
from shared.platform.errors import PoisonError
from shared.platform.kafka.messages import Batch, Handler, Record
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

    def reserve(self, subscription: UUID, *, urgent: bool = False) -> UUID | None:
        """A place for one new delivery of a subscription, None when it has to queue. An urgent one does not wait for others."""
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


Item = TypeVar("Item")
SpreadBatch = Callable[[Pipe, Sequence[Item], datetime, Reserve, timedelta, Spread], Awaitable[None]]


class TopicHandler(Generic[Item]):
    """Hands batches to fan-out, and after the commit to those who send. `read` makes an item of a record, `spread` deliveries of items.

    Partitions call concurrently, and share transactions as soon as that matters.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        hands: Hands,
        *,
        what: str,
        read: Callable[[Record], Item],
        spread: SpreadBatch[Item],
    ) -> None:
        self._database = database
        self._clock = clock
        self._hands = hands
        self._what = what
        self._read = read
        self._spread = spread
        self._together = Together(self._commit)

    async def handle(self, batch: Batch) -> None:
        """Spread a batch; raises PoisonError for records that are none of this topic, before anything is changed."""
        await self._together.take((batch, self._items(batch)))

    async def _commit(self, taken: Sequence[tuple[Batch, list[Item]]]) -> None:
        arrived = [one for _, own in taken for one in own]
        made = Spread()
        since = asyncio.get_running_loop().time()
        try:
            async with self._database.pipeline() as pipe:
                advance = await advance_offsets(pipe, consumer_offset, CONSUMER, [batch for batch, _ in taken])
                if arrived:
                    await self._spread(pipe, arrived, self._clock.now(), self._hands.reserve, self._hands.lease, made)
                await advance.confirm()
            await made.settle()
        except BaseException:
            self._hands.release([*made.leased, *made.void])
            raise
        self._hands.release(made.void)
        self._hands.give(made.leased, since)
        self._hands.wake(made.queued)

    def _items(self, batch: Batch) -> list[Item]:
        found: list[Item] = []
        bad: dict[int, str] = {}
        for record in batch.records:
            try:
                found.append(self._read(record))
            except ValidationError as error:
                kinds = ", ".join(sorted({found["type"] for found in error.errors(include_input=False, include_url=False)}))
                bad[record.offset] = f"it is no {self._what}: {kinds}"
        if bad:
            raise PoisonError(records=bad)
        return found


class AlertHandler(TopicHandler[Arrived]):
    """The alerts topic."""

    def __init__(self, database: Database, clock: Clock, hands: Hands) -> None:
        super().__init__(database, clock, hands, what="alert", read=_alert, spread=spread)


class NoticeHandler(TopicHandler[ArrivedNotice]):
    """The notices topic."""

    def __init__(self, database: Database, clock: Clock, hands: Hands) -> None:
        super().__init__(database, clock, hands, what="notice", read=_notice, spread=spread_notices)


def by_topic(handlers: Mapping[str, Handler]) -> Handler:
    """Each batch to the handler of its topic."""

    async def handle(batch: Batch) -> None:
        await handlers[batch.topic](batch)

    return handle


def _alert(record: Record) -> Arrived:
    return Arrived(AlertMessage.model_validate_json(record.value or b""), _traceparent(record))


def _notice(record: Record) -> ArrivedNotice:
    return ArrivedNotice(Notice.model_validate_json(record.value or b""), _traceparent(record))


def _traceparent(record: Record) -> str | None:
    trace = header([(name, value) for name, value in record.headers if value is not None], "traceparent")
    return trace if trace and _TRACEPARENT.fullmatch(trace) else None
