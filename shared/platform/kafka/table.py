"""A compacted topic held in memory by every process that needs it whole."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import TypeAlias

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError, OffsetOutOfRangeError
from aiokafka.structs import TopicPartition

from shared.platform.kafka.client import open_consumer, retire
from shared.platform.kafka.messages import Headers
from shared.platform.kafka.metrics import TABLE_READY, TABLE_RECORDS
from shared.platform.kafka.poison import fetch_raw, inspect
from shared.platform.readiness import Readiness
from shared.platform.settings import KafkaSettings

log = structlog.get_logger()

Apply: TypeAlias = Callable[[bytes | None, bytes | None, Headers, int], None]
"""Key, value (None: the key is gone), headers, offset. Quick; an exception ends the worker."""

_PAUSE_SECONDS = 1.0
_LOOK_SECONDS = 10.0
_OUTDATED_SECONDS = 3.5 * 86_400
"""Half the time for which deletions are kept: after a longer absence one may have been missed."""


class CompactedTable:
    """Applies every record of a topic from its start, in order per partition, then follows it, until stopped.

    `ready` is set once everything that was there at the start has been applied: the ends are taken once and read up to on
    every partition, by the client's position and not by records, for the last offset may hold none. A broker that goes and
    comes back is read on from where it was; when that is not there any more, or after days away, `reset` is called and all is
    read again. A batch the client cannot read is logged and stepped over, its sound records applied.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        topic: str,
        *,
        apply: Apply,
        reset: Callable[[], None],
        readiness: Readiness | None = None,
    ) -> None:
        self.name = f"table {topic}"
        self.ready = asyncio.Event()
        self._settings = settings
        self._topic = topic
        self._apply = apply
        self._reset = reset
        self._positions: dict[TopicPartition, int] = {}
        self._ends: dict[TopicPartition, int] = {}
        self._behind: dict[TopicPartition, int] = {}
        self._seen_at = 0.0
        TABLE_READY.labels(topic).set(0)
        if readiness is not None:
            readiness.register(self.name, lambda: None if self.ready.is_set() else "not read to its end yet")

    async def run(self, stop: asyncio.Event) -> None:
        """Read until `stop`."""
        while not stop.is_set():
            try:
                await self._follow(stop)
            except OffsetOutOfRangeError:
                self._start_over("the topic was cut")
            except (KafkaError, OSError, TimeoutError) as error:
                log.warning("table.interrupted", topic=self._topic, error=type(error).__name__)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_PAUSE_SECONDS):
                        await stop.wait()

    async def _follow(self, stop: asyncio.Event) -> None:
        consumer = await open_consumer(self._settings, group=None)
        try:
            ends = await self._assign(consumer)
            looked = _now()
            while not stop.is_set():
                await self._read(consumer)
                if _now() - looked > min(_LOOK_SECONDS, self._settings.stall_limit_seconds / 4):
                    await self._must_follow(consumer)
                    looked = _now()
                if not self.ready.is_set() and await self._reached(consumer, ends):
                    self.ready.set()
                    TABLE_READY.labels(self._topic).set(1)
                    log.info("table.read", topic=self._topic, partitions=len(ends))
        finally:
            await retire(consumer, self._settings.stop_deadline_seconds)

    async def _must_follow(self, consumer: AIOKafkaConsumer) -> None:
        """KafkaError when the broker does not answer, when records wait since the last look and none was read, when partitions were
        added, or when this process stood still for so long that deletions may be gone from the topic.

        The client would go on in silence, and a key that was revoked would stay good here.
        """
        if _now() - self._seen_at > _OUTDATED_SECONDS:
            raise KafkaError("this process stood still for too long")
        known = consumer.partitions_for_topic(self._settings.topic(self._topic))
        if known is not None and len(known) > len(self._positions):
            raise KafkaError("partitions were added")
        behind = {tp: self._positions[tp] for tp, end in self._ends.items() if await consumer.position(tp) < end}
        if behind and behind == {tp: self._behind.get(tp) for tp in behind}:
            raise KafkaError("records wait and none is read")
        self._behind = behind
        self._ends = await consumer.end_offsets(list(self._positions))
        self._seen_at = _now()

    async def _assign(self, consumer: AIOKafkaConsumer) -> dict[TopicPartition, int]:
        """Place every partition; the ends of all of them now."""
        name = self._settings.topic(self._topic)
        async with asyncio.timeout(self._settings.request_timeout_seconds):
            numbers = await consumer._client._wait_on_metadata(name)  # noqa: SLF001 - the client offers it only to producers
        partitions = [TopicPartition(name, number) for number in sorted(numbers)]
        consumer.assign(partitions)
        ends: dict[TopicPartition, int] = await consumer.end_offsets(partitions)
        first = await consumer.beginning_offsets(partitions)
        if self._outdated(ends):
            self._start_over("it was away too long, or the topic is another one")
        for tp in partitions:
            consumer.seek(tp, self._positions.setdefault(tp, first[tp]))
        self._ends, self._behind, self._seen_at = ends, {}, _now()
        return ends

    def _outdated(self, ends: dict[TopicPartition, int]) -> bool:
        away = _now() - self._seen_at > _OUTDATED_SECONDS
        other = any(position > ends.get(tp, 0) for tp, position in self._positions.items())
        return bool(self._positions) and (away or other or self._positions.keys() != ends.keys())

    def _start_over(self, reason: str) -> None:
        log.warning("table.reset", topic=self._topic, reason=reason)
        self.ready.clear()
        TABLE_READY.labels(self._topic).set(0)
        self._positions.clear()
        self._reset()

    async def _read(self, consumer: AIOKafkaConsumer) -> None:
        try:
            polled = await consumer.getmany(timeout_ms=round(self._settings.poll_timeout_seconds * 1000))
        except OffsetOutOfRangeError:
            raise
        except Exception as error:
            if not await self._step_over(consumer):
                raise
            log.error("table.stepped_over", topic=self._topic, error=type(error).__name__)  # noqa: TRY400 - no trace wanted
            return
        for tp, records in polled.items():
            for record in records:
                self._apply(record.key, record.value, record.headers, record.offset)
            self._positions[tp] = records[-1].offset + 1
            TABLE_RECORDS.labels(self._topic).inc(len(records))

    async def _step_over(self, consumer: AIOKafkaConsumer) -> bool:
        stepped = False
        for tp, position in self._positions.items():
            finding = inspect(await fetch_raw(self._settings, tp, position), position)
            if finding is not None:
                stepped = True
                for record in (*finding.before, *finding.salvaged):
                    self._apply(record.key, record.value, record.headers, record.offset)
                self._positions[tp] = finding.batch.last_offset + 1
            consumer.seek(tp, self._positions[tp])
        return stepped

    async def _reached(self, consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> bool:
        for tp, end in ends.items():
            if await consumer.position(tp) < end:
                return False
        return True


def _now() -> float:
    return asyncio.get_running_loop().time()
