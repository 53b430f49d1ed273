"""How large a message each topic takes, asked of the broker."""

import asyncio

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from shared.platform.kafka.connection import client_options
from shared.platform.settings import KafkaSettings

MAX_MESSAGE_BYTES = "max.message.bytes"
_BROKERS_DEFAULT = 1_048_588


class TopicLimits:
    """Each topic is asked for once; `forget` after the broker refused a batch that should have passed."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._known: dict[str, int] = {}
        self._asking = asyncio.Lock()

    def forget(self, topic: str) -> None:
        """Ask again next time."""
        self._known.pop(topic, None)

    async def of(self, topic: str) -> int:
        """The topic's limit in bytes; Kafka's default when the broker does not let us read it."""
        async with self._asking:
            if topic not in self._known:
                self._known[topic] = await self._ask(topic)
            return self._known[topic]

    async def _ask(self, topic: str) -> int:
        admin = AIOKafkaAdminClient(**client_options(self._settings))
        try:
            await admin.start()
            wanted = ConfigResource(ConfigResourceType.TOPIC, self._settings.topic(topic), {MAX_MESSAGE_BYTES: ""})
            answers = await admin.describe_configs([wanted])
        finally:
            await admin.close()
        for answer in answers:
            for code, _message, _kind, _name, entries in answer.resources:  # type: ignore[attr-defined] # by protocol version
                if code == 0:
                    return next((int(entry[1]) for entry in entries if entry[0] == MAX_MESSAGE_BYTES), _BROKERS_DEFAULT)
                if code in _UNKNOWN_TOPIC:
                    raise KafkaError(f"the topic {topic} does not exist")
        return _BROKERS_DEFAULT


_UNKNOWN_TOPIC = (3,)
"""UNKNOWN_TOPIC_OR_PARTITION (Kafka protocol guide, error codes)."""
