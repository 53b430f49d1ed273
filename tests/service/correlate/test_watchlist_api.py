import asyncio
import json

from tests.support.correlate_station import Opened

PERSON = {
    "kind": "person",
    "source": "ofac-sdn",
    "source_id": "4107",
    "severity": "high",
    "requested_action": "INQUIRY_CHECK",
    "names": [{"full": "Ramírez Ajú, José Luis", "type": "primary"}],
    "birth_dates": ["1971-05-09", "1971"],
    "handling": {"tlp": "AMBER", "releasable_to": ["HN"]},
}
ROUTE = {
    "name": "Corredor Pacífico norte",
    "direction": "forward",
    "modes": ["road"],
    "severity": "medium",
    "requested_action": "SPECIFIC_CHECK",
    "waypoints": [
        {"place": {"code": "CR-PA-01"}},
        {"place": {"code": "CR-NI-01"}, "window": {"min": "PT5H", "max": "PT30H"}},
        {"place": {"code": "HN-NI-01"}, "window": {"min": "PT6H", "max": "PT36H"}},
    ],
    "least_waypoints": 2,
    "rule": None,
    "handling": {"tlp": "AMBER", "releasable_to": ["CR", "NI", "HN"]},
}
ACTORS = "/v1/watchlist/actors"
ROUTES = "/v1/watchlist/routes"


async def test_each_change_is_a_version_with_who_when_and_why(opened: Opened) -> None:
    async with opened(roles="api") as correlate:
        gt = await correlate.key("GT")
        made = await correlate.client.post(ACTORS, headers=gt, json=PERSON, params={"why": "new on the list"})
        assert (made.status_code, made.json()["version"], made.headers["etag"]) == (201, 1, '"1"')
        place = made.headers["location"]
        body = {**made.json(), "severity": "critical"}
        replaced = await correlate.client.put(place, headers=gt, json=body, params={"why": "armed"})
        assert (replaced.status_code, replaced.json()["version"], replaced.json()["severity"]) == (200, 2, "critical")
        ended = await correlate.client.delete(place, headers=gt, params={"reason": "arrested"})
        assert ended.status_code == 200
        assert ended.json()["ended_at"]
        again = await correlate.client.delete(place, headers=gt)
        assert again.json()["version"] == 3
        history = (await correlate.get(f"{place}/history", gt)).json()["items"]
        assert (await correlate.client.put(place, headers=gt, json=PERSON)).status_code == 409
    assert [(one["version"], one["why"]) for one in history] == [(3, "arrested"), (2, "armed"), (1, "new on the list")]
    assert [one["list_version"] for one in history] == [3, 2, 1]
    assert {one["originator"] for one in history} == {"gt-police"}
    assert all(one["changed_by"] and one["changed_at"] for one in history)


async def test_the_same_source_and_id_again_changes_nothing_and_other_content_is_refused(opened: Opened) -> None:
    async with opened(roles="api") as correlate:
        gt = await correlate.key("GT")
        first = await correlate.add_actor(gt, **PERSON)
        again = await correlate.client.post(ACTORS, headers=gt, json=PERSON)
        other = await correlate.client.post(ACTORS, headers=gt, json={**PERSON, "severity": "low"})
        assert (again.status_code, {name: told for name, told in again.json().items() if name != "lacks"}) == (200, first)
        assert (other.status_code, other.json()["entry_id"], other.json()["version"]) == (409, first["entry_id"], 1)
        assert await correlate.count("SELECT version FROM correlate.list_version") == 1
        await correlate.client.delete(f"{ACTORS}/{first['entry_id']}", headers=gt)
        relisted = await correlate.client.post(ACTORS, headers=gt, json=PERSON)
    assert (relisted.status_code, relisted.json()["version"], relisted.json()["ended_at"]) == (201, 3, None)


async def test_an_unknown_or_wrong_field_is_named_by_its_pointer(opened: Opened) -> None:
    bad = {**PERSON, "colour": "red", "names": [{"full": "X", "nick": "Y"}], "birth_dates": ["1971-13-1"]}
    nobody = {"kind": "vehicle", "handling": {"releasable_to": ["GT"]}}
    lost = {**ROUTE, "least_waypoints": 9, "waypoints": [{"place": {"code": "XX-YY-99"}}, {}]}
    async with opened(roles="api") as correlate:
        gt = await correlate.key("GT")

        async def pointers(path: str, body: object) -> set[str]:
            answer = await correlate.client.post(path, headers=gt, json=body)
            assert answer.status_code == 422
            assert answer.headers["content-type"] == "application/problem+json"
            return {fault["pointer"] for fault in answer.json()["errors"]}

        assert await pointers(ACTORS, bad) == {"/colour", "/names/0/nick", "/birth_dates/0"}
        assert await pointers(ACTORS, nobody) == {"/identifiers"}
        assert await pointers(ROUTES, lost) == {"/least_waypoints", "/waypoints/0/place/code", "/waypoints/1/place"}
        assert await pointers(ACTORS, {**PERSON, "source_id": "a\0b"}) == {"/source_id"}


