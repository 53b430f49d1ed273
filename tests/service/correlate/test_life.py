"""The life of an entry over HTTP: what each may do to it, and what each is told."""

import json
from datetime import timedelta
from typing import Any

import httpx

from shared.platform.clock import SystemClock
from tests.support.correlate_station import Opened, Station

ACTORS = "/v1/watchlist/actors"
WEAK = {"kind": "person", "names": [{"full": "Nadie Ejemplo Prueba"}], "handling": {"releasable_to": ["HN"]}}
STRONG = {**WEAK, "birth_dates": ["1971-05-09"]}
APPROVER = ("watchlist:read", "watchlist:write", "watchlist:approve")


class People:
    """Two of the issuer's agency, one of a nation that sees its entries, one of another."""

    def __init__(self, correlate: Station) -> None:
        self.correlate = correlate

    async def arrive(self) -> "People":
        key = self.correlate.key
        self.writer, self.second = await key("GT", *APPROVER), await key("GT", *APPROVER)
        self.partner, self.stranger = await key("HN", *APPROVER), await key("MX", *APPROVER)
        self.admin = await key("US", "admin")
        return self

    async def post(self, path: str, who: dict[str, str], **body: Any) -> httpx.Response:
        return await self.correlate.client.post(path, headers=who, json=body)

    async def listed(self, body: dict[str, Any], who: dict[str, str] | None = None, **query: Any) -> dict[str, Any]:
        answer = await self.correlate.client.post(ACTORS, headers=who or self.writer, json=body, params=query)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def told(self, who: dict[str, str], **query: Any) -> list[str]:
        answer = await self.correlate.get("/v1/watchlist/notices", who, **query)
        return [one["type"] for one in answer.json()["items"]]


def state_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("state", "")


async def test_a_weak_entry_alerts_once_a_second_person_approved_it(opened: Opened) -> None:
    async with opened(roles="api") as correlate:
        people = await People(correlate).arrive()
        entry = await people.listed(WEAK)
        place = f"{ACTORS}/{entry['entry_id']}"
        hidden = await correlate.get(place, people.partner)
        own = await people.post(f"{place}/approve", people.writer)
        foreign = await people.post(f"{place}/approve", people.stranger)
        unscoped = await people.post(f"{place}/approve", await correlate.key("GT", "watchlist:write"))
        rejected = await people.post(f"{place}/reject", people.second, reason="who is it?")
        again = await people.post(f"{place}/reject", people.second, reason="who is it?")
        early = await people.post(f"{place}/approve", people.second)
        submitted = await people.post(f"{place}/submit", people.writer)
        approved = await people.post(f"{place}/approve", people.second, reason="asked him")
        repeated = await people.post(f"{place}/approve", people.second, reason="asked him")
        seen = await correlate.get(place, people.partner)
        told = await people.told(people.writer)
    assert entry["state"] == "submitted"
    assert (hidden.status_code, seen.status_code) == (404, 200)
    assert [one.status_code for one in (own, foreign, unscoped)] == [403, 404, 403]
    assert [state_of(one) for one in (rejected, again, early)] == [(200, "draft"), (200, "draft"), (409, "draft")]
    assert [state_of(one) for one in (submitted, approved, repeated)] == [(200, "submitted"), (200, "active"), (200, "active")]
    assert rejected.json()["version"] == again.json()["version"]
    assert repeated.json() == approved.json()
    assert approved.json()["approved_by"] != approved.json()["written_by"]
    assert told == ["entry.approved", "entry.awaits_approval", "entry.rejected", "entry.awaits_approval"]


async def test_an_administrator_does_not_approve_what_it_wrote(opened: Opened) -> None:
    async with opened(roles="api") as correlate:
        people = await People(correlate).arrive()
        entry = await people.listed({**WEAK, "handling": {"releasable_to": []}}, people.admin)
        answer = await people.post(f"{ACTORS}/{entry['entry_id']}/approve", people.admin)
        other = await people.listed(WEAK)
        approved = await people.post(f"{ACTORS}/{other['entry_id']}/approve", people.admin)
    assert (answer.status_code, approved.status_code) == (403, 200)


