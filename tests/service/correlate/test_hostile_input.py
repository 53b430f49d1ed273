"""What a careless or hostile client sends to the list and the alerts: told what is wrong, and nothing else happens."""

import json
from typing import Any

import pytest

from tests.support.correlate_station import Opened

ACTORS, ROUTES, ALERTS = "/v1/watchlist/actors", "/v1/watchlist/routes", "/v1/alerts"
PERSON: dict[str, Any] = {"kind": "person", "source": "own", "source_id": "1", "names": [{"full": "Ramírez Ajú, José Luis"}]}
ROUTE: dict[str, Any] = {"name": "Corredor", "waypoints": [{"place": {"code": "CR-PA-01"}}, {"place": {"code": "CR-NI-01"}}]}


async def test_a_body_that_no_entry_can_have_is_refused_by_its_pointer(opened: Opened) -> None:
    bad: list[tuple[str, dict[str, Any], str]] = [
        (ACTORS, {**PERSON, "birth_dates": ["1971-02-30"]}, "/birth_dates/0"),
        (ACTORS, {**PERSON, "birth_dates": ["1971", "1971-13"]}, "/birth_dates/1"),
        (ACTORS, {**PERSON, "birth_dates": ["١٩٧١"]}, "/birth_dates/0"),
        (ACTORS, {**PERSON, "birth_dates": ["0000"]}, "/birth_dates/0"),
        (ACTORS, {**PERSON, "names": [{"full": "\u200b\u0301 -"}]}, "/names/0"),
        (ACTORS, {**PERSON, "valid_from": "2026-01-02T00:00:00Z", "valid_to": "2026-01-01T00:00:00Z"}, "/valid_to"),
        (ACTORS, {**PERSON, "valid_to": "2026-01-01T00:00:00"}, "/valid_to"),
        (ACTORS, {**PERSON, "valid_from": "0001-01-01T00:00:00+14:00"}, "/valid_from"),
        (ACTORS, {**PERSON, "valid_to": "9999-12-31T23:59:59-12:00"}, "/valid_to"),
        (ACTORS, {**PERSON, "handling": {"releasable_to": ["gt"]}}, "/handling/releasable_to/0"),
        (ROUTES, {**ROUTE, "name": " \u200b"}, "/name"),
        (ROUTES, {**ROUTE, "waypoints": ROUTE["waypoints"][:1]}, "/waypoints"),
    ]
    async with opened(roles="api") as correlate:
        gt = await correlate.key("GT")
        line = {**gt, "Content-Type": "application/x-ndjson"}
        for path, body, pointer in bad:
            answer = await correlate.client.post(path, headers=gt, json=body)
            assert answer.status_code == 422, (body, answer.text)
            assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer], body
            imported = await correlate.client.post(f"{path}/bulk", headers=line, content=json.dumps(body).encode())
            told = imported.json()
            assert (told["status"], [fault["pointer"] for fault in told["errors"]]) == ("refused", [pointer]), body
        assert await correlate.count("SELECT version FROM correlate.list_version") == 0


async def test_an_entry_that_is_sent_to_the_address_of_another_does_not_overwrite_it(opened: Opened) -> None:
    async with opened(roles="api") as correlate:
        gt = await correlate.key("GT")
        one = await correlate.add_actor(gt, **PERSON)
        other = await correlate.add_actor(gt, **{**PERSON, "source_id": "2"})
        answer = await correlate.client.put(f"{ACTORS}/{one['entry_id']}", headers=gt, json=other)
        after = (await correlate.get(f"{ACTORS}/{one['entry_id']}", gt)).json()
        del after["lacks"]
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/entry_id"]
    assert after == one