async def test_a_leg_window_that_no_journey_can_have_is_refused_by_its_pointer(opened: Opened) -> None:
    refused = {
        ("-PT1H", "PT5H"): "/waypoints/1/window/min",
        ("PT6H", "PT5H"): "/waypoints/1/window",
        ("PT1H", "P61D"): "/waypoints/1/window/max",
        ("PT1H", "P999999999D"): "/waypoints/1/window/max",
    }
    async with opened(roles="api") as correlate:
        gt = await correlate.key("GT")
        for (least, most), pointer in refused.items():
            legs = [{"place": {"code": "CR-PA-01"}}, {"place": {"code": "CR-NI-01"}, "window": {"min": least, "max": most}}]
            answer = await correlate.client.post(ROUTES, headers=gt, json={**ROUTE, "waypoints": legs})
            assert answer.status_code == 422, (least, most)
            assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


async def test_an_entry_too_large_for_the_topic_of_the_list_is_refused_and_makes_no_version(opened: Opened) -> None:
    large = {**ROUTE, "waypoints": [{"place": {"code": "CR-PA-01"}}] * 11_000}
    async with opened(roles="api") as correlate:
        gt = await correlate.key("GT")
        answer = await correlate.client.post(ROUTES, headers=gt, json=large)
        assert answer.status_code == 422
        assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/waypoints"]
        assert await correlate.count("SELECT version FROM correlate.list_version") == 0


async def test_an_import_without_ids_of_a_source_doubles_nothing_when_it_is_repeated(opened: Opened) -> None:
    nameless = {key: value for key, value in PERSON.items() if key != "source_id"}
    other = {**nameless, "birth_dates": ["1980"]}
    async with opened(roles="api") as correlate:
        gt, hn = await correlate.key("GT"), await correlate.key("HN")

        async def imported(path: str, who: dict[str, str], *bodies: object) -> list[tuple[str, int]]:
            headers = {**who, "Content-Type": "application/x-ndjson"}
            answer = await correlate.client.post(
                f"{path}/bulk", headers=headers, content="\n".join(json.dumps(body) for body in bodies)
            )
            lines = [json.loads(line) for line in answer.text.splitlines()]
            return [(line["status"], line["version"]) for line in lines]

        assert await imported(ACTORS, gt, nameless, other) == [("created", 1), ("created", 1)]
        assert await imported(ACTORS, gt, nameless, other) == [("unchanged", 1), ("unchanged", 1)]
        assert await imported(ROUTES, gt, ROUTE) == [("created", 1)]
        assert await imported(ROUTES, gt, ROUTE) == [("unchanged", 1)]
        assert await imported(ROUTES, gt, {**ROUTE, "severity": "high"}) == [("revised", 2)]
        assert await imported(ROUTES, hn, ROUTE) == [("created", 1)]


async def test_a_change_of_what_another_changed_meanwhile_is_refused(opened: Opened) -> None:
    async with opened(roles="api") as correlate:
        gt = await correlate.key("GT")
        entry = await correlate.add_actor(gt, **PERSON)
        place = f"{ACTORS}/{entry['entry_id']}"
        await correlate.client.put(place, headers=gt, json={**PERSON, "severity": "low"})
        tagged = await correlate.client.put(place, headers={**gt, "If-Match": '"1"'}, json=PERSON)
        versioned = await correlate.client.put(place, headers=gt, json={**PERSON, "version": 1})
        ended = await correlate.client.delete(place, headers={**gt, "If-Match": '"1"'})
        current = await correlate.client.put(place, headers={**gt, "If-Match": '"2"'}, json=PERSON)
    assert [answer.status_code for answer in (tagged, versioned, ended, current)] == [412, 409, 412, 200]
    assert tagged.json()["version"] == 2


