"""One poll of the client after another."""

import asyncio
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord, TopicPartition

from shared.platform.kafka.errors import SessionBrokenError
from shared.platform.kafka.partitions import Partitions, Subscription

_CROWDED_POLL_SECONDS = 0.05
"""A poll that leaves full partitions out ends soon, so that they are asked for again."""
_TICK_SECONDS = 1.0
_SESSIONS_PER_JOIN = 3
"""A member that is gone without a word holds up the others' joining for one session at least."""

Polled = dict[TopicPartition, list[ConsumerRecord[Any, Any]]]


class Poller:
    """Keeps one poll going, never cancelled while the consumer is used: a cancelled one blinds the client's idle watch."""

    def __init__(
        self,
        consumer: AIOKafkaConsumer,
        partitions: Partitions,
        subscription: Subscription,
        tasks: asyncio.TaskGroup,
        wake: asyncio.Event,
    ) -> None:
        self._consumer = consumer
        self._partitions = partitions
        self._settings = subscription.settings
        self._tasks = tasks
        self._wake = wake
        self._task: asyncio.Task[Polled | Exception] | None = None
        self._generation = 0
        self._started = 0.0

    async def poll(self) -> Polled | Exception | None:
        """What was read or went wrong; None when nothing did until something else wants to be looked at."""
        if self._task is None:
            self._start()
        if self._task is None or not self._task.done():
            await self._rest()
        if self._task is None or not self._task.done():
            self._must_not_hang()
            return None
        if self._task.cancelled():
            raise SessionBrokenError("the client's own task was ended")
        result, self._task = self._task.result(), None
        if isinstance(result, dict) and self._generation != self._partitions.generation:
            return self._dropped(result)
        return result

    def cancel(self) -> None:
        """After the consumer was closed."""
        if self._task is not None:
            self._task.cancel()

    def _start(self) -> None:
        runners = self._partitions.runners
        wanted = [tp for tp, runner in runners.items() if not runner.full]
        if runners and not wanted:
            return
        crowded = len(wanted) < len(runners) or not runners
        seconds = _CROWDED_POLL_SECONDS if crowded else self._settings.poll_timeout_seconds
        self._generation = self._partitions.generation
        self._started = asyncio.get_running_loop().time()
        self._task = self._tasks.create_task(self._getmany(wanted, seconds))
        self._task.add_done_callback(lambda _: self._wake.set())

    async def _getmany(self, wanted: Sequence[TopicPartition], seconds: float) -> Polled | Exception:
        try:
            polled: Polled = await self._consumer.getmany(
                *wanted, timeout_ms=round(seconds * 1000), max_records=self._settings.poll_max_records
            )
        except Exception as error:  # noqa: BLE001 - judged by the session
            return error
        return polled

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(_TICK_SECONDS):
                await self._wake.wait()
        except TimeoutError:
            return

    def _dropped(self, polled: Polled) -> Polled:
        """Begun before a change of the assignment: read it again, the client believes that we have it."""
        for tp in polled:
            runner = self._partitions.runners.get(tp)
            if runner is not None:
                self._partitions.seek(tp, runner.position)
        return {}

    def _must_not_hang(self) -> None:
        """The client waits without end for an assignment that does not come."""
        waited = asyncio.get_running_loop().time() - self._started
        longest_join = _SESSIONS_PER_JOIN * self._settings.session_timeout_seconds
        if self._task is not None and waited > max(longest_join, self._settings.stall_limit_seconds):
            raise SessionBrokenError("no answer to a poll")