@pytest.mark.parametrize(
    ("path", "parameters", "status"),
    [
        (ACTORS, {"cursor": ""}, 400),
        (ACTORS, {"cursor": "é"}, 400),
        (ACTORS, {"cursor": "A" * 5000}, 400),
        (ALERTS, {"cursor": "e30"}, 400),
        (ACTORS, {"limit": "0"}, 422),
        (ACTORS, {"limit": "501"}, 422),
        (ALERTS, {"limit": "0"}, 422),
        (ALERTS, {"limit": "501"}, 422),
        (ACTORS, {"q": "  "}, 422),
        (ACTORS, {"q": "a\0b"}, 422),
        (ALERTS, {"subject": "a\0b"}, 422),
        (ALERTS, {"state": "asleep"}, 422),
        (ALERTS, {"nation": "gt"}, 422),
        (ALERTS, {"entry": "1"}, 422),
        (ALERTS, {"since": "2026-01-01T00:00:00"}, 422),
        (ALERTS, {"since": "0001-01-01T00:00:00+14:00"}, 422),
        (ALERTS, {"until": "9999-12-31T23:59:59-12:00"}, 422),
        (f"{ACTORS}/not-an-id", {}, 422),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused_and_breaks_nothing(
    opened: Opened, path: str, parameters: dict[str, str], status: int
) -> None:
    async with opened(roles="api") as correlate:
        answer = await correlate.get(path, await correlate.key("GT"), **parameters)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_history_is_read_page_by_page_and_only_the_versions_that_a_nation_may_see(opened: Opened) -> None:
    async with opened(roles="api") as correlate:
        gt, hn = await correlate.key("GT"), await correlate.key("HN")
        born = {**PERSON, "birth_dates": ["1971"]}
        place = f"{ACTORS}/{(await correlate.add_actor(gt, **born))['entry_id']}"
        for severity in ("low", "high", "critical"):
            body = {**born, "severity": severity, "handling": {"releasable_to": ["HN"] if severity != "high" else []}}
            assert (await correlate.client.put(place, headers=gt, json=body)).status_code == 200

        async def versions(who: dict[str, str]) -> list[int]:
            found: list[int] = []
            cursor: dict[str, str] = {}
            while True:
                page = (await correlate.get(f"{place}/history", who, limit=1, **cursor)).json()
                assert len(page["items"]) <= 1
                found += [one["version"] for one in page["items"]]
                if page["next_cursor"] is None:
                    return found
                cursor = {"cursor": page["next_cursor"]}

        assert await versions(gt) == [4, 3, 2, 1]
        assert await versions(hn) == [4, 2]
        other = f"{ACTORS}/{(await correlate.add_actor(gt, **{**PERSON, 'source_id': '2'}))['entry_id']}/history"
        first = (await correlate.get(f"{place}/history", gt, limit=1)).json()["next_cursor"]
        assert (await correlate.get(other, gt, cursor=first)).status_code == 400
        assert (await correlate.get(ACTORS, gt, cursor=first)).status_code == 400


async def test_an_import_in_the_largest_chunks_is_taken(opened: Opened) -> None:
    lines = "\n".join(json.dumps({**PERSON, "source_id": str(number)}) for number in range(4_000))
    async with opened(roles="api", import_chunk=5_000) as correlate:
        headers = {**await correlate.key("GT"), "Content-Type": "application/x-ndjson"}
        answer = await correlate.client.post(f"{ACTORS}/bulk", headers=headers, content=lines.encode())
        assert await correlate.count("SELECT version FROM correlate.list_version") == 4_000
    assert {json.loads(line)["status"] for line in answer.text.splitlines()} == {"created"}


async def test_an_entry_of_as_many_numbers_as_it_can_have_is_taken_and_found_by_the_first(opened: Opened) -> None:
    numbers = [{"number": f"{number:031}-{number + 500_000:031}"} for number in range(9_000)]
    async with opened(roles="api") as correlate:
        gt = await correlate.key("GT")
        made = await correlate.client.post(ACTORS, headers=gt, json={**PERSON, "documents": numbers})
        assert made.status_code == 201, made.text[:1000]
        assert (
            await correlate.count(
                "SELECT count(*) FROM correlate.entry WHERE search @@ '0000000000000000000000000500000'::tsquery"
            )
            == 1
        )


@pytest.mark.parametrize("birth_date", ["1971-02-30", "0000", "١٩٧١"])
async def test_a_query_with_a_date_that_never_was_is_refused_and_a_name_without_end_too(opened: Opened, birth_date: str) -> None:
    async with opened(roles="api") as correlate:
        gt = await correlate.key("GT")
        bad = await correlate.client.post("/v1/screen", headers=gt, json={"name": "X Y", "birth_date": birth_date})
        long = await correlate.client.post("/v1/screen", headers=gt, json={"name": "José " * 200})
    assert [fault["pointer"] for fault in bad.json()["errors"]] == ["/birth_date"]
    assert {fault["pointer"] for fault in long.json()["errors"]} == {"/name"}
