import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any

import httpx
import pytest
import structlog
from fastapi import Depends, FastAPI, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from shared.platform.auth.access import Access, Principal, require
from shared.platform.auth.keys import KeyRequest
from shared.platform.auth.ring import KeyRing
from shared.platform.auth.settings import KeysSettings
from shared.platform.auth.store import KeyStore
from shared.platform.errors import PoisonError, TransientError
from shared.platform.http.app import create_app
from shared.platform.http.cursors import Cursors
from shared.platform.http.duplex import DuplexResponse
from shared.platform.http.exchange import Exchange
from shared.platform.http.limits import RateLimiter, charge
from shared.platform.http.problems import (
    PROBLEM_RESPONSES,
    BadRequestError,
    ProblemError,
    RetryError,
    TooManyRequestsError,
    UnavailableError,
)
from shared.platform.http.routing import api_router, json_body
from shared.platform.http.settings import HttpSettings
from shared.platform.kafka.messages import Message
from shared.platform.readiness import Readiness


class Crate(BaseModel):
    model_config = ConfigDict(extra="forbid")

    label: str = Field(min_length=2)
    weights: list[int] = []


class Log:
    """Where written keys go in these tests."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def send(self, message: Message) -> None:
        self.messages.append(message)


def failing() -> Any:
    router = api_router(prefix="/v1")

    @router.get("/broken")
    async def broken() -> None:
        raise RuntimeError("password=hunter2")

    @router.get("/away")
    async def away() -> None:
        raise TransientError("the broker at 10.1.2.3")

    @router.get("/poison")
    async def poison() -> None:
        raise PoisonError("22021: canary")

    @router.get("/unknown")
    async def unknown() -> None:
        raise UnavailableError("The broker did not answer.", retry_after_seconds=3, outcome="unknown")

    return router


class World:
    """An application with keys, and a way to call it."""

    def __init__(self, **settings: Any) -> None:
        self.ring = KeyRing(KeysSettings(unknown_wait_seconds=0.05))
        self.store = KeyStore(self.ring, Log(), "keys", KeysSettings())
        self.readiness = Readiness()
        self.made = 0
        self.gate = asyncio.Event()
        self.begun = asyncio.Event()
        self.gate.set()
        self.app = create_app(
            "Crates",
            [self.router(), failing()],
            settings=HttpSettings(**settings),
            readiness=self.readiness,
            access=Access(self.ring),
            streaming=["/v1/stream"],
        )

    async def key(self, *scopes: str, agency: str = "GT-SAT") -> dict[str, str]:
        wanted = KeyRequest.model_validate({"agency": agency, "nation": "GT", "scopes": list(scopes)})
        made = await self.store.create(wanted, by="test")
        return {"Authorization": f"Bearer {made.token}"}

    def router(self) -> Any:
        router = api_router(prefix="/v1", responses=PROBLEM_RESPONSES)

        @router.post("/crates", status_code=201)
        async def make(crate: Crate, who: Annotated[Principal, Depends(require("events:write"))]) -> dict[str, Any]:
            self.begun.set()
            await self.gate.wait()
            self.made += 1
            return {"number": self.made, "agency": who.agency, "label": crate.label}

        @router.get("/crates")
        async def show(who: Annotated[Principal, Depends(require("alerts:read"))], limit: int = 10) -> list[str]:
            return [who.nation] * limit

        @router.post("/stream")
        async def stream(request: Request, _who: Annotated[Principal, Depends(require("events:write"))]) -> DuplexResponse:
            async def lines() -> AsyncIterator[bytes]:
                async for chunk in request.stream():
                    yield b"%d\n" % len(chunk)

            return DuplexResponse(lines(), media_type="text/plain")

        @router.post("/charged")
        async def charged(request: Request, _who: Annotated[Principal, Depends(require("events:write"))]) -> str:
            await charge(request, 50)
            return "ok"

        @router.post("/direct", status_code=202, response_class=Response)
        async def direct(
            request: Request, who: Annotated[Principal, Depends(require("events:write"))], loud: Annotated[bool, Query()] = False
        ) -> Response:
            self.made += 1
            value = await json_body(request)
            return Response(f"{who.agency} {value} {loud}", 202)

        return router

    @contextlib.asynccontextmanager
    async def client(self) -> AsyncIterator[httpx.AsyncClient]:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield client


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with structlog.testing.capture_logs():
        yield


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with world.client() as made:
        yield made


def assert_problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    body: dict[str, Any] = answer.json()
    assert (body["status"], body["request_id"]) == (status, answer.headers["x-request-id"])
    return body


def places(body: dict[str, Any]) -> list[str]:
    return [error.get("pointer", error.get("parameter")) for error in body["errors"]]


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


async def test_each_request_leaves_one_event_without_its_payload(world: World, client: httpx.AsyncClient) -> None:
    key = await world.key("events:write")
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    headers = {**key, "X-Request-Id": "abc-12345", "traceparent": trace}
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logs:
        await client.post("/v1/crates", headers=headers, json={"label": "canary"})
    (entry,) = logs
    assert (entry["event"], entry["route"], entry["status"]) == ("request.answered", "/v1/crates", 201)
    assert (entry["request_id"], entry["traceparent"]) == ("abc-12345", trace)
    assert "canary" not in str(entry)
    assert key["Authorization"] not in str(entry)


async def test_every_answer_carries_the_security_headers_and_an_id(client: httpx.AsyncClient) -> None:
    for path in ("/healthz", "/nothing", "/v1/broken", "/docs"):
        headers = (await client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-request-id"]


async def test_readiness_says_what_is_missing_and_health_stays(world: World, client: httpx.AsyncClient) -> None:
    assert (await client.get("/readyz")).json() == {"ready": True, "faults": {}}
    world.readiness.register("kafka", lambda: "no connection to the broker")
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["faults"]) == (503, {"kafka": "no connection to the broker"})
    assert (await client.get("/healthz")).status_code == 200


async def test_metrics_count_requests_by_route_and_never_by_address(client: httpx.AsyncClient) -> None:
    await client.get("/v1/crates/canary-4711")
    text = (await client.get("/metrics")).text
    assert 'atalaya_http_requests_total{method="GET",route="(none)",status="404"}' in text
    assert "canary-4711" not in text


async def test_rate_limits_are_told_on_success_and_hold_for_one_key_alone() -> None:
    world = World(rate_per_second=1, rate_window_seconds=60)
    flooding, quiet = await world.key("alerts:read"), await world.key("alerts:read")
    async with world.client() as client:
        first = await client.get("/v1/crates", headers=flooding)
        assert first.headers["ratelimit-policy"] == '"key";q=60;w=60'
        assert re.fullmatch(r'"key";r=59;t=\d+', first.headers["ratelimit"])
        statuses = [(await client.get("/v1/crates", headers=flooding)).status_code for _ in range(60)]
        assert statuses == [200] * 59 + [429]
        refused = await client.get("/v1/crates", headers=flooding)
        assert_problem(refused, 429)
        assert int(refused.headers["retry-after"]) >= 1
        assert refused.headers["ratelimit"].startswith('"key";r=0;')
        assert (await client.get("/v1/crates", headers=quiet)).status_code == 200


async def test_a_batch_is_charged_for_its_items() -> None:
    world = World(rate_per_second=1, rate_window_seconds=60)
    key = await world.key("events:write")
    async with world.client() as client:
        answers = [await client.post("/v1/charged", headers=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]


async def test_what_costs_more_than_a_quota_can_be_paid_with_a_whole_one() -> None:
    limiter = RateLimiter(HttpSettings(rate_per_second=1, rate_window_seconds=10))
    await limiter.charge(Exchange(""), "key", 1000)
    with pytest.raises(TooManyRequestsError):
        await limiter.charge(Exchange(""), "key", 1)


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


async def test_the_documentation_loads_nothing_from_another_host_and_runs_nothing_inline(client: httpx.AsyncClient) -> None:
    for page in ("/docs", "/docs/problems"):
        answer = await client.get(page)
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "default-src 'none'" in policy
        references = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
        assert references
        for reference in references:
            assert reference.startswith("/")
            assert not reference.startswith("//")
            assert (await client.get(reference)).status_code == 200, reference
        assert not re.search(r"<script(?![^>]*\ssrc=)", answer.text)
        assert not re.search(r"\son\w+=", answer.text)


async def test_every_type_of_problem_leads_to_its_description(world: World, client: httpx.AsyncClient) -> None:
    page = (await client.get("/docs/problems")).text
    for path, status in (("/nothing", 404), ("/v1/broken", 500), ("/v1/away", 503), ("/v1/crates", 401)):
        kind = assert_problem(await client.get(path), status)["type"]
        assert kind.startswith("/docs/problems#")
        assert f'id="{kind.partition("#")[2]}"' in page


async def test_the_openapi_document_tells_of_problems_and_of_the_key(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    operation = document["paths"]["/v1/crates"]["post"]
    schema = operation["responses"]["422"]["content"]["application/problem+json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/Problem"}
    assert operation["security"] == [{"key": []}]
    assert "HTTPValidationError" not in str(document)
    for reference in set(re.findall(r"#/components/schemas/(\w+)", str(document))):
        assert reference in document["components"]["schemas"]


async def test_a_cursor_comes_back_as_it_was_and_a_forged_one_is_refused() -> None:
    cursors = Cursors()
    sealed = cursors.seal({"id": 7, "at": "2026"})
    assert cursors.open(sealed) == {"id": 7, "at": "2026"}
    assert re.fullmatch(r"[A-Za-z0-9_-]+", sealed)
    for forged in (sealed[:-2] + ("AA" if not sealed.endswith("AA") else "BB"), Cursors().seal({"id": 7}), "", "x", "é", "=" * 9):
        with pytest.raises(BadRequestError):
            cursors.open(forged)


async def test_a_cursor_of_one_list_is_refused_by_another() -> None:
    cursors = Cursors()
    sealed = cursors.seal({"id": 7}, purpose="alerts")
    assert cursors.open(sealed, purpose="alerts") == {"id": 7}
    for purpose in ("", "actors", "alert"):
        with pytest.raises(BadRequestError):
            cursors.open(sealed, purpose=purpose)


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


async def test_what_the_store_can_never_hold_is_a_fault_of_the_input(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/poison")
    assert assert_problem(answer, 422)["errors"][0]["code"] == "cannot_be_stored"
    assert "canary" not in answer.text


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
