"""Our own watch over a consumer: the client's does not see a fetch that stands still."""

import asyncio
from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import IllegalStateError, KafkaError
from aiokafka.structs import TopicPartition

from shared.platform.kafka.errors import SessionBrokenError, StalledError
from shared.platform.kafka.metrics import LAG
from shared.platform.kafka.runner import PartitionRunner

_PERIOD_SECONDS = 5.0


class Watch:
    """Asks the broker for the ends of the placed partitions and compares them with what was handled."""

    def __init__(self, consumer: AIOKafkaConsumer, group: str, stall_limit_seconds: float) -> None:
        self._consumer = consumer
        self._group = group
        self._limit = stall_limit_seconds
        self._behind_since: dict[TopicPartition, float] = {}
        self._measured_at = _now()
        self._stalled: str | None = None

    async def measure(self, runners: Mapping[TopicPartition, PartitionRunner]) -> None:
        """Measure every few seconds, until cancelled."""
        while True:
            await asyncio.sleep(min(_PERIOD_SECONDS, self._limit / 4))
            placed = list(runners)
            try:
                ends = await self._consumer.end_offsets(placed) if placed else {}
            except KafkaError:
                continue
            self._measured_at = _now()
            for tp, end in ends.items():
                if tp in runners:
                    self._note(tp, runners[tp], end - await self._reached(tp, runners[tp]))
            for tp in self._behind_since.keys() - runners.keys():
                del self._behind_since[tp]

    def check(self) -> None:
        """`StalledError` when records wait too long and nothing known is in the way.

        `SessionBrokenError` when the broker has not answered this client for as long: its brokers may all be others now,
        and it asks only those it knows.
        """
        if self._stalled is not None:
            raise StalledError(self._stalled)
        if _now() - self._measured_at > self._limit:
            raise SessionBrokenError("no answer from the brokers")

    def _note(self, tp: TopicPartition, runner: PartitionRunner, lag: int) -> None:
        LAG.labels(self._group, runner.topic, tp.partition).set(max(lag, 0))
        if lag <= 0:
            self._behind_since.pop(tp, None)
            return
        since = max(self._behind_since.setdefault(tp, _now()), runner.progressed_at)
        if runner.retrying is None and _now() - since > self._limit:
            self._stalled = f"{runner.topic}/{runner.partition} has made no progress for {self._limit} s"

    async def _reached(self, tp: TopicPartition, runner: PartitionRunner) -> int:
        """The offset handled up to, or as far as the client has read if all of that is: the last offsets may be empty."""
        if runner.done < runner.position:
            return runner.done
        try:
            async with asyncio.timeout(1):
                position: int = await self._consumer.position(tp)
                return max(runner.done, position)
        except (TimeoutError, IllegalStateError, KafkaError):
            return runner.done


def _now() -> float:
    return asyncio.get_running_loop().time()
