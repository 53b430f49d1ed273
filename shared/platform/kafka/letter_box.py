"""Reading the dead letters again: each as it was buried, and whether it was sent back since."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition

from shared.platform.kafka.client import open_consumer, retire
from shared.platform.kafka.dead_letters import NULL_VALUE, PREFIX, hops
from shared.platform.kafka.messages import Headers, Message, Record
from shared.platform.settings import KafkaSettings

REPLAYED: Final = "replayed"
"""The kind of a mark: a message among the dead letters that says of one that it was sent back."""
_POLL_MS = 500


@dataclass(frozen=True, slots=True)
class BuriedLetter:
    """A dead letter as it lies on its topic."""

    place: str
    """`partition-offset` on the topic of dead letters: its name for operators."""
    buried_at: datetime
    topic: str
    partition: int
    offset: int
    reason: str
    service: str
    kind: str
    hops: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    """The original ones and ours."""

    @property
    def own_headers(self) -> Headers:
        """Those that the record came with."""
        return tuple((name, value) for name, value in self.headers if not name.startswith(PREFIX))

    def own(self, name: str) -> str | None:
        """The first of its own headers of that name, as text; None where it is absent or none."""
        found = next((value for header, value in self.own_headers if header == name and value is not None), None)
        return None if found is None else found.decode("utf-8", "replace")


class LetterBox:
    """The dead letters that there were when it was opened: what is buried meanwhile is not looked at, however long it takes."""

    def __init__(
        self, consumer: AIOKafkaConsumer, first: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]
    ) -> None:
        self._consumer = consumer
        self._first = first
        self._ends = ends

    async def letters(self) -> AsyncIterator[BuriedLetter]:
        """Each letter, in order of its partition. May be asked for again."""
        async for partition, record in self._records():
            letter = _letter(partition, record)
            if letter is not None and letter.kind != REPLAYED:
                yield letter

    async def replayed(self) -> dict[str, datetime]:
        """The places of the letters that were sent back, and when last."""
        found: dict[str, datetime] = {}
        async for _, record in self._records():
            if _text(record.headers, "dl-kind") == REPLAYED:
                found[_text(record.headers, "dl-of")] = _moment(record)
        return found

    async def _records(self) -> AsyncIterator[tuple[int, Record]]:
        for place, offset in self._first.items():
            self._consumer.seek(place, offset)
        left = {place for place, end in self._ends.items() if self._first[place] < end}
        while left:
            polled = await self._consumer.getmany(*left, timeout_ms=_POLL_MS)
            for place, records in polled.items():
                for record in records:
                    if record.offset < self._ends[place]:
                        yield place.partition, record
            left = {place for place in left if await self._consumer.position(place) < self._ends[place]}


@asynccontextmanager
async def open_letters(settings: KafkaSettings, topic: str, *, since: datetime | None = None) -> AsyncIterator[LetterBox]:
    """The dead letters on `topic`, those buried at `since` or later. Raises KafkaError, OSError or TimeoutError where no broker answers."""
    consumer = await open_consumer(settings, group=None)
    try:
        name = settings.topic(topic)
        numbers = await consumer._client._wait_on_metadata(name)  # noqa: SLF001 - the client offers it only to producers
        places = [TopicPartition(name, number) for number in sorted(numbers)]
        consumer.assign(places)
        ends: dict[TopicPartition, int] = await consumer.end_offsets(places)
        yield LetterBox(consumer, await _first(consumer, places, ends, since), ends)
    finally:
        await retire(consumer, settings.stop_deadline_seconds)


async def _first(
    consumer: AIOKafkaConsumer, places: list[TopicPartition], ends: Mapping[TopicPartition, int], since: datetime | None
) -> dict[TopicPartition, int]:
    if since is None:
        earliest: dict[TopicPartition, int] = await consumer.beginning_offsets(places)
        return earliest
    stamp = round(since.timestamp() * 1000)
    found = await consumer.offsets_for_times(dict.fromkeys(places, stamp))
    return {place: ends[place] if (at := found.get(place)) is None else at.offset for place in places}


def mark_of(letter: BuriedLetter, topic: str) -> Message:
    """What says on the topic of dead letters that this one was sent back."""
    return Message(topic, b"", None, (("dl-kind", REPLAYED.encode()), ("dl-of", letter.place.encode())))


def _letter(partition: int, record: Record) -> BuriedLetter | None:
    """None for what nobody here wrote."""
    where, offset = _text(record.headers, "dl-partition"), _text(record.headers, "dl-offset")
    kind = _text(record.headers, "dl-kind")
    if not kind or (kind != REPLAYED and not (where.isascii() and where.isdigit() and offset.isascii() and offset.isdigit())):
        return None
    is_null = any(name == NULL_VALUE for name, _ in record.headers)
    return BuriedLetter(
        place=f"{partition}-{record.offset}",
        buried_at=_moment(record),
        topic=_text(record.headers, "dl-topic"),
        partition=int(where or 0),
        offset=int(offset or 0),
        reason=_text(record.headers, "dl-reason"),
        service=_text(record.headers, "dl-service"),
        kind=kind,
        hops=hops(record.headers),
        key=record.key,
        value=None if is_null else record.value,
        headers=tuple(record.headers),
    )


def _text(headers: Headers, name: str) -> str:
    found = next((value for header, value in headers if header == name and value is not None), b"")
    return found.decode("utf-8", "replace")


def _moment(record: Record) -> datetime:
    return datetime.fromtimestamp(record.timestamp / 1000, UTC)
