from datetime import datetime, timedelta

from services.correlate.housekeeping import Expiry, Purge
from services.correlate.watchlist.clock import ListClock
from services.correlate.watchlist.writing import ListWriter
from shared.contracts.alerts import AlertType
from shared.contracts.events import Conveyance
from shared.contracts.vocabulary import AlertState
from shared.contracts.watchlist import ActorEntry
from shared.platform.clock import SystemClock
from tests.support.correlate import NOON, event, screener_of
from tests.support.correlate_tracking import HN, Track, nothing, tracking

LISTED = {"identifiers": {"plate": "C123BCD", "country": "GT"}, "handling": {"releasable_to": ["GT", "MX"]}}
LORRY = Conveyance(kind="vehicle", plate="C123BCD", country="GT")


class At:
    """A clock that stands."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


async def alerted(track: Track, at: datetime = NOON) -> datetime:
    """One alert; when it expires."""
    entry = await track.list_actor(**LISTED)
    seen = event("E1", conveyances=(LORRY,), occurred_at=at, received_at=at)
    await track.feed(screener_of(entry).sightings(seen))
    rows = await track.rows("SELECT expires_at FROM correlate.alert")
    expires: datetime = rows[0].expires_at
    return expires


async def test_an_alert_is_closed_when_its_time_is_over_and_new_evidence_opens_it_again(migrated_url: str) -> None:
    async with tracking(migrated_url) as track:
        now = SystemClock().now()
        expires = await alerted(track, now)

        def expiry(moment: datetime) -> Expiry:
            return Expiry(track.database, At(moment), nothing)

        assert await expiry(expires - timedelta(seconds=1)).once() == 0
        assert await expiry(expires).once() == 1
        assert await expiry(expires).once() == 0
        entry = await track.rows("SELECT content FROM correlate.entry")
        assert entry
        later = event("E2", conveyances=(LORRY,), occurred_at=expires, received_at=expires)
        await track.feed(screener_of(ActorEntry.model_validate_json(entry[0].content)).sightings(later))
        told = [(one.type, one.data.state, one.data.revision) for one in await track.told()]
    assert told == [
        (AlertType.OPENED, AlertState.OPEN, 1),
        (AlertType.CLOSED, AlertState.EXPIRED, 2),
        (AlertType.REVISED, AlertState.OPEN, 3),
    ]


async def test_a_closed_alert_is_on_the_disk_before_anybody_can_be_told_of_it(migrated_url: str) -> None:
    async with tracking(migrated_url) as track:
        expires = await alerted(track, SystemClock().now())
        async with track.database.transaction() as connection:
            await connection.exec_driver_sql("CREATE TABLE correlate.ended AS SELECT 'nothing' AS commits")
            await connection.exec_driver_sql(
                "CREATE FUNCTION correlate.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                " UPDATE correlate.ended SET commits = current_setting('synchronous_commit'); RETURN NULL; END $$"
            )
            await connection.exec_driver_sql(
                "CREATE CONSTRAINT TRIGGER noting AFTER UPDATE ON correlate.alert DEFERRABLE INITIALLY DEFERRED"
                " FOR EACH ROW EXECUTE FUNCTION correlate.note()"
            )
        assert await Expiry(track.database, At(expires), nothing).once() == 1
        assert await track.rows("SELECT commits FROM correlate.ended") == [("on",)]


async def test_an_entry_past_its_validity_ends_as_a_version_like_any_other(migrated_url: str) -> None:
    async with tracking(migrated_url) as track:
        until = SystemClock().now() + timedelta(days=1)
        entry = await track.list_actor(**LISTED, valid_to=until)
        lasting = await track.list_actor(identifiers={"plate": "P987XYZ", "country": "GT"})
        early = ListClock(ListWriter(track.database, At(until - timedelta(seconds=1)), nothing))
        late = ListClock(ListWriter(track.database, At(until), nothing))
        assert [await early.once(), await late.once(), await late.once()] == [0, 1, 0]
        versions = await track.rows(
            "SELECT entry_id, version, list_version, ended_at IS NOT NULL AS ended, originator FROM correlate.entry ORDER BY 3"
        )
    assert [tuple(row) for row in versions] == [
        (lasting.entry_id, 1, 2, False, HN.agency),
        (entry.entry_id, 2, 3, True, HN.agency),
    ]


async def test_the_past_is_deleted_after_its_retention_and_an_open_alert_stays(migrated_url: str) -> None:
    async with tracking(migrated_url) as track:
        now = SystemClock().now()
        await alerted(track, now)
        old = Purge(track.database, At(now + timedelta(days=401)), timedelta(days=400))
        young = Purge(track.database, At(now + timedelta(days=399)), timedelta(days=400))
        assert await young.once() == 0
        assert await old.once() == 2
        assert await old.once() == 0
        counts = [(await track.rows(f"SELECT count(*) FROM correlate.{table}"))[0][0] for table in ("sighting", "alert")]
    assert counts == [0, 1]
