"""What is sent and what is read, in our own words."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeAlias, runtime_checkable
from uuid import UUID

Headers: TypeAlias = Sequence[tuple[str, bytes | None]]
"""In the order they were written; a name may stand more than once, and a foreign producer may leave a value out."""


class Message(NamedTuple):
    """One message to send. Topics are named without the installation's prefix, here as everywhere above the client."""

    topic: str
    value: bytes | None
    key: bytes | None = None
    headers: Headers = ()
    partition: int | None = None
    """Only where every partition must be reached; otherwise the key decides."""


class Record(Protocol):
    """One record as it was read."""

    @property
    def offset(self) -> int:
        """Its place in the partition."""
        ...

    @property
    def timestamp(self) -> int:
        """Milliseconds since 1970, the producer's or the broker's as the topic is set."""
        ...

    @property
    def key(self) -> bytes | None:
        """The key's bytes."""
        ...

    @property
    def value(self) -> bytes | None:
        """The value's bytes."""
        ...

    @property
    def headers(self) -> Headers:
        """What stands beside the value."""
        ...


class SalvagedRecord(NamedTuple):
    """A record taken out of a batch that the client could not read whole."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers


@dataclass(frozen=True, slots=True)
class Batch:
    """Records of one partition in order, and the move of its offset that belongs to them.

    `records` may be empty: then only the offset moves (what stood there went to the dead letters).
    """

    topic: str
    partition: int
    records: Sequence[Record]
    expected_offset: int | None
    """The stored offset as this process knows it; None when none is stored yet."""
    next_offset: int
    """What to store, together with the effects, if and only if the stored one is still `expected_offset`."""
    topic_id: UUID | None = None
    """Which topic of that name it is: stored with its first offset. None where the broker or the store tells none apart."""


Handler: TypeAlias = Callable[[Batch], Awaitable[None]]
"""Commits the effects of a batch and its offset as one; `TransientError`, `PoisonError`, `LostPartitionError` have their meaning,
any other exception ends the worker."""


class OffsetStore(Protocol):
    """Where the next offsets are kept, beside the effects."""

    async def load(self, topic: str, partitions: Sequence[int]) -> dict[int, int | None]:
        """The stored next offset of each of these partitions, None where none is stored; `TransientError` when it is away."""
        ...


@runtime_checkable
class IdentifyingStore(OffsetStore, Protocol):
    """Keeps beside each offset which topic of that name it belongs to."""

    async def identify(self, topic: str, topic_id: UUID, partitions: Sequence[int]) -> set[int]:
        """Those of these partitions whose offset belongs to another topic of that name; where none is noted yet, this one is.

        `TransientError` when it is away.
        """
        ...
