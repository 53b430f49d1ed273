"""The one use case of both doors: a submission becomes a canonical event on the topic of events, or is refused."""

import asyncio
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from services.ingest.domain.normalise import Canonical, Rules, Sender, canonical_event
from services.ingest.domain.refusal import RefusedError
from services.ingest.domain.values import written
from services.ingest.metrics import SUBMISSIONS
from services.ingest.recent import RecentEvents, Remembered
from services.ingest.turns import Turns
from services.ingest.verdict import Status, Verdict, contradiction, refused, too_large, unknown
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


class Submission(NamedTuple):
    """What one agency sends, as a JSON value that was read strictly."""

    kind: EventKind
    tree: Any
    sender: Sender
    strict: bool = False
    traceparent: str | None = None


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
        self._turns = Turns(self._take)

    async def accept(self, submission: Submission) -> Verdict:
        """The verdict on one submission, taken together with those that come in the same turn of the loop."""
        return await self._turns.join(submission)

    async def accept_many(self, submissions: Iterable[Submission]) -> list[Verdict]:
        """The verdicts in the order of the submissions. Those of one lineage reach the topic in that order too.

        Each submission is let go before the next is asked for: what is read of one stays in the processor's caches.
        """
        verdicts: list[Verdict] = []
        for verdict in await self._take(submissions):
            if isinstance(verdict, Exception):
                raise verdict
            verdicts.append(verdict)
        return verdicts

    async def _take(self, submissions: Iterable[Submission]) -> list[Verdict | Exception]:
        """The verdicts, and in the place of a submission that met a bug the bug: the others are not touched by it."""
        settled = asyncio.Event()
        verdicts: dict[int, Verdict | Exception] = {}
        outgoing: list[_Outgoing] = []
        waiting: list[tuple[int, UUID, Remembered]] = []
        kinds: list[EventKind] = []
        for index, submission in enumerate(submissions):
            kinds.append(submission.kind)
            decided = self._prepare(index, submission, settled)
            if isinstance(decided, Verdict | Exception):
                verdicts[index] = decided
            elif isinstance(decided, _Outgoing):
                outgoing.append(decided)
            else:
                waiting.append(decided)
        await self._deliver(outgoing, verdicts, settled)
        for index, event_id, entry in waiting:
            verdicts[index] = await _awaited(event_id, entry)
        _count(kinds, verdicts)
        return [verdicts[index] for index in range(len(kinds))]

    def _prepare(
        self, index: int, submission: Submission, settled: asyncio.Event
    ) -> Verdict | Exception | _Outgoing | tuple[int, UUID, Remembered]:
        """Refused or known already, to be sent, or being sent by another call whose outcome is ours too."""
        try:
            event = canonical_event(
                submission.kind,
                submission.tree,
                submission.sender,
                self._rules,
                received_at=self._clock.now(),
                strict=submission.strict,
            )
        except RefusedError as error:
            return refused(error)
        except Exception as error:  # noqa: BLE001 - a bug, raised where its submission came from
            return error
        known = self._recent.find(event.event_id)
        if known is None:
            entry = self._recent.remember(event.event_id, event.digest, settled)
            return _Outgoing(index, event.event_id, entry, message_of(event, submission))
        if known.digest != event.digest:
            return contradiction(event.event_id)
        if known.delivered:
            return Verdict(Status.DUPLICATE, event.event_id)
        return index, event.event_id, known

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


def message_of(event: Canonical, submission: Submission) -> Message:
    """The message of an event. Its key is the lineage (16 bytes): all revisions and repeats of one event stand in order in one partition."""
    headers = [
        *_same_for_all(submission.sender.agency),
        ("ce_id", str(event.event_id).encode()),
        ("ce_time", written(event.told["received_at"]).encode()),
    ]
    if submission.traceparent is not None:
        headers.append(("traceparent", submission.traceparent.encode()))
    return Message(EVENTS, event.value(), event.lineage_id.bytes, headers)


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


def _count(kinds: Sequence[EventKind], verdicts: dict[int, Verdict | Exception]) -> None:
    tally: dict[tuple[EventKind, Status], int] = {}
    for index, kind in enumerate(kinds):
        verdict = verdicts[index]
        if isinstance(verdict, Verdict):
            tally[kind, verdict.status] = tally.get((kind, verdict.status), 0) + 1
    for (kind, status), number in tally.items():
        SUBMISSIONS.labels(str(kind), str(status)).inc(number)
