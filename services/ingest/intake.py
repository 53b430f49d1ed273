"""The one use case of both doors: a submission becomes a canonical event on the topic of events, or is refused."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, Protocol
from uuid import UUID

from services.ingest.domain.normalise import Rules
from services.ingest.domain.values import written
from services.ingest.judging import Judged, Judgement, Refusal, Submission, judge
from services.ingest.metrics import SUBMISSIONS
from services.ingest.recent import RecentEvents, Remembered
from services.ingest.turns import Turns
from services.ingest.verdict import Status, Verdict, contradiction, too_large, unknown
from shared.contracts.codec import TYPE_EVENT, Envelope, Headers
from shared.contracts.events import EventKind
from shared.contracts.topics import EVENTS
from shared.platform.clock import Clock
from shared.platform.kafka.errors import MessageTooLargeError
from shared.platform.kafka.messages import Message


class EventSink(Protocol):
    """Where events go out; the outcome of each, None where all in-sync replicas have it."""

    async def send_many(self, messages: Sequence[Message]) -> Sequence[Exception | None]:
        """Return within the send deadline."""
        ...


class _Outgoing(NamedTuple):
    position: int
    event_id: UUID
    entry: Remembered
    message: Message


class Intake:
    """Takes submissions. What it says is accepted is durable; what it says it does not know may be sent again."""

    def __init__(self, sink: EventSink, *, rules: Rules, recent: RecentEvents, clock: Clock) -> None:
        self._sink = sink
        self._rules = rules
        self._recent = recent
        self._clock = clock
        self._turns = Turns(self._take_turn)

    async def accept(self, submission: Submission) -> Verdict:
        """The verdict on one submission, taken together with those that come in the same turn of the loop."""
        return await self._turns.join(submission)

    async def accept_many(self, submissions: Iterable[Submission]) -> list[Verdict]:
        """The verdicts in the order of the submissions. Those of one lineage reach the topic in that order too."""
        received_at = self._clock.now()
        return await self.take(self._judged(submissions, received_at), received_at)

    async def take(self, judgements: Iterable[Judgement], received_at: datetime) -> list[Verdict]:
        """The verdicts in the order of what was judged as it was received then; raises the first bug among them."""
        verdicts: list[Verdict] = []
        for verdict in await self._take(judgements, received_at):
            if isinstance(verdict, Exception):
                raise verdict
            verdicts.append(verdict)
        return verdicts

    async def _take_turn(self, submissions: Sequence[Submission]) -> list[Verdict | Exception]:
        received_at = self._clock.now()
        return await self._take(self._judged(submissions, received_at), received_at)

    def _judged(self, submissions: Iterable[Submission], received_at: datetime) -> Iterator[Judgement]:
        return (judge(submission, self._rules, received_at) for submission in submissions)

    async def _take(self, judgements: Iterable[Judgement], received_at: datetime) -> list[Verdict | Exception]:
        """The verdicts, and in the place of a submission that met a bug the bug: the others are not touched by it."""
        settled, time = asyncio.Event(), written(received_at).encode()
        verdicts: dict[int, Verdict | Exception] = {}
        outgoing: list[_Outgoing] = []
        waiting: list[tuple[int, UUID, Remembered]] = []
        kinds: list[EventKind | None] = []
        for index, judged in enumerate(judgements):
            kinds.append(None if isinstance(judged, Exception) else judged.kind)
            decided = self._admit(index, judged, time, settled) if isinstance(judged, Judged) else judged
            if isinstance(decided, _Outgoing):
                outgoing.append(decided)
            elif isinstance(decided, Verdict | Exception):
                verdicts[index] = decided
            elif isinstance(decided, Refusal):
                verdicts[index] = decided.verdict
            else:
                waiting.append(decided)
        await self._deliver(outgoing, verdicts, settled)
        for index, event_id, entry in waiting:
            verdicts[index] = await _awaited(event_id, entry)
        _count(kinds, verdicts)
        return [verdicts[index] for index in range(len(kinds))]

    def _admit(
        self, index: int, judged: Judged, time: bytes, settled: asyncio.Event
    ) -> Verdict | _Outgoing | tuple[int, UUID, Remembered]:
        """Known already, to be sent, or being sent by another call whose outcome is ours too."""
        known = self._recent.find(judged.event_id)
        if known is None:
            entry = self._recent.remember(judged.event_id, judged.digest, settled)
            return _Outgoing(index, judged.event_id, entry, message_of(judged, time))
        if known.digest != judged.digest:
            return contradiction(judged.event_id)
        if known.delivered:
            return Verdict(Status.DUPLICATE, judged.event_id)
        return index, judged.event_id, known

    async def _deliver(
        self, outgoing: Sequence[_Outgoing], verdicts: dict[int, Verdict | Exception], settled: asyncio.Event
    ) -> None:
        """Send, and tell those who wait; whatever interrupts it, nothing unsettled is remembered."""
        try:
            if not outgoing:
                return
            outcomes = await self._sink.send_many([out.message for out in outgoing])
            for out, outcome in zip(outgoing, outcomes, strict=True):
                out.entry.delivered = outcome is None
                verdicts[out.position] = _verdict(out.event_id, outcome)
        finally:
            for out in outgoing:
                if not out.entry.delivered:
                    self._recent.forget(out.event_id, out.entry)
            settled.set()


def message_of(judged: Judged, time: bytes) -> Message:
    """The message of an event. Its key is the lineage (16 bytes): all revisions and repeats of one event stand in order in one partition."""
    headers = [*_same_for_all(judged.agency), ("ce_id", str(judged.event_id).encode()), ("ce_time", time)]
    if judged.traceparent is not None:
        headers.append(("traceparent", judged.traceparent.encode()))
    return Message(EVENTS, judged.value, judged.lineage_id.bytes, headers)


@lru_cache(maxsize=1024)
def _same_for_all(agency: str) -> Headers:
    """Those headers of the envelope that all events of an agency share."""
    envelope = Envelope(id="", type=TYPE_EVENT, source=f"/agencies/{agency}")
    return tuple((name, value) for name, value in envelope.headers() if name != "ce_id")


async def _awaited(event_id: UUID, entry: Remembered) -> Verdict:
    """The verdict on what another call is sending."""
    await entry.settled.wait()
    return Verdict(Status.DUPLICATE, event_id) if entry.delivered else unknown(event_id)


def _verdict(event_id: UUID, outcome: Exception | None) -> Verdict:
    if outcome is None:
        return Verdict(Status.ACCEPTED, event_id)
    if isinstance(outcome, MessageTooLargeError):
        return too_large("the event is larger than the topic of events takes", event_id)
    return unknown(event_id)


def _count(kinds: Sequence[EventKind | None], verdicts: dict[int, Verdict | Exception]) -> None:
    tally: dict[tuple[EventKind, Status], int] = {}
    for index, kind in enumerate(kinds):
        verdict = verdicts[index]
        if kind is not None and isinstance(verdict, Verdict):
            tally[kind, verdict.status] = tally.get((kind, verdict.status), 0) + 1
    for (kind, status), number in tally.items():
        SUBMISSIONS.labels(str(kind), str(status)).inc(number)