async def test_a_draft_waits_for_its_issuer_and_an_emergency_for_nobody_but_says_why(opened: Opened) -> None:
    async with opened(roles="api") as correlate:
        people = await People(correlate).arrive()
        draft = await people.listed(STRONG, draft=True)
        place = f"{ACTORS}/{draft['entry_id']}"
        edited = await correlate.client.put(place, headers=people.writer, json={**STRONG, "severity": "high"})
        submitted = await people.post(f"{place}/submit", people.writer)
        silent = await correlate.client.post(ACTORS, headers=people.writer, json=WEAK, params={"emergency": True})
        urgent = await people.listed(WEAK, emergency=True, why="seen at the post now")
        confirmed = await people.post(f"{ACTORS}/{urgent['entry_id']}/approve", people.second)
        both = await correlate.client.post(
            ACTORS, headers=people.writer, json=WEAK, params={"emergency": True, "draft": True, "why": "x"}
        )
    assert (draft["state"], edited.json()["state"], submitted.json()["state"]) == ("draft", "draft", "active")
    assert silent.status_code == 422
    assert silent.json()["errors"] == [{"parameter": "why", "code": "required", "detail": "An emergency takes a reason."}]
    assert (urgent["state"], urgent["confirm_by"] is not None) == ("active", True)
    assert (confirmed.json()["state"], confirmed.json()["confirm_by"]) == ("active", None)
    assert both.status_code == 422


async def test_each_action_fits_its_states_says_so_and_a_repeat_is_the_same(opened: Opened) -> None:
    async with opened(roles="api") as correlate:
        people = await People(correlate).arrive()
        entry = await people.listed(STRONG)
        place, gt = f"{ACTORS}/{entry['entry_id']}", people.writer
        day = (SystemClock().now() + timedelta(days=300)).date().isoformat()
        until = (SystemClock().now() + timedelta(days=2)).isoformat()
        script = [
            ("resume", gt, {"reason": "no"}, 409, "active"),
            ("approve", people.second, {}, 409, "active"),
            ("suspend", gt, {}, 422, ""),
            ("suspend", gt, {"reason": "operation", "until": "2020-01-01T00:00:00Z"}, 422, ""),
            ("suspend", people.partner, {"reason": "x"}, 403, ""),
            ("suspend", gt, {"reason": "operation", "until": until}, 200, "suspended"),
            ("suspend", gt, {"reason": "operation", "until": until}, 200, "suspended"),
            ("suspend", gt, {"reason": "another"}, 409, "suspended"),
            ("extend", gt, {"reason": "x"}, 409, "suspended"),
            ("flag", people.partner, {"reason": "x"}, 404, ""),
            ("resume", gt, {"reason": "done"}, 200, "active"),
            ("extend", gt, {"reason": "still sought", "review_on": "2090-01-01"}, 422, ""),
            ("extend", gt, {"reason": "still sought", "review_on": day}, 422, ""),
            ("extend", gt, {"reason": "still sought"}, 200, "active"),
            ("flag", gt, {"reason": "x"}, 403, ""),
            ("flag", people.stranger, {"reason": "x"}, 404, ""),
            ("flag", people.partner, {}, 422, ""),
            ("flag", people.partner, {"reason": "not here", "colour": 1}, 422, ""),
            ("flag", people.partner, {"reason": "not here"}, 200, "active"),
            ("flag", people.partner, {"reason": "not here"}, 200, "active"),
            ("unflag", people.partner, {}, 200, "active"),
            ("unflag", people.partner, {}, 200, "active"),
            ("keep", gt, {"reason": "trial"}, 409, "active"),
            ("delete", gt, {}, 409, "active"),
            ("execute", gt, {"reason": "arrested"}, 200, "executed"),
            ("execute", gt, {}, 200, "executed"),
            ("revoke", gt, {}, 409, "executed"),
            ("keep", gt, {"reason": "trial", "until": "2090-01-01T00:00:00Z"}, 422, ""),
            ("keep", gt, {"reason": "trial"}, 200, "executed"),
            ("keep", gt, {"reason": "trial"}, 200, "executed"),
            ("delete", gt, {"reason": "judged"}, 200, "deleted"),
            ("delete", gt, {}, 200, "deleted"),
            ("submit", gt, {}, 409, "deleted"),
        ]
        versions = [1]
        for action, who, body, status, state in script:
            answer = await people.post(f"{place}/{action}", who, **body)
            assert (answer.status_code, answer.json().get("state", "")) == (status, state), (action, body, answer.text)
            if status == 200:
                versions.append(answer.json()["version"])
        history = (await correlate.get(f"{place}/history", gt)).json()["items"]
        text = json.dumps([history, [row.content for row in await correlate.rows("SELECT content FROM correlate.entry_version")]])
        told = await people.told(gt)
    assert versions == [1, 2, 2, 3, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9]
    assert "Nadie" not in text
    assert [one["change"] for one in history][::-1] == [
        "listed", "suspended", "resumed", "extended", "flagged", "unflagged", "executed", "kept", "deleted"
    ]  # fmt: skip
    assert told[::-1] == ["entry.flagged", "entry.unflagged", "entry.keep_or_delete", "entry.deleted"]


