"""The partitions of a consumer: given by the group, placed by the store, each with its runner."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener
from aiokafka.errors import IllegalStateError, KafkaError
from aiokafka.structs import TopicPartition

from shared.platform.kafka.errors import StalledError, TransientError
from shared.platform.kafka.messages import OffsetStore
from shared.platform.kafka.metrics import HALTED
from shared.platform.kafka.placement import Nowhere, Place, find_places
from shared.platform.kafka.runner import Duties, PartitionRunner
from shared.platform.settings import KafkaSettings

log = structlog.get_logger()

_AGAIN_SECONDS = 1.0
"""Pause before a partition is placed again that was lost or whose store was away."""


@dataclass(frozen=True)
class Subscription:
    """What a consumer reads, for whom, and from where."""

    settings: KafkaSettings
    topics: Sequence[str]
    store: OffsetStore | None
    """None: the group's own offsets."""
    duties: Duties
    halted: dict[TopicPartition, str]
    """Partitions that wait for an operator; outlives the client's consumers."""


class Partitions(ConsumerRebalanceListener):
    """As a listener it only notes that the assignment changed: the client hands out records before a listener has ended."""

    def __init__(self, consumer: AIOKafkaConsumer, subscription: Subscription, tasks: asyncio.TaskGroup) -> None:
        self.generation = 0
        """Counts changes of the assignment: what was read in an older one is dropped."""
        self.runners: dict[TopicPartition, PartitionRunner] = {}
        self.names = {subscription.settings.topic(topic): topic for topic in subscription.topics}
        """The broker's names of the topics, with ours."""
        self.handled = False
        """Whether any record was handled."""
        self._consumer = consumer
        self._sub = subscription
        self._tasks = tasks
        self._running: dict[PartitionRunner, asyncio.Task[None]] = {}
        self._reconciled = -1
        self._due: dict[TopicPartition, float] = {}

    @property
    def assigned(self) -> bool:
        """Whether the group has said which partitions are ours."""
        return self._reconciled == self.generation

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Note it."""
        del revoked
        self.changed()

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Note it."""
        del assigned
        self.changed()

    def changed(self) -> None:
        """Whatever is read from now on counts only after it was placed anew."""
        self.generation += 1
        self._sub.duties.wake()

    def faults(self) -> list[str]:
        """For readiness."""
        found = [f"{_name(tp)} waits: {runner.retrying}" for tp, runner in sorted(self.runners.items()) if runner.retrying]
        if not self.assigned:
            found.append("no partitions assigned yet")
        elif self._due:
            found.append("partitions are being placed")
        unseen = [topic for name, topic in self.names.items() if not self._consumer.partitions_for_topic(name)]
        return found + [f"{topic} is not there, or may not be read" for topic in unseen]

    def reconcile(self) -> None:
        """After a change of the assignment give all back and place them anew; after a loss, a halt or a halt's end that one."""
        self._go_on()
        if not self.assigned and (assigned := self._consumer.assignment()) is not None and self._settled():
            self._reconciled = self.generation
            for tp in list(self.runners):
                self._take_back(tp)
            self._due = {tp: 0.0 for tp in assigned if tp not in self._sub.halted}
            self._pause(assigned)
        for tp, runner in list(self.runners.items()):
            self.handled = self.handled or runner.done > runner.started
            if runner.halted is not None:
                self.halt(tp, runner.halted)
            elif runner.lost:
                self._take_back(tp)
                self._pause([tp])
                self._due[tp] = _now() + _AGAIN_SECONDS

    async def place(self) -> None:
        """Set the client to the stored offset of each partition that waits for it, and start its runner."""
        self._running = {runner: task for runner, task in self._running.items() if not task.done()}
        self._must_end()
        busy = {(runner.topic, runner.partition) for runner in self._running}
        due = [tp for tp, at in self._due.items() if at <= _now() and (self.names[tp.topic], tp.partition) not in busy]
        if not due or not self.assigned:
            return
        generation = self.generation
        try:
            places = await find_places(self._consumer, self._sub.store, self.names, due)
        except (TransientError, TimeoutError, KafkaError) as error:
            log.warning("partitions.postponed", group=self._sub.duties.group, error=type(error).__name__)
            self._due.update(dict.fromkeys(due, _now() + _AGAIN_SECONDS))
            return
        for tp, place in places.items():
            if generation == self.generation:
                self._start(tp, place)

    def _must_end(self) -> None:
        """A partition that was given back is not placed again before its handler returns; one that never does is a stall."""
        for runner in self._running:
            idle = _now() - runner.progressed_at
            if runner.closed and idle > self._sub.settings.stall_limit_seconds:
                raise StalledError(f"{runner.topic}/{runner.partition} was given back and has not ended for {idle:.0f} s")

    def _start(self, tp: TopicPartition, place: Place | Nowhere) -> None:
        del self._due[tp]
        if not isinstance(place, Place):
            self.halt(tp, str(place))
            return
        self.seek(tp, place.start)
        self._consumer.resume(tp)
        runner = PartitionRunner(self.names[tp.topic], tp.partition, self._sub.duties, place)
        self.runners[tp] = runner
        self._running[runner] = self._tasks.create_task(runner.run(), name=_name(tp))
        log.info("partition.placed", topic=runner.topic, partition=tp.partition, offset=place.start)

    def halt(self, tp: TopicPartition, reason: str) -> None:
        """Stop a partition until an operator has looked and the process was started anew."""
        log.error("partition.halted", topic=tp.topic, partition=tp.partition, reason=reason)
        self._take_back(tp)
        self._pause([tp])
        self._sub.halted[tp] = reason
        self._count_halted(tp.topic)

    def _go_on(self) -> None:
        """Place partitions anew whose halt has ended by itself."""
        sources = self._sub.duties.sources
        for topic, partition in () if sources is None else sources.released():
            tp = TopicPartition(self._sub.settings.topic(topic), partition)
            if self._sub.halted.pop(tp, None) is None:
                continue
            log.warning("partition.resumed", topic=topic, partition=partition)
            self._count_halted(tp.topic)
            if self.assigned and tp in self._consumer.assignment():
                self._due[tp] = 0.0

    def _count_halted(self, topic: str) -> None:
        HALTED.labels(self._sub.duties.group, self.names[topic]).set(sum(1 for tp in self._sub.halted if tp.topic == topic))

    def seek(self, tp: TopicPartition, offset: int) -> None:
        """Set the client to an offset; what it has fetched beyond is fetched again."""
        try:
            self._consumer.seek(tp, offset)
        except IllegalStateError:
            self.changed()

    async def give_back(self, seconds: float) -> None:
        """Let every partition finish what is in hand for so many seconds, then end it: effects stand before marks."""
        for tp in list(self.runners):
            self._take_back(tp)
        pending = [task for task in self._running.values() if not task.done()]
        if pending:
            _, pending_still = await asyncio.wait(pending, timeout=seconds)
            for task in pending_still:
                log.warning("partition.abandoned", task=task.get_name())
                task.cancel()

    def _take_back(self, tp: TopicPartition) -> None:
        runner = self.runners.pop(tp, None)
        if runner is not None:
            runner.close()

    def _pause(self, partitions: Iterable[TopicPartition]) -> None:
        try:
            self._consumer.pause(*partitions)
        except IllegalStateError:
            self.changed()

    def _settled(self) -> bool:
        return not self._consumer._subscription.reassignment_in_progress  # noqa: SLF001 - the client tells it nowhere else


def _now() -> float:
    return asyncio.get_running_loop().time()


def _name(tp: TopicPartition) -> str:
    return f"{tp.topic}/{tp.partition}"
