"""Who may report through Kafka: the agencies of the settings, and those that have a key for the topic."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.ingest.settings import KafkaAgency
from shared.platform.auth.keys import Key
from shared.platform.auth.ring import KeyRing
from shared.platform.clock import Clock
from shared.platform.kafka.errors import OutcomeUnknownError

_KEYS_WITHIN: Final = 10.0


@dataclass(frozen=True)
class Reporters:
    """A key lets its agency report through the topics it names, for as long as it is good and may write events; settings have no end.

    With `any_topic` a key that names no topic lets it report through all.
    """

    configured: Mapping[str, KafkaAgency]
    ring: KeyRing
    ring_read: asyncio.Event
    clock: Clock
    any_topic: bool = False

    async def known(self) -> None:
        """Return once the keys are read: before, an agency that may report would be refused. OutcomeUnknownError if that takes long."""
        try:
            async with asyncio.timeout(_KEYS_WITHIN):
                await self.ring_read.wait()
        except TimeoutError:
            raise OutcomeUnknownError("the keys are not read yet") from None

    def nation_of(self, agency: str, topic: str) -> str | None:
        """The nation of an agency that may report through this topic, None of any other."""
        named = self.configured.get(agency)
        if named is not None and (not named.topics or topic in named.topics):
            return named.nation
        return next((key.nation for key in self.ring.of_agency(agency) if self._names(key, topic) and self._reports(key)), None)

    def may_report(self, agency: str) -> bool:
        """Whether it may report through any topic."""
        return agency in self.configured or any(
            (key.topics or self.any_topic) and self._reports(key) for key in self.ring.of_agency(agency)
        )

    def _names(self, key: Key, topic: str) -> bool:
        return topic in key.topics or (self.any_topic and not key.topics)

    def _reports(self, key: Key) -> bool:
        return key.is_good(self.clock.now()) and key.allows("events:write")