async def test_only_the_issuer_changes_an_entry_and_only_its_nations_see_it(opened: Opened) -> None:
    async with opened(roles="api") as correlate:
        gt, hn, mx = await correlate.key("GT"), await correlate.key("HN"), await correlate.key("MX")
        admin = await correlate.key("US", "admin")
        entry = await correlate.add_actor(gt, **PERSON)
        place = f"{ACTORS}/{entry['entry_id']}"
        seen = [(await correlate.get(place, who)).status_code for who in (gt, hn, mx, admin)]
        changed = [(await correlate.client.put(place, headers=who, json=PERSON)).status_code for who in (hn, mx, admin)]
        lists = [len((await correlate.get(ACTORS, who)).json()["items"]) for who in (gt, hn, mx, admin)]
        histories = [(await correlate.get(f"{place}/history", who)).status_code for who in (hn, mx)]
        unknown = await correlate.get(f"{ACTORS}/6f6d1c5e-6d0a-5c38-9a53-0d3f6b1b7a11", mx)
        hidden = await correlate.get(place, mx)
        crossed = await correlate.get(place.replace("actors", "routes"), gt)
        reader = await correlate.key("GT", "watchlist:read")
        forbidden = await correlate.client.post(ACTORS, headers=reader, json=PERSON)
        after = (await correlate.get(place, gt)).json()
    assert seen == [200, 200, 404, 200]
    assert changed == [403, 404, 200]
    assert lists == [1, 1, 0, 1]
    assert histories == [200, 404]
    assert crossed.status_code == 404
    assert forbidden.status_code == 403
    assert after["originator"] == "gt-police"
    assert {**unknown.json(), "request_id": ""} == {**hidden.json(), "request_id": ""}


async def test_the_list_is_filtered_and_read_page_by_page(opened: Opened) -> None:
    async with opened(roles="api") as correlate:
        gt = await correlate.key("GT")
        for number in range(7):
            await correlate.add_actor(gt, **{**PERSON, "source_id": str(number), "names": [{"full": f"Nombre {number}"}]})
        found: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            page = (await correlate.get(ACTORS, gt, limit=3, **cursor)).json()
            found += [one["source_id"] for one in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = {"cursor": page["next_cursor"]}
        assert (await correlate.get("/v1/alerts", gt, **cursor)).status_code == 400
        assert (await correlate.get("/v1/watchlist/routes", gt, **cursor)).status_code == 400
        named = (await correlate.get(ACTORS, gt, q="NOMBRE 4")).json()["items"]
        sourced = (await correlate.get(ACTORS, gt, source="ofac-sdn", source_id="5")).json()["items"]
        forged = await correlate.get(ACTORS, gt, cursor="AAAA")
        unknown = await correlate.get(ACTORS, gt, colour="red")
    assert found == ["6", "5", "4", "3", "2", "1", "0"]
    assert [one["source_id"] for one in (*named, *sourced)] == ["4", "5"]
    assert forged.status_code == 400
    assert unknown.status_code == 422


async def test_a_route_is_listed_with_what_the_register_knows_of_its_checkpoints(opened: Opened) -> None:
    async with opened(roles="api") as correlate:
        gt = await correlate.key("GT")
        made = await correlate.client.post(ROUTES, headers=gt, json=ROUTE)
        assert made.status_code == 201, made.text
        read = (await correlate.get(made.headers["location"], gt)).json()
    assert read == made.json()
    assert read["releasable_to"] == ["CR", "GT", "HN", "NI"]
    assert read["waypoints"][1]["window"] == {"min": "PT5H", "max": "P1DT6H"}
    assert read["waypoints"][0]["place"]["nations"] == ["CR", "PA"]


async def test_a_bulk_import_answers_each_line_and_takes_a_range_of_versions(opened: Opened) -> None:
    lines = [{**PERSON, "source_id": str(number)} for number in range(25)]
    text = "\n".join(json.dumps(line) for line in lines) + '\n{"kind": "person", "nope": 1}\n{broken\n'
    headers = {"Content-Type": "application/x-ndjson"}
    async with opened(roles="api", import_chunk=10) as correlate:
        gt = await correlate.key("GT") | headers

        async def send(body: str) -> list[dict[str, object]]:
            answer = await correlate.client.post(f"{ACTORS}/bulk", headers=gt, content=body)
            assert answer.status_code == 200
            return [json.loads(line) for line in answer.text.splitlines()]

        first = await send(text)
        second = await send(json.dumps(lines[3]) + "\n" + json.dumps({**lines[4], "severity": "low"}))
        version = await correlate.count("SELECT version FROM correlate.list_version")
        versions = await correlate.rows("SELECT list_version FROM correlate.entry_version ORDER BY 1")
    assert [line["index"] for line in first] == list(range(27))
    assert [line["status"] for line in first] == ["created"] * 25 + ["refused"] * 2
    assert [fault["pointer"] for fault in first[25]["errors"]] == ["/nope"]
    assert [(line["status"], line["version"]) for line in second] == [("unchanged", 1), ("revised", 2)]
    assert version == 26
    assert [row[0] for row in versions] == list(range(1, 27))


async def test_changes_at_the_same_time_get_versions_without_a_gap(opened: Opened) -> None:
    async with opened(roles="api") as correlate:
        gt = await correlate.key("GT")
        async with asyncio.TaskGroup() as group:
            for number in range(12):
                group.create_task(correlate.add_actor(gt, **{**PERSON, "source_id": str(number)}))
        versions = await correlate.rows("SELECT list_version FROM correlate.entry_version ORDER BY 1")
    assert [row[0] for row in versions] == list(range(1, 13))
