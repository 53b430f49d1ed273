"""One consumer of the client from its opening to its closing."""

import asyncio

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import (
    CorruptRecordException,
    KafkaError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
    RecordTooLargeError,
    UnsupportedCodecError,
)

from shared.platform.kafka.client import retire
from shared.platform.kafka.errors import SessionBrokenError
from shared.platform.kafka.partitions import Partitions, Subscription
from shared.platform.kafka.poller import Polled, Poller
from shared.platform.kafka.quarantine import quarantined
from shared.platform.kafka.runner import Chunk
from shared.platform.kafka.watch import Watch

log = structlog.get_logger()

_POISONOUS = (CorruptRecordException, RecordTooLargeError, UnsupportedCodecError)
"""The client's own errors that speak of a record; whatever is not the client's own does so too."""


class ConsumerSession:
    """Polls until told to stop or the client breaks.

    The group only says which partitions are ours. A new one is paused, its stored offset is read, the client is set to it,
    and only then are its records taken; whatever the client hands out of a partition before that is dropped.
    """

    def __init__(self, consumer: AIOKafkaConsumer, subscription: Subscription, wake: asyncio.Event) -> None:
        self._consumer = consumer
        self._sub = subscription
        self._wake = wake
        self._partitions: Partitions | None = None
        self._watch = Watch(consumer, subscription.duties.group, subscription.settings.stall_limit_seconds)

    @property
    def progressed(self) -> bool:
        """Whether any record was handled."""
        return self._partitions is not None and self._partitions.handled

    def faults(self) -> list[str]:
        """For readiness."""
        return ["no partitions assigned yet"] if self._partitions is None else self._partitions.faults()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` and close the consumer; `SessionBrokenError` when the client fails, a bug as an exception group."""
        broken: SessionBrokenError | None = None
        try:
            async with asyncio.TaskGroup() as tasks:
                partitions = self._partitions = Partitions(self._consumer, self._sub, tasks)
                self._consumer.subscribe(list(partitions.names), listener=partitions)
                measuring = tasks.create_task(self._watch.measure(partitions.runners))
                poller = Poller(self._consumer, partitions, self._sub, tasks, self._wake)
                try:
                    while not stop.is_set():
                        await self._turn(partitions, poller)
                except SessionBrokenError as error:
                    broken = error
                await partitions.give_back(self._sub.settings.stop_deadline_seconds)
                await retire(self._consumer, self._sub.settings.stop_deadline_seconds)
                measuring.cancel()
                poller.cancel()
        finally:
            await retire(self._consumer, self._sub.settings.stop_deadline_seconds)
        if broken is not None:
            raise broken

    async def _turn(self, partitions: Partitions, poller: Poller) -> None:
        self._wake.clear()
        partitions.reconcile()
        await partitions.place()
        result = await poller.poll()
        if isinstance(result, Exception):
            await self._judge(result, partitions)
        elif result:
            _hand_out(result, partitions)
        self._watch.check()

    async def _judge(self, error: Exception, partitions: Partitions) -> None:
        if isinstance(error, NoOffsetForPartitionError):
            return
        if isinstance(error, OffsetOutOfRangeError):
            for tp, offset in error.args[0].items():
                if tp in partitions.runners:
                    partitions.halt(tp, f"offset {offset} is out of the topic's range")
            return
        if isinstance(error, KafkaError) and not isinstance(error, _POISONOUS):
            raise SessionBrokenError(type(error).__name__) from error
        await self._step_over(error, partitions)

    async def _step_over(self, error: Exception, partitions: Partitions) -> None:
        """Something broke the client's parser: look in the log itself for the batch, and step over it.

        The client has lost what it read before the failure, so every partition is set back to where we are.
        """
        stepped = False
        for tp, runner in list(partitions.runners.items()):
            try:
                chunk = await quarantined(self._sub.settings, tp, runner)
            except (KafkaError, OSError, TimeoutError) as again:
                raise SessionBrokenError(type(again).__name__) from again
            if chunk is not None and not runner.closed:
                stepped = True
                runner.offer(chunk)
            partitions.seek(tp, runner.position)
        if not stepped:
            raise SessionBrokenError(type(error).__name__) from error


def _hand_out(polled: Polled, partitions: Partitions) -> None:
    for tp, records in polled.items():
        runner = partitions.runners.get(tp)
        if runner is None or runner.closed:
            continue
        fresh = records if records[0].offset >= runner.position else [r for r in records if r.offset >= runner.position]
        if fresh:
            runner.offer(Chunk(fresh, fresh[-1].offset + 1))
