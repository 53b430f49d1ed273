"""A batch of the events topic, read and judged; nothing here is sent or stored."""

import asyncio
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import structlog
from pydantic import ValidationError

from services.correlate.index_feed import IndexFeed
from services.correlate.store.messages import notice_message, sighting_messages
from shared.contracts.codec import TYPE_LIST_MARKER, header
from shared.contracts.events import Event, ListMarker
from shared.platform.errors import PoisonError
from shared.platform.kafka.messages import Message, Record

log = structlog.get_logger()

CONTRADICTION: Final = "this id and revision came before with other content; the first stands"


@dataclass(frozen=True, slots=True)
class ReadEvent:
    """An event at its place, with the trace it belongs to."""

    offset: int
    event: Event
    traceparent: str | None


@dataclass(slots=True)
class Run:
    """Events that follow one another, and the list marker that ends them, if one does."""

    events: list[ReadEvent] = field(default_factory=list)
    marker: ListMarker | None = None


def read(records: Sequence[Record]) -> list[Run]:
    """The records as runs; raises PoisonError naming each that is neither event nor marker."""
    runs, bad = [Run()], {}
    for record in records:
        try:
            if header(_texts(record), "ce_type") == TYPE_LIST_MARKER:
                runs[-1].marker = ListMarker.model_validate_json(record.value or b"")
                runs.append(Run())
            else:
                event = Event.model_validate_json(record.value or b"")
                runs[-1].events.append(ReadEvent(record.offset, event, header(_texts(record), "traceparent")))
        except ValidationError:
            bad[record.offset] = "it is no event and no list marker"
    if bad:
        raise PoisonError("records that are no messages of this topic", records=bad)
    return runs


def unknown(runs: Sequence[Run], digests: dict[UUID, str]) -> None:
    """Leave out the events that were screened before; `digests` says which and gains the others.

    Raises PoisonError for those that came before with other content.
    """
    bad: dict[int, str] = {}
    for run in runs:
        left = []
        for one in run.events:
            digest = one.event.content_digest
            first = digests.get(one.event.event_id)
            if first is None:
                digests[one.event.event_id] = digest
                left.append(one)
            elif first != digest:
                bad[one.offset] = CONTRADICTION
        run.events = left
    if bad:
        raise PoisonError(CONTRADICTION, records=bad)


class Judging:
    """Judges events by the index, in slices short enough that the group's heartbeats and the HTTP server get their turn."""

    def __init__(self, feed: IndexFeed, slice_seconds: float) -> None:
        self._feed = feed
        self._slice_seconds = slice_seconds
        self._turn = asyncio.Lock()

    async def messages(self, events: Sequence[ReadEvent]) -> list[Message]:
        """What the events give, in order; raises PoisonError for those that the judge breaks on, ListBehindError without a list."""
        messages: list[Message] = []
        bad: dict[int, str] = {}
        left = deque(events)
        while left:
            async with self._turn:
                self._feed.check()
                for one in self._slice(left):
                    try:
                        messages += self._of(one)
                    except Exception as error:  # noqa: BLE001 - whatever one event breaks must not stop the others
                        # No traceback: it may quote what was seen.
                        log.warning("event.not_screened", offset=one.offset, error=type(error).__name__)
                        bad[one.offset] = f"screening fails on it: {type(error).__name__}"
            await asyncio.sleep(0)
        if bad:
            raise PoisonError("events that cannot be screened", records=bad)
        return messages

    def _slice(self, left: deque[ReadEvent]) -> Iterator[ReadEvent]:
        ends = time.perf_counter() + self._slice_seconds
        while left:
            yield left.popleft()
            if time.perf_counter() >= ends:
                return

    def _of(self, one: ReadEvent) -> list[Message]:
        screener = self._feed.screener
        sightings = screener.sightings(one.event, one.traceparent)
        notice = screener.notice(one.event, sightings)
        return sighting_messages(sightings) + ([notice_message(notice)] if notice else [])


def _texts(record: Record) -> list[tuple[str, bytes]]:
    return [(name, value) for name, value in record.headers if value is not None]
