"""What time alone brings, over years, by any number of clocks, stopped at any moment."""

import asyncio
import json
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from services.correlate.domain.life.wishes import Action
from services.correlate.watchlist.changing import Entrance
from services.correlate.watchlist.clock import ListClock
from services.correlate.watchlist.telling import NoticePurge
from shared.contracts.notices import NoticeType
from shared.contracts.vocabulary import EntryState
from shared.contracts.watchlist import ActorBody
from tests.support.correlate_lives import SECOND, WEAK, WRITER, Lives, lives

DAY = timedelta(days=1)


async def until_done(clock: ListClock) -> None:
    while await clock.once():
        pass


async def test_an_entry_is_warned_of_extended_expires_and_is_deleted_over_the_years(migrated_url: str) -> None:
    async with lives(migrated_url) as at:
        entry = await at.listed()
        states: list[tuple[int, str]] = []
        for day in range(0, 1400, 5):
            await until_done(at.clock)
            now = await at.now_is(entry.entry_id)
            if not states or states[-1][1] != now.state.value:
                states.append((day, now.state.value))
            if day == 300:
                await at.act(entry, Action.EXTEND, reason="still sought")
            at.hand.go(5 * DAY)
        told = [(notice.type.value, notice.due_at is not None) for notice in await at.told()]
        sent = [notice.id for notice in await at.sent()]
        texts = json.dumps([row.content for row in await at.rows("SELECT content FROM correlate.entry_version")])
    assert [state for _, state in states] == ["active", "review_due", "active", "review_due", "expired", "deleted"]
    assert [day for day, _ in states] == [0, 245, 305, 545, 665, 1065]
    assert told == [
        ("entry.review_due", True),
        ("entry.review_due", True),
        ("entry.expired", False),
        ("entry.deleted", False),
    ]
    assert len(set(sent)) == len(sent) == 4
    assert "Nadie" not in texts


async def test_a_clock_that_was_away_for_years_brings_it_all_at_once_and_counts_from_when_it_fell_due(migrated_url: str) -> None:
    async with lives(migrated_url) as at:
        entry = await at.listed(valid_to=at.hand.moment + 10 * DAY)
        lasting = await at.listed(source="un-sc", source_id="QDi.1")
        at.hand.go(11 * DAY)
        await until_done(at.clock)
        expired = await at.now_is(entry.entry_id)
        at.hand.go(2000 * DAY)
        await until_done(at.clock)
        deleted = await at.now_is(entry.entry_id)
        stays = await at.now_is(lasting.entry_id)
    assert (expired.state, expired.ended_at) == (EntryState.EXPIRED, entry.body.valid_to)
    assert (deleted.state, deleted.ended_at, deleted.version) == (EntryState.DELETED, entry.body.valid_to, 3)
    assert (stays.state, stays.version) == (EntryState.ACTIVE, 1)


async def test_an_emergency_that_nobody_confirms_is_suspended_until_somebody_does(migrated_url: str) -> None:
    async with lives(migrated_url) as at:
        entry = (await at.watchlist.add(ActorBody.model_validate(WEAK), WRITER, "now", Entrance.EMERGENCY)).entry
        at.hand.go(timedelta(hours=23))
        await until_done(at.clock)
        alerting = await at.now_is(entry.entry_id)
        at.hand.go(timedelta(hours=1))
        await until_done(at.clock)
        suspended = await at.now_is(entry.entry_id)
        approved = await at.act(entry, Action.APPROVE, SECOND)
        told = [notice.type for notice in await at.told()]
    assert [one.state for one in (alerting, suspended, approved)] == [
        EntryState.ACTIVE,
        EntryState.SUSPENDED,
        EntryState.ACTIVE,
    ]
    assert told == [NoticeType.AWAITS_APPROVAL, NoticeType.SUSPENDED, NoticeType.APPROVED]


async def test_what_has_served_its_purpose_goes_after_fifteen_days_unless_it_is_kept(migrated_url: str) -> None:
    async with lives(migrated_url) as at:
        gone, kept = await at.listed(source_id="1"), await at.listed(source_id="2")
        for entry in (gone, kept):
            await at.act(entry, Action.EXECUTE)
        await at.act(kept, Action.KEEP, reason="the trial", until=at.hand.moment + 100 * DAY)
        at.hand.go(15 * DAY)
        await until_done(at.clock)
        after_fifteen = [(await at.now_is(one.entry_id)).state.value for one in (gone, kept)]
        at.hand.go(85 * DAY)
        await until_done(at.clock)
        after_hundred = (await at.now_is(kept.entry_id)).state
        told = await at.told()
    assert after_fifteen == ["deleted", "executed"]
    assert after_hundred is EntryState.DELETED
    assert told[0].type is NoticeType.KEEP_OR_DELETE
    assert told[0].due_at == told[0].at + 15 * DAY


