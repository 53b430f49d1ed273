"""`Idempotency-Key`: the same request again gets the same answer."""

import asyncio

import httpx

from tests.support.crates import World, assert_problem, places


async def test_the_same_idempotency_key_and_body_get_the_same_answer(world: World, client: httpx.AsyncClient) -> None:
    key = {**await world.key("events:write"), "Idempotency-Key": '"8e03978e-40d5"'}
    first = await client.post("/v1/crates", headers=key, json={"label": "ab"})
    again = await client.post("/v1/crates", headers=key, json={"label": "ab"})
    assert (first.status_code, first.text) == (again.status_code, again.text) == (201, first.text)
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert world.made == 1


async def test_another_body_under_an_idempotency_key_is_refused(world: World, client: httpx.AsyncClient) -> None:
    key = {**await world.key("events:write"), "Idempotency-Key": "one"}
    await client.post("/v1/crates", headers=key, json={"label": "ab"})
    answer = await client.post("/v1/crates", headers=key, json={"label": "cd"})
    assert places(assert_problem(answer, 422)) == ["Idempotency-Key"]


async def test_an_idempotency_key_is_one_api_key_s_own(world: World, client: httpx.AsyncClient) -> None:
    for agency in ("GT-SAT", "HN-ANA"):
        key = {**await world.key("events:write", agency=agency), "Idempotency-Key": "one"}
        answer = await client.post("/v1/crates", headers=key, json={"label": "ab"})
        assert answer.json()["agency"] == agency


async def test_a_request_under_a_key_still_in_work_is_told_to_wait(world: World, client: httpx.AsyncClient) -> None:
    key = {**await world.key("events:write"), "Idempotency-Key": "one"}
    world.gate.clear()
    async with asyncio.TaskGroup() as group:
        first = group.create_task(client.post("/v1/crates", headers=key, json={"label": "ab"}))
        await world.begun.wait()
        assert_problem(await client.post("/v1/crates", headers=key, json={"label": "ab"}), 409)
        world.gate.set()
    assert first.result().status_code == 201
    assert (await client.post("/v1/crates", headers=key, json={"label": "ab"})).headers["idempotency-replayed"] == "true"


async def test_a_refused_request_does_not_use_up_its_idempotency_key(world: World, client: httpx.AsyncClient) -> None:
    key = {**await world.key("events:write"), "Idempotency-Key": "one"}
    assert_problem(await client.post("/v1/crates", headers=key, json={"label": 1}), 422)
    assert (await client.post("/v1/crates", headers=key, json={"label": "ab"})).status_code == 201


async def test_the_window_of_kept_answers_is_bounded_for_each_api_key_and_in_all() -> None:
    world = World(idempotency_entries=5, idempotency_entries_per_key=3)
    keys = [await world.key("events:write") for _ in range(3)]
    async with world.client() as client:
        for number in range(4):
            for key in keys:
                await client.post("/v1/crates", headers={**key, "Idempotency-Key": str(number)}, json={"label": "ab"})
    kept = world.app.state.idempotency
    assert len(kept._kept) == 5
    assert sum(kept._per_key.values()) == 5
    assert max(kept._per_key.values()) <= 3


async def test_a_kept_answer_is_not_given_to_a_revoked_key(world: World, client: httpx.AsyncClient) -> None:
    key = {**await world.key("events:write"), "Idempotency-Key": "one"}
    await client.post("/v1/crates", headers=key, json={"label": "ab"})
    await world.store.revoke(world.ring.all()[0].id, by="test")
    assert_problem(await client.post("/v1/crates", headers=key, json={"label": "ab"}), 401)
