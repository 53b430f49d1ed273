"""Our own watch over a consumer: the client's does not see a fetch that stands still."""

import asyncio
from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import IllegalStateError, KafkaError
from aiokafka.structs import TopicPartition

from shared.platform.kafka.errors import StalledError
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

    async def measure(self, runners: Mapping[TopicPartition, PartitionRunner]) -> None:
        """Measure every few seconds, until cancelled."""
        while True:
            await asyncio.sleep(min(_PERIOD_SECONDS, self._limit / 4))
            placed = list(runners)
            try:
                ends = await self._consumer.end_offsets(placed) if placed else {}
            except KafkaError:
                continue
            for tp, end in ends.items():
                if tp in runners:
                    self._note(tp, end - await self._reached(tp, runners[tp]))
            for tp in self._behind_since.keys() - runners.keys():
                del self._behind_since[tp]

    def check(self, runners: Mapping[TopicPartition, PartitionRunner]) -> None:
        """`StalledError` when records of a partition wait too long and nothing known is in the way."""
        now = asyncio.get_running_loop().time()
        for tp, since in self._behind_since.items():
            runner = runners.get(tp)
            if runner is not None and runner.retrying is None and now - max(since, runner.progressed_at) > self._limit:
                raise StalledError(f"{runner.topic}/{runner.partition} has made no progress for {self._limit} s")

    def _note(self, tp: TopicPartition, lag: int) -> None:
        LAG.labels(self._group, tp.topic, tp.partition).set(max(lag, 0))
        if lag > 0:
            self._behind_since.setdefault(tp, asyncio.get_running_loop().time())
        else:
            self._behind_since.pop(tp, None)

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
