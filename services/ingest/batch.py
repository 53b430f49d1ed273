"""A batch: items as they stream in, taken in chunks with a few in flight, answered one line each in their order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Final

import orjson

from services.ingest.domain.refusal import RefusedError
from services.ingest.intake import Intake
from services.ingest.judging import Refusal, Slice
from services.ingest.metrics import BATCH_ITEMS
from services.ingest.splitters import BrokenBatchError, Item, Oversized, Splitter
from services.ingest.verdict import Status, Verdict, refused, too_large
from shared.contracts.events import Flag

_ANSWERED: Final = {status: status.value.encode() for status in (Status.ACCEPTED, Status.DUPLICATE)}

Judge = Callable[[Sequence[bytes | Refusal]], Awaitable[Slice]]
Charge = Callable[[int], Awaitable[None]]


class Batch:
    """One batch on its way. Memory holds the chunks in flight and nothing else, whatever the batch's size."""

    def __init__(
        self,
        intake: Intake,
        pieces: AsyncIterator[bytes],
        splitter: Splitter,
        judge: Judge,
        *,
        chunk_items: int,
        chunks_in_flight: int,
        charge: Charge,
    ) -> None:
        self._intake = intake
        self._chunks = _chunks(pieces, splitter, chunk_items)
        self._judge = judge
        self._charge = charge
        self._in_flight = chunks_in_flight
        self._answered = 0

    async def first(self) -> tuple[list[Verdict], bytes]:
        """The verdicts on the first chunk and its answer; empty where the batch is. Raises BrokenBatchError where nothing was an item."""
        async for chunk in self._chunks:
            await self._charge(len(chunk))
            verdicts = await self._take(await self._judged(chunk))
            return verdicts, self._answer(verdicts)
        return [], b""

    async def rest(self, write: Callable[[bytes], Awaitable[None]]) -> None:
        """Take what follows, writing the answers in order.

        Chunks may be judged side by side, but each is handed over before the next: revisions of one event stay in order.
        """
        judging: asyncio.Queue[asyncio.Task[Slice] | None] = asyncio.Queue(self._in_flight)
        taking: asyncio.Queue[asyncio.Task[list[Verdict]] | None] = asyncio.Queue(self._in_flight)

        async def take() -> None:
            while (task := await judging.get()) is not None:
                await taking.put(group.create_task(self._take(await task)))
            await taking.put(None)

        async def answer() -> None:
            while (task := await taking.get()) is not None:
                await write(self._answer(await task))

        async with asyncio.TaskGroup() as group:
            group.create_task(take())
            group.create_task(answer())
            async for chunk in self._chunks:
                await self._charge(len(chunk))
                await judging.put(group.create_task(self._judged(chunk)))
            await judging.put(None)

    async def _judged(self, chunk: Sequence[Item | BrokenBatchError]) -> Slice:
        return await self._judge([_readable(item) for item in chunk])

    async def _take(self, judged: Slice) -> list[Verdict]:
        verdicts = await self._intake.take(*judged)
        BATCH_ITEMS.inc(len(verdicts))
        return verdicts

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


def _readable(item: Item | BrokenBatchError) -> bytes | Refusal:
    """The text of an item; what is none is refused."""
    if isinstance(item, BrokenBatchError):
        fault = Flag(pointer="", code="broken_batch", detail=f"{item}; nothing after this was read")
        return Refusal(refused(RefusedError([fault])))
    if isinstance(item, Oversized):
        return Refusal(too_large("the item is larger than an item may be"))
    return item


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
