"""A batch: items as they stream in, taken in chunks with a few in flight, answered one line each in their order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from services.ingest.domain.normalise import Sender
from services.ingest.domain.refusal import RefusedError
from services.ingest.envelopes import open_binary_http, open_structured, read_strictly
from services.ingest.intake import Intake, Submission
from services.ingest.metrics import BATCH_ITEMS
from services.ingest.splitters import BrokenBatchError, Item, Oversized, Splitter
from services.ingest.verdict import Status, Verdict, refused, too_large
from shared.contracts.events import EventKind, Flag

_KINDS: Final = {kind.value: kind for kind in EventKind}
_ANSWERED: Final = {status: status.value.encode() for status in (Status.ACCEPTED, Status.DUPLICATE)}

Opener = Callable[[bytes], Submission]
Charge = Callable[[int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class ItemReader:
    """Makes submissions of the items of one sender."""

    sender: Sender
    strict: bool
    traceparent: str | None
    envelope: Mapping[str, str] | None = None
    """The headers of a CloudEvent in binary mode: then the body is the one item."""

    def read(self, text: bytes) -> Submission:
        """An item with its `type`, or a CloudEvent; raises RefusedError."""
        if self.envelope is not None:
            opened = open_binary_http(self.envelope, text, self.sender)
            return Submission(opened.kind, opened.tree, self.sender, self.strict, opened.traceparent or self.traceparent)
        tree = read_strictly(text)
        if isinstance(tree, dict) and "specversion" in tree:
            opened = open_structured(tree, self.sender)
            return Submission(opened.kind, opened.tree, self.sender, self.strict, opened.traceparent or self.traceparent)
        named = tree.get("type") if isinstance(tree, dict) else None
        kind = _KINDS.get(named) if isinstance(named, str) else None
        if kind is None:
            detail = "an item is an object whose type is " + " or ".join(_KINDS)
            raise RefusedError([Flag(pointer="/type", code="unknown_type", detail=detail)])
        return Submission(kind, tree, self.sender, self.strict, self.traceparent)


class Batch:
    """One batch on its way. Memory holds the chunks in flight and nothing else, whatever the batch's size."""

    def __init__(
        self,
        intake: Intake,
        pieces: AsyncIterator[bytes],
        splitter: Splitter,
        read: Opener,
        *,
        chunk_items: int,
        chunks_in_flight: int,
        charge: Charge,
    ) -> None:
        self._intake = intake
        self._chunks = _chunks(pieces, splitter, chunk_items)
        self._read = read
        self._charge = charge
        self._in_flight = chunks_in_flight
        self._answered = 0

    async def first(self) -> tuple[list[Verdict], bytes]:
        """The verdicts on the first chunk and its answer; empty where the batch is. Raises BrokenBatchError where nothing was an item."""
        async for chunk in self._chunks:
            await self._charge(len(chunk))
            verdicts = await self._take(chunk)
            return verdicts, self._answer(verdicts)
        return [], b""

    async def rest(self, write: Callable[[bytes], Awaitable[None]]) -> None:
        """Take what follows, writing the answers in order."""
        queue: asyncio.Queue[asyncio.Task[list[Verdict]] | None] = asyncio.Queue(self._in_flight)

        async def answer() -> None:
            while (task := await queue.get()) is not None:
                await write(self._answer(await task))

        async with asyncio.TaskGroup() as group:
            group.create_task(answer())
            async for chunk in self._chunks:
                await self._charge(len(chunk))
                await queue.put(group.create_task(self._take(chunk)))
            await queue.put(None)

    async def _take(self, chunk: Sequence[Item | BrokenBatchError]) -> list[Verdict]:
        verdicts: dict[int, Verdict] = {}

        def submissions() -> Iterator[Submission]:
            for index, item in enumerate(chunk):
                read = self._submission(item)
                if isinstance(read, Verdict):
                    verdicts[index] = read
                else:
                    yield read

        taken = iter(await self._intake.accept_many(submissions()))
        BATCH_ITEMS.inc(len(chunk))
        return [verdicts[index] if index in verdicts else next(taken) for index in range(len(chunk))]

    def _submission(self, item: Item | BrokenBatchError) -> Submission | Verdict:
        if isinstance(item, BrokenBatchError):
            return refused(RefusedError([Flag(pointer="", code="broken_batch", detail=f"{item}; nothing after this was read")]))
        if isinstance(item, Oversized):
            return too_large("the item is larger than an item may be")
        try:
            return self._read(item)
        except RefusedError as error:
            return refused(error)

    def _answer(self, verdicts: Sequence[Verdict]) -> bytes:
        start = self._answered
        self._answered += len(verdicts)
        return b"".join(_line(start + index, verdict) for index, verdict in enumerate(verdicts))


async def _chunks(pieces: AsyncIterator[bytes], splitter: Splitter, size: int) -> AsyncIterator[list[Item | BrokenBatchError]]:
    """Items in chunks; the end of each piece of the stream ends a chunk too, so that nobody waits for what has not come.

    Where the stream is no batch any more that stands as the last item; where it never was one, BrokenBatchError is raised.
    """
    chunk: list[Item | BrokenBatchError] = []
    any_item = False
    async for items in _split(pieces, splitter):
        try:
            for item in items:
                any_item = True
                chunk.append(item)
                if len(chunk) >= size:
                    yield chunk
                    chunk = []
        except BrokenBatchError as error:
            if not any_item:
                raise
            yield [*chunk, error]
            return
        if chunk:
            yield chunk
            chunk = []


async def _split(pieces: AsyncIterator[bytes], splitter: Splitter) -> AsyncIterator[Iterator[Item]]:
    async for piece in pieces:
        yield splitter.feed(piece)
    yield splitter.finish()


def _line(index: int, verdict: Verdict) -> bytes:
    status = _ANSWERED.get(verdict.status)
    if status is not None:
        return b'{"index":%d,"status":"%b","event_id":"%b","errors":[]}\n' % (
            index,
            status,
            str(verdict.event_id).encode(),
        )
    answer = {
        "index": index,
        "status": "refused",
        "event_id": None if verdict.event_id is None else str(verdict.event_id),
        "errors": [fault.model_dump() for fault in verdict.faults],
    }
    if verdict.status is Status.UNKNOWN:
        answer["retry"] = True
    return orjson.dumps(answer) + b"\n"
