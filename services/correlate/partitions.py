"""Whether the topics have the partitions that markers are counted by, asked of the broker at the start and ever after.

A marker of the list goes into every events partition, and from each of them into every sightings partition. Where there are more than
markers were sent to, a look back would begin too early; so what the broker has is what counts, and what differs from the
declaration is said in `/readyz`: a key would have moved, and a subject's sightings with it.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import structlog

from shared.contracts.topics import EVENTS, SIGHTINGS, TOPICS
from shared.platform.errors import TransientError

log = structlog.get_logger()

_UNTIL_KNOWN_SECONDS: Final = 1.0
DECLARED: Final = {topic.name: topic.partitions for topic in TOPICS if topic.name in {EVENTS, SIGHTINGS}}


class PartitionWatch:
    """A worker. `count` asks the broker; `grown` is called, until it succeeds, when the events topic is not as markers were sent last."""

    name = "partitions"

    def __init__(
        self,
        count: Callable[[str], Awaitable[int]],
        *,
        every_seconds: float,
        grown: Callable[[], Awaitable[None]] | None = None,
        topic_name: Callable[[str], str] = str,
        declared: Mapping[str, int] = DECLARED,
    ) -> None:
        self._count = count
        self._every_seconds = every_seconds
        self._grown = grown
        self._topic_name = topic_name
        self._declared = declared
        self._known: dict[str, int] = {}
        self._marked = declared[EVENTS]

    def events(self) -> int:
        """The partitions of the events topic as known last; as declared until somebody said."""
        return self._known.get(EVENTS, self._declared[EVENTS])

    def ways(self) -> int | None:
        """How many ways lead from an events to a sightings partition; None until the broker has said."""
        if self._known.keys() < self._declared.keys():
            return None
        return self._known[EVENTS] * self._known[SIGHTINGS]

    def check(self) -> str | None:
        """For readiness: the first topic that is not as declared, and what to do about it."""
        for topic, declared in self._declared.items():
            name, known = self._topic_name(topic), self._known.get(topic)
            if known is None:
                return (
                    f"the broker has not said how many partitions {name} has; `atalaya topics apply` makes it where it is missing"
                )
            if known != declared:
                return (
                    f"{name} has {known} partitions and not the {declared} that keys and markers are counted by: delete it and run `atalaya "
                    "topics apply`, or name other topics by ATALAYA_KAFKA__TOPIC_PREFIX and apply those"
                )
        return None

    async def run(self, stop: asyncio.Event) -> None:
        """Look again and again until `stop`."""
        async with asyncio.TaskGroup() as group:
            looking = group.create_task(self._look_on(stop))
            await stop.wait()
            looking.cancel()

    async def look(self) -> None:
        """Ask once; what nobody answers stays as it was known."""
        for topic in self._declared:
            with contextlib.suppress(TransientError):
                found = await self._count(topic)
                if found not in {self._declared[topic], self._known.get(topic)}:
                    log.error("topic.differs", topic=topic, partitions=found, declared=self._declared[topic])
                self._known[topic] = found
        if self._grown is not None and self.events() != self._marked:
            marked = self.events()
            with contextlib.suppress(TransientError):
                await self._grown()
                self._marked = marked

    async def _look_on(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self.look()
            pause = self._every_seconds if self.ways() else min(_UNTIL_KNOWN_SECONDS, self._every_seconds)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await stop.wait()
