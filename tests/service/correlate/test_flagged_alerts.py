"""A nation's flag on an entry: its alerts are revised, and read as a report there."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from services.correlate.entries.versions import Author, Change
from services.correlate.housekeeping import Expiry
from services.correlate.watchlist.writing import ListWriter
from shared.contracts.alerts import AlertType
from shared.contracts.events import Conveyance, Place
from shared.contracts.vocabulary import AlertState, EntryChange
from shared.contracts.watchlist import ActorEntry, Flag, RouteEntry
from shared.platform.clock import SystemClock
from shared.platform.database.engine import Database
from tests.support.correlate import NOON, event, screener_of
from tests.support.correlate_station import Opened, Station
from tests.support.correlate_tracking import tracking

LORRY = Conveyance(kind="vehicle", plate="C123BCD", country="GT")
LISTED = {
    "source": "own",
    "source_id": "V-1",
    "requested_action": "SEIZE",
    "identifiers": {"plate": "C123BCD", "country": "GT"},
    "handling": {"tlp": "AMBER", "releasable_to": ["GT", "HN"]},
}
CORRIDOR = {
    "name": "Corredor",
    "requested_action": "SPECIFIC_CHECK",
    "waypoints": [{"place": {"code": "GT-SV-01"}}, {"place": {"code": "MX-GT-01"}}],
    "handling": {"tlp": "AMBER", "releasable_to": ["GT", "HN"]},
}
GT = Author("gt-police", "GT", "key")
FLAG = Flag(nation="GT", agency="gt-police", since=NOON, reason="its courts do not allow it")


def nothing() -> None:
    """Nobody to wake."""


async def flag(database: Database, entry_id: UUID, *flags: Flag) -> ActorEntry | RouteEntry:
    """A version of the entry that differs in its flags alone, as the action makes it."""
    writer = ListWriter(database, SystemClock(), nothing)
    async with writer.opened() as opened:
        entry = await writer.seen(opened.connection, entry_id, None, GT)
        kind = EntryChange.FLAGGED if flags else EntryChange.UNFLAGGED
        change = Change(entry_id, entry.body, kind, "said", head={"flags": flags})
        return (await writer.write(opened, [(change, entry)], GT))[0]


async def test_a_flag_set_after_the_screening_counts_for_whatever_is_tracked_next_and_so_does_its_end(migrated_url: str) -> None:
    async with tracking(migrated_url) as track:
        entry = await track.list_actor(**LISTED)
        judged = [screener_of(entry).sightings(event(own, conveyances=(LORRY,))) for own in ("E1", "E2", "E3")]
        await track.feed(judged[0])
        await flag(track.database, entry.entry_id, FLAG)
        await track.feed(judged[1])
        await flag(track.database, entry.entry_id)
        await track.feed(judged[2])
        told = await track.told()
    assert [one.data.flagged_by for one in told] == [(), ("GT",), ()]
    assert {(one.data.requested_action, one.data.executed_action) for one in told} == {("SEIZE", "SEIZE")}


async def test_a_flag_does_not_open_an_alert_again_whose_time_is_over(migrated_url: str) -> None:
    async with tracking(migrated_url) as track:
        entry = await track.list_actor(**LISTED)
        long_ago = SystemClock().now() - timedelta(days=60)
        seen = event("E1", conveyances=(LORRY,), occurred_at=long_ago, received_at=long_ago)
        await track.feed(screener_of(entry).sightings(seen))
        assert await Expiry(track.database, SystemClock(), nothing).once() == 1
        flagged = await flag(track.database, entry.entry_id, FLAG)
        await track.feed(screener_of(flagged).sightings(seen))
        assert await Expiry(track.database, SystemClock(), nothing).once() == 0
        told = await track.told()
    assert [(one.type, one.data.state, one.data.flagged_by) for one in told] == [
        (AlertType.OPENED, AlertState.OPEN, ()),
        (AlertType.CLOSED, AlertState.EXPIRED, ()),
        (AlertType.CLOSED, AlertState.EXPIRED, ("GT",)),
    ]


async def read(correlate: Station, who: dict[str, str]) -> dict[str, dict[str, Any]]:
    """The alerts by cause, each asking the same in the list and alone."""
    said = ("headline", "requested_action", "executed_action", "flagged_by")
    found = {}
    for alert in (await correlate.get("/v1/alerts", who)).json()["items"]:
        alone = (await correlate.get(f"/v1/alerts/{alert['id']}", who)).json()
        assert {name: alone[name] for name in said} == {name: alert[name] for name in said}
        found[alert["cause"]] = alert
    return found


async def test_a_flag_revises_what_stands_and_the_flagging_nation_reads_a_report_until_it_takes_it_back(opened: Opened) -> None:
    async with opened() as correlate:
        gt, hn = await correlate.key("GT"), await correlate.key("HN")
        lorry = await correlate.add_actor(hn, kind="vehicle", **LISTED)
        corridor = (await correlate.client.post("/v1/watchlist/routes", headers=hn, json=CORRIDOR)).json()
        early = event("E1", conveyances=(LORRY,), place=Place(code="GT-SV-01"), occurred_at=NOON.replace(hour=3))
        await correlate.emit(early, event("E2", conveyances=(LORRY,), place=Place(code="MX-GT-01")))
        await correlate.settled(2)
        assert {one["executed_action"] for one in (await read(correlate, gt)).values()} == {"SEIZE", "SPECIFIC_CHECK"}
        for entry in (lorry, corridor):
            await flag(correlate.database, UUID(entry["entry_id"]), FLAG)
        await correlate.settled(2)
        flagged = [one for one in await correlate.alert_messages() if one.data.flagged_by]
        assert {(one.type, one.data.flagged_by) for one in flagged} == {(AlertType.REVISED, ("GT",))}
        assert {one.data.cause for one in flagged} == {"actor", "route"}
        report, whole = await read(correlate, gt), await read(correlate, hn)
        for cause, action in (("actor", "SEIZE"), ("route", "SPECIFIC_CHECK")):
            assert (report[cause]["requested_action"], report[cause]["executed_action"]) == (action, "INFORM_ONLY")
            assert report[cause]["headline"]["en"].startswith("INFORM, not executed on this territory: ")
            assert (whole[cause]["requested_action"], whole[cause]["executed_action"]) == (action, action)
            assert whole[cause]["flagged_by"] == report[cause]["flagged_by"] == ["GT"]
            assert not report[cause]["retroactive"]
        for entry in (lorry, corridor):
            await flag(correlate.database, UUID(entry["entry_id"]))
        await correlate.settled(2)
        assert {one["executed_action"] for one in (await read(correlate, gt)).values()} == {"SEIZE", "SPECIFIC_CHECK"}
