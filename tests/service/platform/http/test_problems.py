"""Every refusal is a problem, described and without details of ours."""

import asyncio

import httpx
import structlog

from shared.platform.http.problems import (
    ProblemError,
    RetryError,
)
from tests.support.crates import World, assert_problem


async def test_unknown_addresses_and_methods_are_problems(client: httpx.AsyncClient) -> None:
    assert_problem(await client.get("/nothing"), 404)
    answer = await client.put("/v1/crates")
    assert_problem(answer, 405)
    assert set(answer.headers["allow"].split(", ")) & {"GET", "POST"}


async def test_a_bug_is_answered_without_details_and_told_in_the_log(client: httpx.AsyncClient) -> None:
    with structlog.testing.capture_logs() as logs:
        answer = await client.get("/v1/broken")
    assert "hunter2" not in answer.text
    assert_problem(answer, 500)
    assert [entry["event"] for entry in logs] == ["request.broke", "request.answered"]


async def test_what_may_pass_is_answered_with_retry_after(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/away")
    assert_problem(answer, 503)
    assert int(answer.headers["retry-after"]) >= 1
    assert "10.1.2.3" not in answer.text
    answer = await client.get("/v1/unknown")
    assert (assert_problem(answer, 503)["outcome"], answer.headers["retry-after"]) == ("unknown", "3")


async def test_every_type_of_problem_leads_to_its_description(world: World, client: httpx.AsyncClient) -> None:
    page = (await client.get("/docs/problems")).text
    for path, status in (("/nothing", 404), ("/v1/broken", 500), ("/v1/away", 503), ("/v1/crates", 401)):
        kind = assert_problem(await client.get(path), status)["type"]
        assert kind.startswith("/docs/problems#")
        assert f'id="{kind.partition("#")[2]}"' in page


async def test_every_kind_of_problem_is_described(client: httpx.AsyncClient) -> None:
    page = (await client.get("/docs/problems")).text
    for kind in (*ProblemError.__subclasses__(), *RetryError.__subclasses__()):
        assert f'id="{kind.slug}"' in page


async def test_more_requests_at_once_than_can_be_held_are_told_to_come_again() -> None:
    world = World(max_requests=1)
    key = await world.key("events:write")
    world.gate.clear()
    async with world.client() as client, asyncio.TaskGroup() as group:
        first = group.create_task(client.post("/v1/crates", headers=key, json={"label": "ab"}))
        await world.begun.wait()
        refused = await client.post("/v1/crates", headers=key, json={"label": "ab"})
        assert_problem(refused, 503)
        assert refused.headers["retry-after"] == "1"
        assert (await client.get("/healthz")).status_code == 200
        world.gate.set()
    assert first.result().status_code == 201
