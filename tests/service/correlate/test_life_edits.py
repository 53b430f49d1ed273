"""What an edit makes of an entry: done at once, or waiting for a second person while the entry stays as it is."""

from datetime import timedelta
from typing import Any

import pytest

from services.correlate.domain.life.policy import Approval, LifePolicy
from services.correlate.domain.life.wishes import Action
from services.correlate.entries.bodies import AnyEntry
from services.correlate.entries.versions import Author
from services.correlate.watchlist.changing import Entrance, Outcome, Refused, Verdict
from services.correlate.watchlist.errors import BodyFaultyError, EntryDiffersError, EntryEndedError, SecondPersonError
from shared.contracts.notices import NoticeType
from shared.contracts.vocabulary import EntryState
from shared.contracts.watchlist import ActorBody, ActorEntry
from tests.support.correlate_lives import SECOND, STRONG, WEAK, WRITER, Lives, lives

DAY = timedelta(days=1)


def anybody(case: object) -> None:
    del case


async def put(at: Lives, entry: AnyEntry, body: dict[str, Any], author: Author = WRITER, **more: Any) -> Outcome:
    said = {"expected": None, "why": None, **more}
    return await at.watchlist.replace(entry.entry_id, ActorEntry, ActorBody.model_validate(body), author, **said)


async def test_an_edit_that_makes_an_alerting_entry_weak_waits_and_takes_it_off_nothing(migrated_url: str) -> None:
    async with lives(migrated_url) as at:
        entry = await at.listed()
        waiting = await put(at, entry, WEAK, why="the date was another's")
        again = await put(at, entry, WEAK, why="the date was another's")
        stays = await at.now_is(entry.entry_id)
        assert waiting.case is not None
        assert again.case == waiting.case
        with pytest.raises(SecondPersonError):
            await at.cases.accept(waiting.case.case_id, WRITER, anybody, None)
        answered = await at.cases.accept(waiting.case.case_id, SECOND, anybody, "right")
        edited = await at.now_is(entry.entry_id)
        told = [notice.type for notice in await at.told()]
    assert (waiting.verdict, stays.version, stays.body) == (Verdict.WAITING, 1, entry.body)
    assert answered.case.state.value == "accepted"
    assert isinstance(edited.body, ActorBody)
    assert (edited.state, edited.version, edited.body.birth_dates) == (EntryState.ACTIVE, 2, ())
    assert (edited.written_by, edited.approved_by, edited.changed_by) == ("writer", "second", "second")
    assert edited.why == "the date was another's"
    assert told == [NoticeType.AWAITS_APPROVAL, NoticeType.APPROVED]


async def test_a_waiting_edit_of_an_entry_that_changed_meanwhile_is_told_and_not_done(migrated_url: str) -> None:
    async with lives(migrated_url) as at:
        entry = await at.listed()
        waiting = await put(at, entry, WEAK)
        await put(at, entry, {**STRONG, "severity": "high"})
        assert waiting.case is not None
        with pytest.raises(EntryDiffersError) as told:
            await at.cases.accept(waiting.case.case_id, SECOND, anybody, None)
        rejected = await at.cases.reject(waiting.case.case_id, SECOND, anybody, "too late")
    assert told.value.changed == ["severity"]
    assert (rejected.case.state.value, rejected.case.answer) == ("rejected", "too late")


async def test_a_waiting_edit_outlives_what_changes_no_content(migrated_url: str) -> None:
    async with lives(migrated_url) as at:
        entry = await at.listed()
        waiting = await put(at, entry, WEAK)
        at.hand.go(250 * DAY)
        assert await at.clock.once() == 1
        assert waiting.case is not None
        await at.cases.accept(waiting.case.case_id, SECOND, anybody, None)
        assert (await at.now_is(entry.entry_id)).state is EntryState.REVIEW_DUE


async def test_a_weak_entry_that_was_approved_cannot_be_made_another_person_by_one_alone(migrated_url: str) -> None:
    async with lives(migrated_url) as at:
        entry = (await at.watchlist.add(ActorBody.model_validate(WEAK), WRITER)).entry
        await at.act(entry, Action.APPROVE, SECOND)
        severer = await put(at, entry, {**WEAK, "severity": "high"})
        other = await put(at, entry, {**WEAK, "names": [{"full": "Otra Persona"}]})
        stronger = await put(at, entry, {**WEAK, "names": [{"full": "Otra Persona"}], "birth_dates": ["1980"]})
    assert [one.verdict for one in (severer, other, stronger)] == [Verdict.REVISED, Verdict.WAITING, Verdict.REVISED]