async def test_a_suspension_and_a_flag_end_by_themselves(migrated_url: str) -> None:
    async with lives(migrated_url) as at:
        entry = await at.listed()
        await at.act(entry, Action.SUSPEND, until=at.hand.moment + DAY)
        at.hand.go(DAY)
        await until_done(at.clock)
        assert (await at.now_is(entry.entry_id)).state is EntryState.ACTIVE


async def test_many_clocks_at_once_move_each_entry_once(migrated_url: str) -> None:
    async with lives(migrated_url) as at, lives(migrated_url) as other:
        for number in range(40):
            await at.listed(source_id=str(number), valid_to=at.hand.moment + DAY)
        at.hand.go(DAY)
        other.hand.moment = at.hand.moment
        async with asyncio.TaskGroup() as group:
            for clock in (at.clock, other.clock, ListClock(at.writer), ListClock(other.writer)):
                group.create_task(until_done(clock))
        versions = await at.rows("SELECT version, state FROM correlate.entry")
        told = await at.told()
    assert {tuple(row) for row in versions} == {(2, "expired")}
    assert len(told) == 40


async def test_a_clock_cut_at_any_moment_leaves_its_pass_done_or_undone(migrated_url: str) -> None:
    async with lives(migrated_url) as at:
        for number in range(30):
            await at.listed(source_id=str(number), valid_to=at.hand.moment + DAY)
        at.hand.go(DAY)
        for waits in range(0, 40, 2):
            pass_ = asyncio.ensure_future(at.clock.once(10))
            await asyncio.wait([pass_], timeout=waits / 1000)
            pass_.cancel()
            await asyncio.wait([pass_])
            counts = await at.rows(
                "SELECT (SELECT count(*) FROM correlate.entry WHERE state = 'expired'), (SELECT count(*) FROM correlate.entry_notice),"
                " (SELECT count(*) FROM correlate.entry_version) - 30, (SELECT version FROM correlate.list_version) - 30"
            )
            assert len(set(counts[0])) == 1
            assert counts[0][0] % 10 == 0
        await until_done(at.clock)
        assert (await at.rows("SELECT count(*) FROM correlate.entry WHERE state = 'expired'"))[0][0] == 30


async def broken(at: Lives, how: str, **values: object) -> None:
    await at.do(f"UPDATE correlate.entry SET {how} WHERE source_id = 'broken'", **values)


@pytest.mark.parametrize("how", ["content = '{}'", "content = replace(content, 'Nadie', chr(92) || 'u0000')"])
async def test_an_entry_that_cannot_be_moved_holds_up_no_other_and_is_said(migrated_url: str, how: str) -> None:
    async with lives(migrated_url) as at:
        await at.listed(source_id="broken", valid_to=at.hand.moment + DAY)
        for number in range(3):
            await at.listed(source_id=str(number), valid_to=at.hand.moment + 2 * DAY)
        await broken(at, how)
        at.hand.go(3 * DAY)
        with capture_logs() as logs:
            await until_done(at.clock)
        states = await at.rows("SELECT source_id, state FROM correlate.entry ORDER BY 1")
    assert [tuple(row) for row in states] == [("0", "expired"), ("1", "expired"), ("2", "expired"), ("broken", "active")]
    assert [one["event"] for one in logs if one["log_level"] == "error"] == ["entry.not_moved"]


async def test_an_entry_that_is_looked_at_too_early_after_other_settings_is_looked_at_later(migrated_url: str) -> None:
    async with lives(migrated_url) as at:
        entry = await at.listed()
        await at.do("UPDATE correlate.entry SET due_at = :now", now=at.hand.moment)
        assert await at.clock.once() == 1
        assert await at.clock.once() == 0
        due = (await at.rows("SELECT due_at FROM correlate.entry"))[0].due_at
        assert due > at.hand.moment
        assert (await at.now_is(entry.entry_id)).version == 1


async def test_old_notices_go(migrated_url: str) -> None:
    async with lives(migrated_url) as at:
        entry = await at.listed()
        await at.act(entry, Action.EXECUTE)
        at.hand.go(90 * DAY)
        purge = NoticePurge(at.database, at.hand, 90 * DAY)
        assert await purge.once() == 0
        at.hand.go(timedelta(seconds=1))
        assert await purge.once() == 1
        assert await at.told() == []
