"""Both doors of the list know the same thing again: an actor by the id of its source, a route by its name."""

import json
import unicodedata
from typing import Any

from tests.support.correlate_station import Opened, Station

ACTORS, ROUTES = "/v1/watchlist/actors", "/v1/watchlist/routes"
PERSON = {"kind": "person", "source": "ofac-sdn", "source_id": "4107", "names": [{"full": "Ramírez Ajú, José Luis"}]}
ROUTE = {
    "name": "Corredor Pacífico norte",
    "waypoints": [{"place": {"code": "CR-PA-01"}}, {"place": {"code": "CR-NI-01"}, "window": {"min": "PT5H", "max": "PT30H"}}],
}


async def imported(correlate: Station, path: str, who: dict[str, str], *bodies: object) -> list[dict[str, Any]]:
    headers = {**who, "Content-Type": "application/x-ndjson"}
    content = "\n".join(json.dumps(body, ensure_ascii=False) for body in bodies).encode()
    answer = await correlate.client.post(f"{path}/bulk", headers=headers, content=content)
    return [json.loads(line) for line in answer.text.splitlines()]


async def active(correlate: Station, path: str, who: dict[str, str]) -> list[str]:
    return [one["entry_id"] for one in (await correlate.get(path, who)).json()["items"]]


async def test_what_was_listed_one_by_one_is_the_same_in_an_import_and_the_reverse(opened: Opened) -> None:
    nameless = {key: value for key, value in PERSON.items() if key != "source_id"}
    async with opened(roles="api") as correlate:
        gt = await correlate.key("GT")
        for path, body in ((ROUTES, ROUTE), (ACTORS, PERSON), (ACTORS, nameless)):
            made = await correlate.client.post(path, headers=gt, json=body)
            (line,) = await imported(correlate, path, gt, body)
            assert (made.status_code, line["status"], line["entry_id"]) == (201, "unchanged", made.json()["entry_id"])
            again = await correlate.client.post(path, headers=gt, json=body)
            assert (again.status_code, again.json()["entry_id"]) == (200, made.json()["entry_id"])
        for path, body in ((ROUTES, {**ROUTE, "name": "Otra"}), (ACTORS, {**PERSON, "source_id": "2"})):
            (line,) = await imported(correlate, path, gt, body)
            again = await correlate.client.post(path, headers=gt, json=body)
            other = await correlate.client.post(path, headers=gt, json={**body, "severity": "critical"})
            assert (line["status"], again.status_code, again.json()["entry_id"]) == ("created", 200, line["entry_id"])
            assert (other.status_code, other.json()["entry_id"]) == (409, line["entry_id"])
        assert len(await active(correlate, ROUTES, gt)) == 2
        assert len(await active(correlate, ACTORS, gt)) == 3


async def test_a_route_is_known_by_its_name_however_it_is_written(opened: Opened) -> None:
    names = [ROUTE["name"], unicodedata.normalize("NFD", str(ROUTE["name"])), "  corredor  PACÍFICO norte "]
    async with opened(roles="api") as correlate:
        gt, hn = await correlate.key("GT"), await correlate.key("HN")
        lines = [(await imported(correlate, ROUTES, gt, {**ROUTE, "name": name}))[0] for name in names]
        both = await imported(correlate, ROUTES, gt, *({**ROUTE, "name": name} for name in names))
        (foreign,) = await imported(correlate, ROUTES, hn, ROUTE)
        found = (await correlate.get(ROUTES, gt, q=unicodedata.normalize("NFD", "PACÍFICO"))).json()["items"]
    assert {line["entry_id"] for line in (*lines, *both)} == {lines[0]["entry_id"]}
    assert foreign["entry_id"] != lines[0]["entry_id"]
    assert [one["entry_id"] for one in found] == [lines[0]["entry_id"]]


async def test_a_renamed_entry_goes_by_its_new_name_and_its_old_one_is_free(opened: Opened) -> None:
    async with opened(roles="api") as correlate:
        gt = await correlate.key("GT")
        for path, body, renamed in ((ROUTES, ROUTE, {**ROUTE, "name": "Nueva"}), (ACTORS, PERSON, {**PERSON, "source_id": "9"})):
            made = await correlate.client.post(path, headers=gt, json=body)
            replaced = await correlate.client.put(made.headers["location"], headers=gt, json=renamed)
            (same,) = await imported(correlate, path, gt, renamed)
            (other,) = await imported(correlate, path, gt, body)
            (again,) = await imported(correlate, path, gt, body)
            taken = await correlate.client.put(made.headers["location"], headers=gt, json=body)
            assert (replaced.status_code, same["status"]) == (200, "unchanged")
            assert same["entry_id"] == made.json()["entry_id"]
            assert (other["status"], again["status"]) == ("created", "unchanged")
            assert other["entry_id"] == again["entry_id"] != same["entry_id"]
            assert (taken.status_code, taken.json()["entry_id"]) == (409, other["entry_id"])


async def test_a_route_that_ended_is_listed_again_under_its_id(opened: Opened) -> None:
    async with opened(roles="api") as correlate:
        gt = await correlate.key("GT")
        made = await correlate.client.post(ROUTES, headers=gt, json=ROUTE)
        await correlate.client.delete(made.headers["location"], headers=gt)
        relisted = await correlate.client.post(ROUTES, headers=gt, json=ROUTE)
        assert (relisted.status_code, relisted.json()["version"]) == (201, 3)
        assert relisted.json()["entry_id"] == made.json()["entry_id"]


async def test_a_line_too_large_for_the_topic_once_completed_is_refused_alone(opened: Opened) -> None:
    large = {"name": "Larga", "waypoints": [{"place": {"code": "GT-SV-03"}}] * 7_500}
    assert len(json.dumps(large)) < 262_144
    async with opened(roles="api") as correlate:
        gt = await correlate.key("GT")
        refused, made = await imported(correlate, ROUTES, gt, large, ROUTE)
        assert await correlate.count("SELECT version FROM correlate.list_version") == 1
    assert (refused["status"], [fault["code"] for fault in refused["errors"]]) == ("refused", ["entry_too_large"])
    assert [fault["pointer"] for fault in refused["errors"]] == ["/waypoints"]
    assert made["status"] == "created"