async def test_where_every_edit_needs_a_second_person_each_waits_but_a_public_lists_own(migrated_url: str) -> None:
    async with lives(migrated_url, LifePolicy(approval=Approval.ALL)) as at:
        entry = await at.listed()
        assert entry.state is EntryState.SUBMITTED
        while_waiting = await put(at, entry, {**STRONG, "severity": "high"}, SECOND)
        with pytest.raises(SecondPersonError):
            await at.act(entry, Action.APPROVE, SECOND)
        await at.act(entry, Action.APPROVE, WRITER)
        public = await at.listed(source="un-sc", source_id="QDi.1")
        edits = [
            await put(at, entry, {**STRONG, "severity": "low"}),
            await put(at, public, {**STRONG, "source": "un-sc", "source_id": "QDi.1", "severity": "low"}),
        ]
    assert (while_waiting.verdict, while_waiting.entry.state) == (Verdict.REVISED, EntryState.SUBMITTED)
    assert [one.verdict for one in edits] == [Verdict.WAITING, Verdict.REVISED]


async def test_an_edit_of_what_waits_for_approval_waits_for_another_than_its_new_writer(migrated_url: str) -> None:
    async with lives(migrated_url) as at:
        entry = (await at.watchlist.add(ActorBody.model_validate(WEAK), WRITER)).entry
        edited = await put(at, entry, {**WEAK, "severity": "high"}, SECOND)
        strong = await put(at, entry, STRONG)
    assert (edited.entry.state, edited.entry.written_by) == (EntryState.SUBMITTED, "second")
    assert strong.entry.state is EntryState.ACTIVE


async def test_a_later_review_takes_a_reason_and_a_new_body_keeps_the_day_that_it_does_not_say(migrated_url: str) -> None:
    async with lives(migrated_url) as at:
        day = (at.hand.moment + 100 * DAY).date()
        entry = await at.listed(review_on=day)
        later = {**STRONG, "review_on": (at.hand.moment + 200 * DAY).date()}
        silent = await put(at, entry, {**STRONG, "severity": "high"})
        with pytest.raises(BodyFaultyError) as refused:
            await put(at, entry, later)
        at.hand.go(80 * DAY)
        assert await at.clock.once() == 1
        given = await put(at, entry, later, why="still sought")
    assert silent.entry.body.review_on == day
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/review_on", "later_without_reason")]
    assert "extend" in refused.value.faults[0].detail
    assert (given.entry.state, given.entry.renewed_at) == (EntryState.ACTIVE, at.hand.moment)


async def test_every_door_says_what_is_wrong_with_a_life_that_cannot_be(migrated_url: str) -> None:
    policy = LifePolicy(required=frozenset({"reason"}))
    async with lives(migrated_url, policy) as at:
        past = {"valid_to": at.hand.moment, "review_on": at.hand.moment.date(), "source_id": "1"}
        far = {"review_on": (at.hand.moment + 366 * DAY).date(), "reason": "…", "source_id": "2"}
        entry = await at.listed(reason="…", source_id="3")
        with pytest.raises(BodyFaultyError) as added:
            await at.listed(**past)
        with pytest.raises(BodyFaultyError) as replaced:
            await put(at, entry, {**STRONG, **far, "source_id": "3"})
        bodies = [ActorBody.model_validate({**STRONG, **one}) for one in (past, far, {"reason": "…", "source_id": "4"})]
        many = await at.watchlist.put_many(bodies, WRITER)
        draft = await at.listed(Entrance.DRAFT, source_id="5")
        with pytest.raises(BodyFaultyError) as submitted:
            await at.act(draft, Action.SUBMIT)
        count = (await at.rows("SELECT count(*) FROM correlate.entry"))[0][0]
    assert {fault.pointer for fault in added.value.faults} == {"/reason", "/valid_to", "/review_on"}
    assert {fault.pointer for fault in replaced.value.faults} == {"/review_on"}
    assert [one.verdict for one in many] == [Verdict.REFUSED, Verdict.REFUSED, Verdict.CREATED]
    assert isinstance(many[1], Refused)
    assert [fault.code for fault in many[1].faults] == ["too_late"]
    assert [fault.pointer for fault in submitted.value.faults] == ["/reason"]
    assert count == 3


async def test_what_time_has_ended_is_ended_before_the_clock_comes_by(migrated_url: str) -> None:
    async with lives(migrated_url) as at:
        entry = await at.listed(source_id="1", valid_to=at.hand.moment + DAY)
        at.hand.go(DAY)
        with pytest.raises(EntryEndedError):
            await put(at, entry, {**STRONG, "source_id": "1"})
        (again,) = await at.watchlist.put_many([ActorBody.model_validate({**STRONG, "source_id": "1"})], WRITER)
        stands = await at.now_is(entry.entry_id)
    assert again.verdict is Verdict.REVISED
    assert (stands.state, stands.ended_at, stands.version) == (EntryState.ACTIVE, None, 2)
