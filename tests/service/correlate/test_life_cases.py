"""What others say of an entry: proposed, reported, answered in time, and heard of by nobody else."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from services.correlate.domain.life.cases import CaseKind, working_days_after
from services.correlate.domain.life.wishes import Action
from services.correlate.watchlist.cases import Said
from shared.contracts.notices import NoticeType
from shared.contracts.watchlist import ActorBody, ActorEntry
from tests.service.correlate.test_life import ACTORS, STRONG, WEAK, People
from tests.support.correlate_lives import PARTNER, SECOND, WRITER, lives
from tests.support.correlate_station import Opened

DAY = timedelta(days=1)
CASES = "/v1/watchlist/cases"


async def test_a_correction_is_proposed_shown_as_a_difference_and_done_as_the_issuers_edit(opened: Opened) -> None:
    async with opened(roles="api") as correlate:
        people = await People(correlate).arrive()
        entry = await people.listed(STRONG)
        place = f"{ACTORS}/{entry['entry_id']}/cases"
        said = {
            "kind": "correction",
            "text": "born a year later",
            "body": {**STRONG, "birth_dates": ["1972-05-09"]},
            "version": 1,
        }
        own = await people.post(place, people.writer, **said)
        hidden = await people.post(place, people.stranger, **said)
        faulty = await people.post(place, people.partner, **{**said, "body": {"kind": "person", "nope": 1}})
        stale = await people.post(place, people.partner, **{**said, "version": 3})
        made = await people.post(place, people.partner, **said)
        again = await people.post(place, people.partner, **said)
        case = f"{CASES}/{made.json()['case_id']}"
        read = [await correlate.get(case, who) for who in (people.writer, people.partner, people.stranger)]
        foreign = await people.post(f"{case}/accept", people.partner)
        accepted = await people.post(f"{case}/accept", people.writer, reason="so it is")
        repeated = await people.post(f"{case}/accept", people.writer, reason="so it is")
        twice = await people.post(f"{case}/reject", people.writer, reason="no")
        now_is = (await correlate.get(f"{ACTORS}/{entry['entry_id']}", people.partner)).json()
        told = [await people.told(who) for who in (people.writer, people.partner, people.stranger)]
    assert [one.status_code for one in (own, hidden, stale, made, again)] == [403, 404, 409, 201, 200]
    assert {fault["pointer"] for fault in faulty.json()["errors"]} == {"/body/nope"}
    assert made.headers["location"] == case
    assert again.json() == made.json()
    assert [one.status_code for one in read] == [200, 200, 404]
    assert read[0].json()["changes"] == [{"field": "birth_dates", "gone": ["1971-05-09"], "come": ["1972-05-09"]}]
    assert [one.status_code for one in (foreign, accepted, repeated, twice)] == [403, 200, 200, 409]
    assert accepted.json()["outcome"] == {"verdict": "revised", "entry_id": entry["entry_id"], "version": 2, "state": "active"}
    assert (now_is["birth_dates"], now_is["why"], now_is["originator"]) == (["1972-05-09"], "born a year later", "gt-police")
    assert told == [["case.opened"], ["case.answered"], []]


async def test_a_correction_that_would_make_the_entry_weak_waits_for_a_second_person(opened: Opened) -> None:
    async with opened(roles="api") as correlate:
        people = await People(correlate).arrive()
        entry = await people.listed(STRONG)
        place = f"{ACTORS}/{entry['entry_id']}"
        made = await people.post(f"{place}/cases", people.partner, kind="correction", text="no date is known", body=WEAK)
        accepted = await people.post(f"{CASES}/{made.json()['case_id']}/accept", people.writer)
        waiting = (await correlate.get(CASES, people.second, kind="edit", state="open")).json()["items"]
        not_theirs = (await correlate.get(CASES, people.partner, kind="edit")).json()["items"]
        own = await people.post(f"{place}/approve", people.writer)
        approved = await people.post(f"{place}/approve", people.second)
    assert accepted.json()["outcome"]["verdict"] == "waiting"
    assert [one["case_id"] for one in waiting] == [accepted.json()["outcome"]["case_id"]]
    assert not_theirs == []
    assert (own.status_code, approved.status_code, approved.json()["version"]) == (403, 200, 2)


async def test_put_answers_202_with_the_case_and_bulk_says_waiting(opened: Opened) -> None:
    async with opened(roles="api") as correlate:
        people = await People(correlate).arrive()
        named = {**STRONG, "source": "gt", "source_id": "1"}
        weak = {**WEAK, "source": "gt", "source_id": "1"}
        entry = await people.listed(named)
        place = f"{ACTORS}/{entry['entry_id']}"
        put = await correlate.client.put(place, headers=people.writer, json=weak, params={"why": "not his"})
        bulk = await correlate.client.post(
            f"{ACTORS}/bulk",
            headers={**people.writer, "Content-Type": "application/x-ndjson"},
            content=json.dumps(weak) + "\n" + json.dumps({**named, "source_id": "2", "review_on": "2020-01-01"}),
            params={"why": "not his"},
        )
        rejected = await people.post(f"{place}/reject", people.second, reason="it is")
        case = (await correlate.get(put.headers["location"], people.writer)).json()
        stands = (await correlate.get(place, people.writer)).json()
    lines = [json.loads(line) for line in bulk.text.splitlines()]
    assert (put.status_code, put.json()["kind"], put.json()["text"]) == (202, "edit", "not his")
    assert (rejected.status_code, case["state"], case["answer"]) == (200, "rejected", "it is")
    assert (stands["version"], stands["birth_dates"]) == (1, STRONG["birth_dates"])
    assert [line["status"] for line in lines] == ["waiting", "refused"]
    assert (lines[0]["case_id"], lines[0]["version"]) == (put.json()["case_id"], 1)
    assert [fault["pointer"] for fault in lines[1]["errors"]] == ["/review_on"]


async def test_cases_are_paged_filtered_and_seen_by_both_sides_only(opened: Opened) -> None:
    async with opened(roles="api") as correlate:
        people = await People(correlate).arrive()
        entry = await people.listed(STRONG)
        place = f"{ACTORS}/{entry['entry_id']}/cases"
        for number in range(5):
            await people.post(place, people.partner, kind="error", text=f"doubt {number}")
        await people.post(place, people.partner, kind="correction", text="better")
        seen: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            page = (await correlate.get(CASES, people.writer, kind="error", limit=2, **cursor)).json()
            seen += [one["text"] for one in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = {"cursor": page["next_cursor"]}
        elsewhere = await correlate.get(CASES, people.writer, kind="correction", **cursor)
        mine = [len((await correlate.get(CASES, who, mine=True)).json()["items"]) for who in (people.writer, people.partner)]
        of_entry = [(await correlate.get(place, who)) for who in (people.writer, people.partner, people.stranger)]
        first = (await correlate.get(CASES, people.partner, limit=1)).json()["items"][0]
        withdrawn = await people.post(f"{CASES}/{first['case_id']}/withdraw", people.partner, reason="mistaken")
        by_issuer = await people.post(f"{CASES}/{first['case_id']}/withdraw", people.writer)
        open_now = (await correlate.get(CASES, people.writer, state="open")).json()["items"]
        notices = (await correlate.get("/v1/watchlist/notices", people.writer, limit=3)).json()
        more = (await correlate.get("/v1/watchlist/notices", people.writer, limit=9, cursor=notices["next_cursor"])).json()
    assert sorted(seen) == [f"doubt {number}" for number in range(5)]
    assert elsewhere.status_code == 400
    assert mine == [0, 6]
    assert [one.status_code for one in of_entry] == [200, 200, 404]
    assert [len(one.json()["items"]) for one in of_entry[:2]] == [6, 6]
    assert (withdrawn.status_code, withdrawn.json()["state"], by_issuer.status_code) == (200, "withdrawn", 403)
    assert len(open_now) == 5
    assert len(notices["items"]) == 3
    assert len(more["items"]) == 4
    assert "doubt" not in json.dumps([notices, more])


@pytest.mark.parametrize(
    ("opened_at", "due"),
    [
        (datetime(2026, 11, 25, 15, tzinfo=UTC), datetime(2026, 11, 27, 15, tzinfo=UTC)),
        (datetime(2026, 11, 26, 15, tzinfo=UTC), datetime(2026, 11, 30, 15, tzinfo=UTC)),
        (datetime(2026, 11, 27, 15, tzinfo=UTC), datetime(2026, 12, 1, 15, tzinfo=UTC)),
        (datetime(2026, 11, 28, 15, tzinfo=UTC), datetime(2026, 12, 2, tzinfo=UTC)),
        (datetime(2026, 11, 29, 23, tzinfo=UTC), datetime(2026, 12, 2, tzinfo=UTC)),
    ],
)
def test_two_working_days_pass_over_the_weekend(opened_at: datetime, due: datetime) -> None:
    assert working_days_after(opened_at, 2) == due


async def test_both_sides_are_told_once_when_an_error_is_not_answered_in_time(migrated_url: str) -> None:
    async with lives(migrated_url) as at, lives(migrated_url) as other:
        entry = await at.listed()
        said = Said(CaseKind.ERROR, "not he")
        case, _ = await at.cases.open(entry.entry_id, ActorEntry, said, PARTNER, expected=None)
        assert case.due_at == working_days_after(at.hand.moment, 2)
        assert await at.cases.warn() == 0
        at.hand.go(2 * DAY)
        other.hand.moment = at.hand.moment
        warned = [await at.cases.warn(), await other.cases.warn(), await at.cases.warn()]
        issuer, opener = await at.told(), await at.told("gt-police")
    assert warned == [1, 0, 0]
    assert [one.type for one in issuer] == [NoticeType.CASE_OPENED, NoticeType.CASE_OVERDUE]
    assert [one.type for one in opener] == [NoticeType.CASE_OVERDUE]
    assert {one.case_id for one in (*issuer, *opener)} == {case.case_id}


async def test_with_a_deleted_entry_goes_what_cases_and_reasons_said_of_anybody(migrated_url: str) -> None:
    async with lives(migrated_url) as at:
        entry = await at.listed()
        body = ActorBody.model_validate({**STRONG, "names": [{"full": "Nadie Segundo"}]})
        said = Said(CaseKind.CORRECTION, "Nadie said so", body)
        await at.cases.open(entry.entry_id, ActorEntry, said, PARTNER, expected=None)
        await at.act(entry, Action.SUSPEND, reason="Nadie is watched")
        await at.watchlist.end(entry.entry_id, ActorEntry, WRITER, why="Nadie died")
        await at.act(entry, Action.DELETE, SECOND, reason="of no use")
        tables = ("entry", "entry_version", "entry_case", "entry_notice", "list_change")
        texts = {table: str(await at.rows(f"SELECT t::text FROM correlate.{table} t")) for table in tables}
        last = await at.rows("SELECT why FROM correlate.list_change ORDER BY to_version DESC LIMIT 1")
        case = await at.rows("SELECT state FROM correlate.entry_case")
    assert [table for table, text in texts.items() if "nadie" in text.casefold()] == []
    assert (last[0].why, case[0].state) == ("of no use", "withdrawn")
