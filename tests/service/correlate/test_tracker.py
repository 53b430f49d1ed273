import random
from datetime import timedelta

import pytest

from shared.contracts.alerts import AlertType
from shared.contracts.base import Handling
from shared.contracts.events import Conveyance, Event
from shared.contracts.sightings import Sighting
from shared.contracts.vocabulary import AlertState
from shared.contracts.watchlist import ActorBody, ActorEntry
from shared.platform.errors import LostPartitionError, PoisonError
from tests.support.correlate import NOON, event, route, screener_of, seen_at
from tests.support.correlate_tracking import HN, Track, batch, tracker_on, tracking

LORRY = Conveyance(kind="vehicle", plate="C123BCD", country="GT")
OTHER = Conveyance(kind="vehicle", plate="P987XYZ", country="GT")
LISTED = {"identifiers": {"plate": "C123BCD", "country": "GT"}, "handling": {"releasable_to": ["GT", "MX"]}}


async def listed(track: Track) -> ActorEntry:
    return await track.list_actor(**LISTED)


def seen(entry: ActorEntry, *events: Event) -> list[Sighting]:
    """What a screener that knows the entry makes of the events."""
    screener = screener_of(entry)
    return [one for each in events for one in screener.sightings(each)]


def crossing(own_id: str, hours: float = 0, **fields: object) -> Event:
    at = NOON + timedelta(hours=hours)
    return event(own_id, conveyances=(LORRY,), occurred_at=at, received_at=at, **fields)


async def test_a_second_sighting_revises_the_alert_and_a_repeat_does_nothing(migrated_url: str) -> None:
    async with tracking(migrated_url) as track:
        entry = await listed(track)
        await track.feed(seen(entry, crossing("E1")))
        await track.feed(seen(entry, crossing("E2", 5)))
        await track.feed(seen(entry, crossing("E1"), crossing("E2", 5)))
        told = await track.told()
    assert [(one.type, one.data.revision) for one in told] == [(AlertType.OPENED, 1), (AlertType.REVISED, 2)]
    assert len(told[1].data.evidence) == 2
    assert told[1].accepted_at == NOON + timedelta(hours=5)


async def test_a_tracker_that_lost_its_partition_fails_its_commit_and_writes_nothing(migrated_url: str) -> None:
    async with tracking(migrated_url) as track:
        entry = await listed(track)
        zombie = tracker_on(track.database)
        await track.feed(seen(entry, crossing("E1")))
        before = await track.rows("SELECT * FROM correlate.outbox ORDER BY id")
        with pytest.raises(LostPartitionError):
            await zombie.handle(batch(seen(entry, crossing("E1"), crossing("E2", 5)), expected=None))
        with pytest.raises(LostPartitionError):
            await zombie.handle(batch(seen(entry, crossing("E2", 5)), start=1, expected=1))
        assert await track.rows("SELECT * FROM correlate.outbox ORDER BY id") == before
        assert len(await track.rows("SELECT * FROM correlate.sighting WHERE own")) == 1
        assert await track.rows("SELECT revision FROM correlate.alert") == [(1,)]


async def test_what_fails_before_the_commit_leaves_nothing_and_the_repeat_leaves_one_alert(migrated_url: str) -> None:
    async with tracking(migrated_url) as track:
        entry = await listed(track)
        async with track.database.transaction() as connection:
            await connection.exec_driver_sql(
                "ALTER TABLE correlate.outbox ADD CONSTRAINT closed CHECK (topic <> 'atalaya.alerts')"
            )
        with pytest.raises(PoisonError):
            await track.feed(seen(entry, crossing("E1")))
        assert await track.rows("SELECT sighting_id FROM correlate.sighting") == []
        assert await track.rows("SELECT next_offset FROM correlate.consumer_offset") == []
        async with track.database.transaction() as connection:
            await connection.exec_driver_sql("ALTER TABLE correlate.outbox DROP CONSTRAINT closed")
        await track.feed(seen(entry, crossing("E1")))
        assert [one.type for one in await track.told()] == [AlertType.OPENED]


async def test_records_that_are_no_messages_are_named_before_any_effect(migrated_url: str) -> None:
    async with tracking(migrated_url) as track:
        entry = await listed(track)
        good = seen(entry, crossing("E1"))
        with pytest.raises(PoisonError) as caught:
            await track.tracker.handle(batch([good[0], b"{}", b"\xff", good[1]]))
        assert sorted(caught.value.records) == [1, 2]
        assert await track.rows("SELECT sighting_id FROM correlate.sighting") == []


async def test_an_entry_that_ended_alerts_no_more(migrated_url: str) -> None:
    async with tracking(migrated_url) as track:
        entry = await listed(track)
        await track.watchlist.end(entry.entry_id, ActorEntry, HN)
        await track.feed(seen(entry, crossing("E1")))
        assert await track.told() == []


async def test_an_alert_is_withdrawn_when_its_entry_ended_and_its_subject_is_looked_at_again(migrated_url: str) -> None:
    async with tracking(migrated_url) as track:
        entry = await listed(track)
        await track.feed(seen(entry, crossing("E1")))
        await track.watchlist.end(entry.entry_id, ActorEntry, HN)
        await track.feed(seen(entry, crossing("E1")))
        told = await track.told()
    assert [one.type for one in told] == [AlertType.OPENED, AlertType.WITHDRAWN]
    assert told[1].data.state is AlertState.WITHDRAWN
    assert told[1].data.revision == 2


