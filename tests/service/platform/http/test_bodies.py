"""What a body may be, and how its faults are told."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.support.crates import World, assert_problem, places


async def test_every_fault_of_a_body_is_named_by_pointer_and_no_value_is_repeated(
    world: World, client: httpx.AsyncClient
) -> None:
    key = await world.key("events:write")
    answer = await client.post("/v1/crates", headers=key, json={"label": "x", "weights": [1, "hunter2"], "a/b": 3})
    body = assert_problem(answer, 422)
    assert places(body) == ["/label", "/weights/1", "/a~1b"]
    assert all(error["code"] and error["detail"] for error in body["errors"])
    assert "hunter2" not in answer.text


async def test_a_fault_outside_the_body_names_its_parameter(world: World, client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/crates?limit=many", headers=await world.key("alerts:read"))
    assert places(assert_problem(answer, 422)) == ["limit"]


@pytest.mark.parametrize(
    "text", [b'{"label":"ab","label":"cd"}', b'{"label":"a\\u0000"}', b'\xef\xbb\xbf{"label":"ab"}', b"[" * 9999]
)
async def test_json_that_readers_understand_differently_is_refused_at_the_door(
    world: World, client: httpx.AsyncClient, text: bytes
) -> None:
    key = await world.key("events:write")
    answer = await client.post("/v1/crates", headers={**key, "Content-Type": "application/json"}, content=text)
    assert_problem(answer, 422)
    assert world.made == 0


async def test_another_media_type_is_refused(world: World, client: httpx.AsyncClient) -> None:
    key = await world.key("events:write")
    for media_type in ("text/plain", "", "application/x-www-form-urlencoded", "application/jsonp"):
        answer = await client.post("/v1/crates", headers={**key, "Content-Type": media_type}, content=b'{"label":"ab"}')
        assert assert_problem(answer, 415)["accepted"] == ["application/json"]
    for media_type in ("application/json; charset=utf-8", "application/cloudevents+json"):
        answer = await client.post("/v1/crates", headers={**key, "Content-Type": media_type}, content=b'{"label":"ab"}')
        assert answer.status_code == 201


async def test_a_body_beyond_the_limit_is_refused_by_its_length_and_while_it_streams(
    world: World, client: httpx.AsyncClient
) -> None:
    key = {**await world.key("events:write"), "Content-Type": "application/json"}
    assert_problem(await client.post("/v1/crates", headers=key, content=b"x" * 1_048_577), 413)
    given = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal given
        while True:
            given += 65_536
            yield b" " * 65_536

    assert_problem(await client.post("/v1/crates", headers=key, content=endless()), 413)
    assert given <= 1_048_576 + 2 * 65_536


async def test_a_streaming_route_has_no_total_limit(world: World, client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/stream", headers=await world.key("events:write"), content=b"x" * 3_000_000)
    assert sum(map(int, answer.text.split())) == 3_000_000


async def test_what_the_store_can_never_hold_is_a_fault_of_the_input(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/poison")
    assert assert_problem(answer, 422)["errors"][0]["code"] == "cannot_be_stored"
    assert "canary" not in answer.text
