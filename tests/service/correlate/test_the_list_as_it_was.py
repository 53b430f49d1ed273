"""The list of the past: each version and what it changed, the list at any moment, and what is not as it was."""

import asyncio
import json
from typing import Any

from tests.support.correlate_station import Opened, Station

ACTORS = "/v1/watchlist/actors"
REGION = {"releasable_to": ["GT", "HN"]}
BEFORE_ANY, AHEAD = "2001-01-01T00:00:00Z", "2999-01-01T00:00:00Z"


def person(number: str, **more: Any) -> dict[str, Any]:
    body = {
        "kind": "person",
        "source": "own",
        "source_id": number,
        "names": [{"full": f"Nombre {number}"}],
        "birth_dates": ["1971"],
    }
    return {**body, "handling": REGION, **more}


async def put(
    correlate: Station, who: dict[str, str], entry: dict[str, Any], why: str | None = None, **fields: Any
) -> dict[str, Any]:
    place = f"{ACTORS}/{entry['entry_id']}"
    answer = await correlate.client.put(place, headers=who, json={**entry, **fields}, params={"why": why} if why else None)
    assert answer.status_code == 200, answer.text
    changed: dict[str, Any] = answer.json()
    del changed["lacks"]
    return changed


async def all_of(correlate: Station, path: str, who: dict[str, str], **asked: Any) -> list[dict[str, Any]]:
    """Every item of every page."""
    found: list[dict[str, Any]] = []
    while True:
        answer = await correlate.get(path, who, **asked)
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        if answer.json()["next_cursor"] is None:
            return found
        asked["cursor"] = answer.json()["next_cursor"]


async def test_an_entry_is_read_as_any_version_or_moment_had_it(opened: Opened) -> None:
    async with opened(roles="api") as correlate:
        gt, hn, mx = await correlate.key("GT"), await correlate.key("HN"), await correlate.key("MX")
        first = await correlate.add_actor(gt, **person("1"))
        second = await put(correlate, gt, first, severity="high", handling={"releasable_to": []})
        third = await put(correlate, gt, second, severity="critical", handling=REGION)
        place = f"{ACTORS}/{first['entry_id']}"

        async def read(who: dict[str, str], **which: Any) -> Any:
            answer = await correlate.get(place, who, **which)
            return answer.json() if answer.status_code == 200 else answer.status_code

        assert [await read(gt, version=number) for number in (1, 2, 3, 4)] == [first, second, third, 404]
        assert [await read(gt, as_of=entry["changed_at"]) for entry in (first, second, third)] == [first, second, third]
        assert [await read(gt, as_of=number) for number in (0, 1, 2, 3)] == [404, first, second, third]
        assert await read(gt, as_of=BEFORE_ANY) == 404
        assert [await read(hn, version=number) for number in (1, 2, 3)] == [first, 404, third], (
            "what it could not see then it cannot now"
        )
        assert await read(mx, version=1) == 404
        assert [
            await read(gt, **which) for which in ({"as_of": AHEAD}, {"as_of": 4}, {"version": 0}, {"version": 1, "as_of": 1})
        ] == [422] * 4
        assert (await correlate.get(place, gt, version=1)).headers["etag"] == '"1"'
        await put(correlate, gt, third, handling={"releasable_to": []})
        assert await read(hn, version=1) == 404, "what was narrowed since is narrow for the past, too"