async def test_an_alert_is_released_no_wider_than_its_entry_is_by_now_though_an_older_list_judged(migrated_url: str) -> None:
    async with tracking(migrated_url) as track:
        entry = await listed(track)
        judged = seen(entry, crossing("E1", handling=Handling(tlp="GREEN", releasable_to=("HN", "GT", "MX"))))
        narrower = {**LISTED, "kind": "vehicle", "handling": {"tlp": "RED", "releasable_to": ["GT"]}}
        await track.watchlist.replace(
            entry.entry_id, ActorEntry, ActorBody.model_validate(narrower), HN, expected=None, why="MX is to know no more"
        )
        await track.feed(judged)
        (told,) = await track.told()
    assert "MX" in next(hit for one in judged for hit in one.hits).releasable_to
    assert told.data.handling == Handling(tlp="RED", releasable_to=("GT", "HN"))


@pytest.mark.parametrize("later_first", [False, True])
async def test_a_revision_that_names_another_vehicle_takes_the_alert_back_in_either_order(
    migrated_url: str, *, later_first: bool
) -> None:
    async with tracking(migrated_url) as track:
        entry = await listed(track)
        first, second = crossing("E1"), event("E1", revision=2, conveyances=(OTHER,))
        screener = screener_of(entry)
        later = screener.sightings(second)
        notice = screener.notice(second, later)
        assert notice is not None
        batches = [(seen(entry, first), 0), ([*later, notice], 1)]
        for messages, partition in reversed(batches) if later_first else batches:
            await track.feed(messages, partition=partition)
        await track.feed(await track.sent_again(), partition=0)
        states = await track.rows("SELECT state FROM correlate.alert")
        standing = await track.rows("SELECT partition_subject FROM correlate.sighting WHERE NOT withdrawn")
    assert states == ([] if later_first else [("withdrawn",)])
    assert standing == [("vehicle:GT:P987XYZ",)]


async def test_a_withdrawn_event_takes_the_alert_back_and_a_late_first_revision_does_not_bring_it_again(
    migrated_url: str,
) -> None:
    async with tracking(migrated_url) as track:
        entry = await listed(track)
        await track.feed(seen(entry, crossing("E1")))
        gone = event("E1", revision=2, withdrawn=True)
        notice = screener_of(entry).notice(gone, [])
        assert notice is not None
        await track.feed([notice], partition=1)
        await track.feed(await track.sent_again())
        await track.feed(seen(entry, crossing("E1")))
        assert await track.rows("SELECT state FROM correlate.alert") == [("withdrawn",)]


async def test_a_trip_that_becomes_known_after_something_much_later_has_its_alert_all_the_same(migrated_url: str) -> None:
    async with tracking(migrated_url) as track:
        await track.list_route(route(["CR-PA-01", "CR-NI-01"], [(5, 30)], least_waypoints=2).body)
        await track.feed([seen_at("GT-SV-01", 24 * 120, list_version=2)])
        await track.feed([seen_at("CR-PA-01", 0, list_version=2)])
        await track.feed([seen_at("CR-NI-01", 10, list_version=2)])
        told = await track.told()
    assert [(one.type, one.data.cause) for one in told] == [(AlertType.OPENED, "route")]


async def test_when_the_latest_evidence_is_taken_back_what_was_seen_long_before_stands_again(migrated_url: str) -> None:
    async with tracking(migrated_url) as track:
        entry = await listed(track)
        await track.feed(seen(entry, crossing("E1")))
        await track.feed(seen(entry, crossing("E2", 24 * 100)))
        latest = await track.told()
        gone = event("E2", revision=2, withdrawn=True)
        notice = screener_of(entry).notice(gone, [])
        assert notice is not None
        await track.feed([notice], partition=1)
        await track.feed(await track.sent_again())
        told = await track.told()
        assert await track.rows("SELECT state FROM correlate.alert") == [("open",)]
    assert [one.occurred_at for one in latest[-1].data.evidence] == [NOON + timedelta(days=100)]
    assert [one.occurred_at for one in told[-1].data.evidence] == [NOON]
    assert told[-1].type is AlertType.REVISED


@pytest.mark.parametrize("seed", range(4))
async def test_every_order_and_every_cut_into_batches_gives_the_same_alerts(migrated_url: str, seed: int) -> None:
    corridor = route(["CR-PA-01", "CR-NI-01", "HN-NI-01"], [(5, 30), (6, 36)], least_waypoints=2)
    async with tracking(migrated_url) as track:
        entry = await listed(track)
        await track.list_route(corridor.body)
        travelled = [
            seen_at(code, hours, list_version=2)
            for code, hours in (("CR-PA-01", 0), ("CR-NI-01", 10), ("HN-NI-01", 25), ("GT-SV-01", 60), ("GT-SV-01", 24 * 120))
        ]
        every = [
            *travelled,
            *seen(entry, *(crossing(f"E{number}", hours) for number, hours in enumerate((0, 1, 2, 900, 1100, 2500)))),
        ]
        await track.feed(every)
        expected = await track.digests()
        async with track.database.transaction() as connection:
            await connection.exec_driver_sql(
                "TRUNCATE correlate.sighting, correlate.alert, correlate.alert_revision, correlate.consumer_offset"
            )
        track.offsets.clear()
        order = random.Random(seed)
        shuffled = every + order.sample(every, 4)
        order.shuffle(shuffled)
        while shuffled:
            size = order.randint(1, 4)
            await track.feed(shuffled[:size])
            del shuffled[:size]
        assert await track.digests() == expected
        assert len(expected) == 2
