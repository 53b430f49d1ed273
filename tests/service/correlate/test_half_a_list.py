import asyncio

import pytest

from services.correlate.domain.screen.index import WatchlistIndex
from services.correlate.domain.screen.matcher import EvidenceMatcher
from services.correlate.domain.screen.screener import Screener
from services.correlate.index_feed import IndexFeed, ListBehindError
from services.correlate.judging import Judging, ReadEvent
from services.correlate.store.messages import entry_messages
from shared.contracts.events import Conveyance, Event
from shared.contracts.sightings import Sighting
from shared.contracts.watchlist import ActorEntry, RouteEntry
from shared.platform.errors import PoisonError
from shared.platform.kafka.messages import Message
from shared.platform.readiness import Readiness
from shared.platform.settings import KafkaSettings
from tests.support.correlate import actor, event

LORRY = Conveyance(kind="vehicle", plate="C001BCD", country="GT")


def apply(feed: IndexFeed, message: Message) -> None:
    feed.apply(message.key, message.value, message.headers, 0)


async def test_nothing_is_judged_while_the_list_is_read_again_and_an_unreadable_entry_hides_no_other() -> None:
    feed = IndexFeed(KafkaSettings(), Readiness())
    judging = Judging(feed, 0.04)
    seen = [ReadEvent(0, event("E1", conveyances=(LORRY,)), None)]
    entry = actor(1, kind="vehicle", list_version=7, identifiers={"plate": "C001BCD", "country": "GT"})
    with pytest.raises(ListBehindError):
        await judging.messages(seen)
    feed.apply(b"k", b"{no entry", (), 0)
    apply(feed, *entry_messages(entry))
    feed.ready.set()
    assert [message.key for message in await judging.messages(seen)] == [
        b"vehicle:GT:C001BCD",
        f"actor:{entry.entry_id}".encode(),
    ]
    assert feed.list_version == 7
    feed.apply(str(entry.entry_id).encode(), None, (), 1)
    assert len(await judging.messages(seen)) == 1
    feed.reset()
    feed.ready.clear()
    with pytest.raises(ListBehindError):
        await judging.messages(seen)


class RefusesAll(WatchlistIndex):
    """An index with a fault that every entry finds."""

    def apply(self, entry: ActorEntry | RouteEntry) -> None:
        raise ZeroDivisionError(entry.version)


async def test_an_entry_that_cannot_be_taken_in_does_not_hold_up_the_marker_of_its_version() -> None:
    feed = IndexFeed(KafkaSettings(), Readiness())
    feed.ready.set()
    feed.apply(b"k", b'{"type":"kind of tomorrow","list_version":3}', (), 0)
    async with asyncio.timeout(1):
        await feed.reached(3)
    feed.apply(b"k", b'{"list_version":"none"}', (), 1)
    feed.apply(b"k", b"[]", (), 2)
    assert feed.list_version == 3
    feed.index = RefusesAll()
    apply(feed, *entry_messages(actor(1, list_version=8)))
    async with asyncio.timeout(1):
        await feed.reached(8)
    feed.reset()
    assert feed.list_version == 0


class BreaksOn(Screener):
    """A screener with a fault that one event finds."""

    def __init__(self, own_id: str) -> None:
        super().__init__(WatchlistIndex(), EvidenceMatcher())
        self._own_id = own_id

    def sightings(self, event: Event, traceparent: str | None = None) -> list[Sighting]:
        if event.id == self._own_id:
            raise ZeroDivisionError
        return super().sightings(event, traceparent)


async def test_an_event_that_breaks_the_judge_is_named_and_the_others_are_not() -> None:
    feed = IndexFeed(KafkaSettings(), Readiness())
    feed.ready.set()
    feed.screener = BreaksOn("E2")
    seen = [ReadEvent(number, event(f"E{number}", conveyances=(LORRY,)), None) for number in range(4)]
    with pytest.raises(PoisonError) as caught:
        await Judging(feed, 0.04).messages(seen)
    assert caught.value.records == {2: "screening fails on it: ZeroDivisionError"}