async def test_the_history_says_of_each_version_what_it_changed_of_the_one_before(opened: Opened) -> None:
    async with opened(roles="api") as correlate:
        gt, hn = await correlate.key("GT"), await correlate.key("HN")
        entry = await correlate.add_actor(gt, **person("1", severity="low"))
        hidden = {**REGION, "releasable_to": ["GT"]}
        entry = await put(correlate, gt, entry, "seen armed", severity="high", warning_markers=["armed"], handling=hidden)
        entry = await put(
            correlate, gt, entry, names=[{"full": "Nombre 1"}, {"full": "Otro"}], warning_markers=[], handling=REGION
        )
        await correlate.client.delete(f"{ACTORS}/{entry['entry_id']}", headers=gt, params={"why": "arrested"})
        place = f"{ACTORS}/{entry['entry_id']}/history"
        own = await all_of(correlate, place, gt, limit=3)
        theirs = await all_of(correlate, place, hn, limit=1)
    assert [(one["version"], one["change"], one["why"]) for one in own] == [
        (4, "revoked", "arrested"),
        (3, "edited", None),
        (2, "edited", "seen armed"),
        (1, "listed", None),
    ]
    changed = [{one["field"]: one for one in version["changes"]} for version in own]
    assert [set(fields) for fields in changed] == [
        {"state", "ended_at"},
        {"names", "warning_markers", "handling.releasable_to"},
        {"severity", "warning_markers", "handling.releasable_to"},
        set(),
    ]
    assert changed[0]["state"] == {"field": "state", "before": "active", "after": "revoked"}
    assert changed[2]["severity"] == {"field": "severity", "before": "low", "after": "high"}
    assert changed[1]["warning_markers"] == {"field": "warning_markers", "gone": ["armed"], "come": []}
    assert [one["full"] for one in changed[1]["names"]["come"]] == ["Otro"]
    assert [one["version"] for one in theirs] == [4, 3, 1]
    assert {one["field"] for one in theirs[1]["changes"]} == {"severity", "names"}, "against the last that it saw"


async def test_the_list_of_a_moment_stays_what_it_was_however_it_changes_and_is_read_page_by_page(opened: Opened) -> None:
    async with opened(roles="api", reading={"past_rows": 501}) as correlate:
        gt, hn = await correlate.key("GT"), await correlate.key("HN")
        made = [await correlate.add_actor(gt, **person(str(number))) for number in range(7)]
        then = made[-1]["changed_at"]
        await put(correlate, gt, made[0], source_id="renamed", severity="critical")
        await put(correlate, gt, made[1], handling={"releasable_to": []})
        await correlate.client.delete(f"{ACTORS}/{made[2]['entry_id']}", headers=gt)
        await correlate.add_actor(gt, **person("late"))
        was = sorted(made, key=lambda entry: entry["entry_id"])
        assert await all_of(correlate, ACTORS, gt, as_of=then, limit=2) == was
        assert await all_of(correlate, ACTORS, gt, as_of=7) == was
        assert await all_of(correlate, ACTORS, gt, as_of=then, source_id=["0", "renamed"]) == [made[0]]
        assert await all_of(correlate, ACTORS, gt, as_of=then, severity="critical") == []
        assert await all_of(correlate, ACTORS, gt, as_of=then, state="ended") == []
        assert await all_of(correlate, ACTORS, hn, as_of=then, limit=3) == [one for one in was if one != made[1]]
        assert await all_of(correlate, ACTORS, await correlate.key("MX"), as_of=then) == []
        assert await all_of(correlate, "/v1/watchlist/routes", gt, as_of=then) == []
        now = (await correlate.get(ACTORS, gt, as_of="now")).json()
        assert now["list_version"] == 11
        assert {one["source_id"] for one in now["items"]} == {"renamed", "1", "3", "4", "5", "6", "late"}
        empty = (await correlate.get(ACTORS, gt, as_of=BEFORE_ANY)).json()
        assert (empty["items"], empty["next_cursor"], empty["list_version"]) == ([], None, 0)
        page = (await correlate.get(ACTORS, gt, as_of=then, limit=2)).json()
        assert page["list_version"] == 7
        assert (await correlate.get(ACTORS, gt, cursor=page["next_cursor"])).status_code == 400


async def test_the_past_is_read_a_bounded_piece_at_a_time(opened: Opened) -> None:
    lines = "\n".join(json.dumps(person(str(number), severity="high" if number == 900 else "low")) for number in range(1200))
    async with opened(roles="api", import_chunk=2000, reading={"past_rows": 501}) as correlate:
        gt = await correlate.key("GT")
        headers = {**gt, "Content-Type": "application/x-ndjson"}
        await correlate.client.post(f"{ACTORS}/bulk", headers=headers, content=lines)
        short = (await correlate.get(ACTORS, gt, as_of=1200, severity="critical")).json()
        assert (short["items"], short["next_cursor"] is None) == ([], False)
        assert await all_of(correlate, ACTORS, gt, as_of=1200, severity="critical") == []
        (found,) = await all_of(correlate, ACTORS, gt, as_of=1200, severity="high")
        assert found["source_id"] == "900"
        pieces = await all_of(correlate, "/v1/watchlist/difference", gt, since=0, limit=500)
        assert sorted(int(one["source_id"]) for one in pieces) == list(range(1200))
        (log,) = (await correlate.get("/v1/watchlist/changes", gt)).json()["items"]
        assert (log["from_version"], log["to_version"]) == (1, 1200), "an import's chunk is one transaction"


