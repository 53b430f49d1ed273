"""The short way to an endpoint keeps every promise of the long one."""

import asyncio

import httpx
import structlog
from fastapi import FastAPI

from tests.support.crates import World, assert_problem


async def test_no_layer_is_built_on_what_cancels_work_when_a_client_leaves(world: World) -> None:
    assert isinstance(world.app, FastAPI)
    names = [layer.cls.__name__ for layer in world.app.user_middleware]
    assert names == ["ObserveMiddleware", "BodyLimitMiddleware"]


async def test_the_short_way_to_an_endpoint_and_the_framework_s_answer_alike(world: World, client: httpx.AsyncClient) -> None:
    good, poor = await world.key("events:write"), await world.key("alerts:read")
    for query in ("", "?loud=false"):
        path = f"/v1/direct{query}"
        answer = await client.post(path, headers=good, json=[1])
        assert (answer.status_code, answer.text) == (202, "GT-SAT [1] False")
        assert answer.headers["ratelimit-policy"]
        assert_problem(await client.post(path, json=[1]), 401)
        assert_problem(await client.post(path, headers=poor, json=[1]), 403)
        assert_problem(await client.post(path, headers={**good, "Content-Type": "text/plain"}, content=b"[1]"), 415)
        assert_problem(await client.post(path, headers={**good, "Content-Type": "application/json"}, content=b"[NaN]"), 422)
    assert (await client.post("/v1/direct?loud=true", headers=good, json=[1])).text == "GT-SAT [1] True"
    assert_problem(await client.post("/v1/direct?loud=perhaps", headers=good, json=[1]), 422)


async def test_the_short_way_keeps_the_promise_of_idempotency_keys(world: World, client: httpx.AsyncClient) -> None:
    key = {**await world.key("events:write"), "Idempotency-Key": "one"}
    first, again = [await client.post("/v1/direct", headers=key, json=[1]) for _ in range(2)]
    assert (first.text, world.made, again.headers["idempotency-replayed"]) == (again.text, 1, "true")


async def test_both_ways_pass_the_same_layers(world: World, client: httpx.AsyncClient) -> None:
    good = {**await world.key("events:write"), "Content-Type": "application/json"}
    for query in ("", "?loud=false"):
        path = f"/v1/direct{query}"
        with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logs:
            answer = await client.post(path, headers={**good, "X-Request-Id": "abc-12345"}, content=b"[1]")
        assert (answer.headers["x-request-id"], answer.headers["x-frame-options"]) == ("abc-12345", "DENY")
        (entry,) = logs
        assert (entry["event"], entry["route"], entry["status"]) == ("request.answered", "/v1/direct", 202)
        assert entry["request_id"] == "abc-12345"
        assert_problem(await client.post(path, headers=good, content=b"[" + b" " * 2_000_000 + b"1]"), 413)
        assert_problem(await client.get(path, headers=good), 405)
    assert 'route="/v1/direct",status="202"' in (await client.get("/metrics")).text


async def test_both_ways_share_the_room_for_requests() -> None:
    world = World(max_requests=1)
    key = await world.key("events:write")
    world.gate.clear()
    async with world.client() as client, asyncio.TaskGroup() as group:
        first = group.create_task(client.post("/v1/crates", headers=key, json={"label": "ab"}))
        await world.begun.wait()
        assert_problem(await client.post("/v1/direct", headers=key, json=[1]), 503)
        world.gate.set()
    assert first.result().status_code == 201
