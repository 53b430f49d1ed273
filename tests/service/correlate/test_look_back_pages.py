"""A look back goes on in bounded pieces, and a kill between or within them neither repeats nor leaves out anything."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import text

from services.correlate.domain.track.policy import TrackPolicy
from services.correlate.lookback.pages import Bounds
from services.correlate.lookback.worker import LookBack
from services.correlate.store.messages import PARTITIONS
from shared.contracts.events import Conveyance, Event, Place
from shared.contracts.sightings import Sighting
from shared.contracts.topics import EVENTS, SIGHTINGS
from shared.contracts.watchlist import ActorBody, ActorEntry, RouteEntry
from shared.platform.clock import SystemClock
from shared.platform.errors import PoisonError
from tests.support.correlate import NOON, event, person, route, screener_of
from tests.support.correlate_tracking import HN, Track, nothing, tracking

SLICE = 2
CORRIDOR = route(["CR-PA-01", "CR-NI-01", "HN-NI-01"], [(5, 30), (6, 36)])


def lorry(number: int) -> Conveyance:
    return Conveyance(kind="vehicle", plate=f"C{number:03}BCD", country="GT")


def listing(number: int) -> dict[str, object]:
    return {"identifiers": {"plate": f"C{number:03}BCD", "country": "GT"}, "handling": {"releasable_to": ["GT", "HN"]}}


def crossing(own_id: str, number: int, hours: float = 0, code: str = "MX-GT-01") -> Event:
    at = NOON + timedelta(hours=hours)
    return event(own_id, conveyances=(lorry(number),), occurred_at=at, received_at=at, place=Place(code=code))


def look_back_on(track: Track, *, slice_size: int = SLICE, most_versions: int = 100) -> LookBack:
    """As a process has it that has just begun."""
    return LookBack(
        track.database,
        SystemClock(),
        bounds=Bounds(TrackPolicy(), slice_size, 1),
        most_versions=most_versions,
        poll_seconds=1,
        ways=lambda: PARTITIONS[EVENTS] * PARTITIONS[SIGHTINGS],
        wake=nothing,
    )


async def pass_markers(track: Track) -> None:
    """Tracking has passed the present version of the list everywhere."""
    async with track.database.transaction() as connection:
        await connection.execute(
            text(
                "INSERT INTO correlate.lookback_marker SELECT version, p, q FROM correlate.list_version, "
                "generate_series(0, :events) p, generate_series(0, :sightings) q ON CONFLICT DO NOTHING"
            ),
            {"events": PARTITIONS[EVENTS] - 1, "sightings": PARTITIONS[SIGHTINGS] - 1},
        )


async def pieces(track: Track, **bounds: int) -> list[list[Sighting]]:
    """What each piece sends again, each by a process of its own."""
    found = []
    while await look_back_on(track, **bounds).step():
        found.append(await track.sent_again())
    return found


def counted(found: list[list[Sighting]]) -> Counter[str]:
    return Counter(str(one.sighting_id) for piece in found for one in piece)


async def test_what_is_stored_under_entries_that_ended_is_taken_back_piece_by_piece(migrated_url: str) -> None:
    async with tracking(migrated_url) as track:
        entries = [await track.list_actor(**listing(number)) for number in range(3)]
        events = [crossing(f"{number}-{time}", number, time // 2) for number in range(3) for time in range(5)]
        await track.feed(screener_of(*entries).sightings(one)[1] for one in events)
        for entry in entries:
            await track.watchlist.end(entry.entry_id, ActorEntry, HN)
        await pass_markers(track)
        found = await pieces(track)
        stored = await track.rows("SELECT sighting_id FROM correlate.sighting WHERE NOT own")
    assert max(map(len, found)) <= SLICE
    assert counted(found) == {str(row.sighting_id): 1 for row in stored}
    assert len(stored) == 15
    assert all(one.withdrawn for piece in found for one in piece)


@pytest.mark.parametrize("kill_at", range(8))
async def test_a_piece_that_does_not_commit_is_done_again_and_no_other_is(migrated_url: str, kill_at: int) -> None:
    async with tracking(migrated_url) as track:
        ended = [await track.list_actor(**listing(number)) for number in range(2)]
        events = [crossing(f"{number}-{time}", number, time) for number in range(4) for time in range(3)]
        await track.feed(one for each in events for one in screener_of(*ended).sightings(each))
        for entry in ended:
            await track.watchlist.end(entry.entry_id, ActorEntry, HN)
        await track.list_actor(**listing(2))
        await pass_markers(track)
        found: list[list[Sighting]] = []
        for number in range(100):
            closed = number == kill_at
            if closed:
                await _outbox_takes_nothing(track)
            try:
                more = await look_back_on(track).step()
            except PoisonError:
                assert closed
                more = True
            if closed:
                await _outbox_takes_all(track)
            found.append(await track.sent_again())
            if not more:
                break
        taken_back = {
            str(row.sighting_id) for row in await track.rows("SELECT sighting_id FROM correlate.sighting WHERE NOT own")
        }
        finished = await track.rows("SELECT finished_at IS NOT NULL FROM correlate.lookback")
    sent = counted(found)
    assert set(sent.values()) == {1}
    assert len(sent) == len(taken_back) + 3
    assert taken_back <= sent.keys()
    assert finished == [(True,)]


async def _outbox_takes_nothing(track: Track) -> None:
    async with track.database.transaction() as connection:
        await connection.execute(text(f"ALTER TABLE correlate.outbox ADD CONSTRAINT closed CHECK (topic <> '{SIGHTINGS}')"))


async def _outbox_takes_all(track: Track) -> None:
    async with track.database.transaction() as connection:
        await connection.execute(text("ALTER TABLE correlate.outbox DROP CONSTRAINT closed"))


async def test_one_thing_to_find_among_many_others_is_found_without_reading_all_in_one_piece(migrated_url: str) -> None:
    async with tracking(migrated_url) as track:
        strangers = [event(f"P{number}", persons=(person(f"Nadie Conocido {number}"),)) for number in range(45)]
        await track.feed(one for each in (*strangers, crossing("V", 1)) for one in screener_of().sightings(each))
        entry = await track.list_actor(**listing(1))
        await pass_markers(track)
        found = await pieces(track, slice_size=1)
    assert [one.partition_subject for piece in found for one in piece] == [f"actor:{entry.entry_id}"]
    assert len(found) >= 46 // 10


async def test_a_list_that_changed_as_a_whole_is_looked_back_for_in_parts(migrated_url: str) -> None:
    async with tracking(migrated_url) as track:
        await track.feed(one for number in range(7) for one in screener_of().sightings(crossing(f"E{number}", number)))
        bodies = [
            ActorBody.model_validate({"kind": "vehicle", "source_id": str(number), **listing(number)}) for number in range(7)
        ]
        await track.watchlist.put_many(bodies, HN)
        await pass_markers(track)
        found = await pieces(track, most_versions=3)
        parts = await track.rows("SELECT after_version, to_version FROM correlate.lookback ORDER BY 1")
    assert parts == [(0, 3), (3, 6), (6, 7)]
    assert len(counted(found)) == 7
    assert set(counted(found).values()) == {1}


async def test_each_trip_made_before_its_route_was_listed_is_tracked_again_once(migrated_url: str) -> None:
    async with tracking(migrated_url) as track:
        days = 24.0
        trips = [
            crossing(f"{number}-{trip}-{at}", number, trip * 100 * days + 10 * at, code)
            for number in range(3)
            for trip in range(2)
            for at, code in enumerate(("CR-PA-01", "CR-NI-01"))
        ]
        others = [crossing(f"X{number}", 9, number * days, "CR-PA-01") for number in range(4)]
        await track.feed(one for each in (*trips, *others) for one in screener_of().sightings(each))
        listed = await track.list_route(CORRIDOR.body)
        await pass_markers(track)
        found = await pieces(track)
        ends = {str(one.event_id) for one in trips if one.id.endswith("-1")}
        assert {str(one.event_id) for piece in found for one in piece} == ends
        assert set(counted(found).values()) == {1}
        for piece in found:
            await track.feed(piece)
        opened = await track.rows("SELECT partition_subject FROM correlate.alert")
        await track.watchlist.end(listed.entry_id, RouteEntry, HN)
        await pass_markers(track)
        for piece in await pieces(track):
            await track.feed(piece)
        states = await track.rows("SELECT DISTINCT state FROM correlate.alert")
    assert len(opened) == 3
    assert states == [("withdrawn",)]


async def test_an_entry_that_changes_while_a_piece_is_judged_is_not_judged_by_what_it_was(migrated_url: str) -> None:
    async with tracking(migrated_url) as track:
        await track.feed(one for number in range(2) for one in screener_of().sightings(crossing(f"E{number}", number)))
        entry = await track.list_actor(**listing(0))
        await pass_markers(track)
        look_back = look_back_on(track, slice_size=100)
        body = ActorBody.model_validate({"kind": "vehicle", **listing(1)})
        judge = look_back._read

        async def read_and_be_overtaken(state: object) -> object:
            found = await judge(state)
            await track.watchlist.replace(entry.entry_id, ActorEntry, body, HN, expected=None, why="another plate")
            return found

        look_back._read = read_and_be_overtaken  # what happens between the reading of the list and the piece
        while await look_back.step():
            pass
        found = await track.sent_again()
    assert [(one.subject.key, one.hits[0].version) for one in found] == [("vehicle:GT:C001BCD", 2)]