async def test_what_is_not_as_it_was_is_told_once_an_entry_and_as_the_reader_may_see_it(opened: Opened) -> None:
    async with opened(roles="api") as correlate:
        gt, hn = await correlate.key("GT"), await correlate.key("HN")
        kept, edited, ended, narrowed = [
            await correlate.add_actor(gt, **person(name)) for name in ("kept", "edited", "ended", "narrowed")
        ]
        since = narrowed["changed_at"]
        for severity in ("low", "high", "critical"):
            edited = await put(correlate, gt, edited, severity=severity)
        await correlate.client.delete(f"{ACTORS}/{ended['entry_id']}", headers=gt)
        await put(correlate, gt, narrowed, handling={"releasable_to": []})
        added = await correlate.add_actor(gt, **person("added"))
        brief = await correlate.add_actor(gt, **person("brief"))
        await correlate.client.delete(f"{ACTORS}/{brief['entry_id']}", headers=gt)
        there = await put(correlate, gt, kept, reason="x")
        await put(correlate, gt, there, reason=None)

        async def told(who: dict[str, str], **asked: Any) -> list[tuple[str, str, list[str]]]:
            items = await all_of(correlate, "/v1/watchlist/difference", who, **asked)
            return [(one["source_id"], one["what"], [change["field"] for change in one["changes"]]) for one in items]

        own = [
            ("edited", "changed", ["severity"]),
            ("ended", "ended", []),
            ("narrowed", "changed", ["handling.releasable_to"]),
            ("added", "added", []),
        ]
        assert await told(gt, since=since) == own
        assert await told(gt, since=4, limit=1) == own
        theirs = [own[0], own[1], ("narrowed", "ended", []), own[3]]
        assert await told(hn, since=since) == theirs
        assert await told(gt, since=4, type="route") == []
        assert await told(gt, since=4, source="ofac-sdn") == []
        assert await told(gt, since=4, until=5) == [("edited", "changed", ["severity"])]
        assert await told(gt, since=0, until=4) == [(name, "added", []) for name in ("kept", "edited", "ended", "narrowed")]
        assert await told(gt, since=BEFORE_ANY, until=BEFORE_ANY) == []
        page = (await correlate.get("/v1/watchlist/difference", hn, since=since)).json()
        assert (page["since_version"], page["until_version"]) == (4, 14)
        assert [one["entry"] is None for one in page["items"]] == [False, False, True, False]
        assert page["items"][3]["entry"] == added
        for wrong in ({}, {"since": AHEAD}, {"since": 99}, {"since": 5, "until": 4}, {"since": "2026-01-01T00:00:00"}):
            assert (await correlate.get("/v1/watchlist/difference", gt, **wrong)).status_code == 422, wrong


async def test_the_log_of_changes_says_who_when_and_why_to_whose_they_are(opened: Opened) -> None:
    async with opened(roles="api") as correlate:
        gt, hn, admin = await correlate.key("GT"), await correlate.key("HN"), await correlate.key("US", "admin")
        async with asyncio.TaskGroup() as group:
            for number in range(3):
                group.create_task(correlate.add_actor(gt, **person(str(number))))
        theirs = await correlate.add_actor(hn, **person("theirs"))
        await correlate.client.delete(f"{ACTORS}/{theirs['entry_id']}", headers=hn, params={"why": "arrested"})
        own = await all_of(correlate, "/v1/watchlist/changes", gt, limit=2)
        every = await all_of(correlate, "/v1/watchlist/changes", admin, limit=2)
        other = await all_of(correlate, "/v1/watchlist/changes", hn)
        assert (await correlate.get("/v1/watchlist/changes", await correlate.key("GT", "alerts:read"))).status_code == 403
    assert [one["to_version"] for one in every] == [5, 4, 3, 2, 1]
    assert [(one["from_version"], one["to_version"], one["agency"]) for one in own] == [(n, n, "gt-police") for n in (3, 2, 1)]
    assert [(one["change"], one["why"]) for one in other] == [("revoked", "arrested"), ("listed", None)]
    assert other[1]["by"] == theirs["changed_by"]
    assert other[1]["at"] == theirs["changed_at"]
