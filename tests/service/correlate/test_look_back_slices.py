from datetime import timedelta

from services.correlate.domain.track.policy import TrackPolicy
from services.correlate.lookback.pages import Bounds
from services.correlate.lookback.worker import LookBack
from services.correlate.store.messages import PARTITIONS
from services.correlate.store.tracking import note_markers
from shared.contracts.alerts import AlertType
from shared.contracts.events import Conveyance
from shared.contracts.sightings import PartitionMarker
from shared.contracts.topics import EVENTS, SIGHTINGS
from shared.contracts.watchlist import ActorBody, ActorEntry
from shared.platform.clock import SystemClock
from tests.support.correlate import NOON, event, screener_of
from tests.support.correlate_tracking import HN, Track, nothing, tracking

LORRY = Conveyance(kind="vehicle", plate="C123BCD", country="GT")
LISTED = {"identifiers": {"plate": "C123BCD", "country": "GT"}, "handling": {"releasable_to": ["GT"]}}
CORRECTED = {"kind": "vehicle", "identifiers": {"plate": "P987XYZ", "country": "GT"}, "handling": {"releasable_to": ["GT"]}}


def look_back_on(track: Track, slice_size: int) -> LookBack:
    return LookBack(
        track.database,
        SystemClock(),
        bounds=Bounds(TrackPolicy(), slice_size, 1),
        most_versions=100,
        poll_seconds=1,
        ways=lambda: PARTITIONS[EVENTS] * PARTITIONS[SIGHTINGS],
        wake=nothing,
    )


async def pass_markers(track: Track, list_version: int) -> None:
    markers = [PartitionMarker(list_version=list_version, events_partition=one) for one in range(PARTITIONS[EVENTS])]
    async with track.database.pipeline() as pipe:
        await note_markers(pipe, dict.fromkeys(range(PARTITIONS[SIGHTINGS]), markers))


async def test_an_entry_corrected_during_a_look_back_keeps_no_hit_of_what_it_was(migrated_url: str) -> None:
    async with tracking(migrated_url) as track:
        for number in range(2):
            at = NOON + timedelta(hours=number)
            await track.feed(screener_of().sightings(event(f"E{number}", conveyances=(LORRY,), occurred_at=at, received_at=at)))
        entry = await track.list_actor(**LISTED)
        await pass_markers(track, entry.list_version)
        look_back = look_back_on(track, slice_size=1)
        assert await look_back.step()
        found = await track.sent_again()
        assert [one.partition_subject for one in found] == [f"actor:{entry.entry_id}"]
        await track.feed(found)
        body = ActorBody.model_validate(CORRECTED)
        await track.watchlist.replace(entry.entry_id, ActorEntry, body, HN, expected=None, why="a wrong plate")
        while await look_back.step():
            pass
        again = await track.sent_again()
        assert {one.withdrawn for one in again} == {True}
        await track.feed(again)
        told = await track.told()
    assert [one.type for one in told] == [AlertType.OPENED, AlertType.WITHDRAWN]