async def test_of_two_who_act_at_once_the_second_is_told_what_changed_and_a_repeat_is_not(opened: Opened) -> None:
    async with opened(roles="api") as correlate:
        people = await People(correlate).arrive()
        entry = await people.listed(STRONG)
        place = f"{ACTORS}/{entry['entry_id']}"
        first = {**people.writer, "If-Match": '"1"'}
        suspended = await correlate.client.post(f"{place}/suspend", headers=first, json={"reason": "operation"})
        lost = await correlate.client.post(f"{place}/suspend", headers=first, json={"reason": "operation"})
        second = await correlate.client.post(
            f"{place}/execute", headers={**people.second, "If-Match": '"1"'}, json={"reason": "arrested"}
        )
        said = await people.post(f"{place}/execute", people.second, version=1)
        edit = {**STRONG, "severity": "critical"}
        blind = await correlate.client.put(place, headers=people.second, json=edit)
        told = await correlate.client.put(place, headers={**people.writer, "If-Match": '"2"'}, json={**STRONG, "severity": "low"})
    assert (suspended.status_code, lost.status_code, lost.json()) == (200, 200, suspended.json())
    assert (second.status_code, second.json()["version"], second.json()["changed"]) == (412, 2, ["state"])
    assert (said.status_code, said.json()["version"]) == (409, 2)
    assert (blind.status_code, blind.headers["atalaya-replaced-version"]) == (200, "2")
    assert blind.headers["atalaya-replaced-writer"] == entry["written_by"]
    assert (told.status_code, told.json()["changed"]) == (412, ["severity"])
    assert "critical" not in told.text


async def test_many_actions_are_each_answered_for_themselves_in_order(opened: Opened) -> None:
    async with opened(roles="api") as correlate:
        people = await People(correlate).arrive()
        ids = [(await people.listed({**WEAK, "source_id": str(number), "source": "gt"}))["entry_id"] for number in range(3)]
        items: list[Any] = [
            {"entry_id": ids[0], "action": "approve"},
            {"entry_id": ids[1], "action": "approve", "version": 7},
            {"entry_id": ids[0], "action": "suspend", "reason": "operation"},
            {"entry_id": "nothing", "action": "dance"},
            {"entry_id": ids[2], "action": "reject"},
            {"entry_id": "6f6d1c5e-6d0a-5c38-9a53-0d3f6b1b7a11", "action": "approve"},
            "approve",
            {"entry_id": ids[2], "action": "approve"},
            {"entry_id": ids[2], "action": "approve"},
        ]
        array = await correlate.client.post("/v1/watchlist/actions", headers=people.second, json=items)
        lines = "\n".join(map(json.dumps, [items[0], items[7]])) + "\n{broken\n"
        streamed = await correlate.client.post(
            "/v1/watchlist/actions", headers={**people.second, "Content-Type": "application/x-ndjson"}, content=lines
        )
        reader = await correlate.client.post(
            "/v1/watchlist/actions", headers=await correlate.key("GT", "watchlist:read"), json=items[:1]
        )
    answers = array.json()["items"]
    assert [one["index"] for one in answers] == list(range(9))
    assert [one["status"] for one in answers] == ["done", "refused", "done", *["refused"] * 4, "done", "unchanged"]
    assert [one["problem"]["status"] for one in answers if one["status"] == "refused"] == [409, 422, 422, 404, 422]
    assert [fault["pointer"] for fault in answers[3]["problem"]["errors"]] == ["/entry_id", "/action"]
    assert answers[2]["state"] == "suspended"
    read = [json.loads(line) for line in streamed.text.splitlines()]
    assert [one["status"] for one in read] == ["refused", "unchanged", "refused"]
    assert reader.json()["items"][0]["problem"]["status"] == 403
