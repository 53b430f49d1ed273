"""Where records go that cannot be handled: with their original bytes, and headers that say where from and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from shared.platform.clock import Clock
from shared.platform.kafka.messages import Headers, Message, Record
from shared.platform.kafka.metrics import DEAD_LETTERS
from shared.platform.kafka.producer import Producer

PREFIX = "dl-"
HOPS = "dl-hops"
NULL_VALUE = "dl-null-value"
_REASON_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One record; or one whole batch that the client could not read (`kind` batch: value is the batch as the log has it); or the
    place of records that an operator passed over (gap: without what they held).
    """

    topic: str
    partition: int
    offset: int
    reason: str
    """In words that name fields and rules, never their values."""
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    kind: Literal["record", "batch", "gap"] = "record"
    last_offset: int | None = None
    """Of a batch or a gap: its last record's offset."""

    @classmethod
    def of(cls, topic: str, partition: int, record: Record, reason: str) -> "DeadLetter":
        """The letter for a record that was read."""
        return cls(topic, partition, record.offset, reason, record.key, record.value, record.headers)


class DeadLetters(Protocol):
    """Where dead letters are kept."""

    async def add(self, letters: Sequence[DeadLetter]) -> None:
        """Return once all are safe; `TransientError` when that cannot be had now. Adding one twice does no harm."""
        ...


class TopicDeadLetters:
    """Dead letters on a topic, one message each, its original key, value and headers first and ours (`dl-…`) after them.

    Headers of that prefix which the original carried are overwritten, but for its count of hops.
    """

    def __init__(self, producer: Producer, topic: str, *, service: str, clock: Clock) -> None:
        self._producer = producer
        self._topic = topic
        self._service = service
        self._clock = clock

    async def add(self, letters: Sequence[DeadLetter]) -> None:
        """See `DeadLetters`."""
        for error in await self._producer.send_many([self._message(letter) for letter in letters]):
            if error is not None:
                raise error
        for letter in letters:
            DEAD_LETTERS.labels(self._service, letter.topic, letter.kind).inc()

    def _message(self, letter: DeadLetter) -> Message:
        ours = {
            "dl-topic": letter.topic,
            "dl-partition": str(letter.partition),
            "dl-offset": str(letter.offset),
            "dl-reason": letter.reason[:_REASON_LIMIT],
            "dl-service": self._service,
            "dl-time": self._clock.now().isoformat(),
            "dl-kind": letter.kind,
            HOPS: str(hops(letter.headers) + 1),
        }
        if letter.last_offset is not None:
            ours["dl-last-offset"] = str(letter.last_offset)
        if letter.value is None:
            ours[NULL_VALUE] = "1"
        theirs = [(name, value) for name, value in letter.headers if not name.startswith(PREFIX)]
        headers = (*theirs, *((name, text.encode()) for name, text in ours.items()))
        return Message(self._topic, letter.value if letter.value is not None else b"", letter.key, headers)


def hops(headers: Headers) -> int:
    """How often a record was a dead letter before; 0 for anything unreadable."""
    for name, value in headers:
        if name == HOPS and value is not None and value.isdigit():
            return min(int(value[:6]), 1_000_000)
    return 0


def original(headers: Headers) -> Headers:
    """The headers to replay a dead letter with: its own, and the count of hops."""
    kept = [(name, value) for name, value in headers if not name.startswith(PREFIX)]
    return (*kept, (HOPS, str(hops(headers)).encode()))
