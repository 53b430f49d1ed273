import contextlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from services.cli.demo.api import Api, DemoError


class Service:
    """Answers with what it is told to, in turn; None breaks the connection."""

    def __init__(self, *answers: int | None) -> None:
        self.answers = list(answers)
        self.seen: list[dict[str, Any]] = []

    async def take(self, request: web.Request) -> web.StreamResponse:
        self.seen.append({"body": await request.text(), "key": request.headers.get("Idempotency-Key")})
        status = self.answers.pop(0)
        if status is None:
            assert request.transport is not None
            request.transport.abort()
        return web.json_response({"event_id": "e1"}, status=status or 200)


@contextlib.asynccontextmanager
async def api(service: Service, patience_seconds: float = 10) -> AsyncIterator[Api]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", service.take)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        async with aiohttp.ClientSession() as session:
            yield Api(session, f"http://{host}:{port}", "atk", patience_seconds=patience_seconds)
    finally:
        await runner.cleanup()


async def test_a_post_is_made_again_with_the_same_body_until_it_is_answered() -> None:
    service = Service(503, None, 401, 202)
    async with api(service) as client:
        assert await client.post("/v1/x", {"id": "1"}) == {"event_id": "e1"}
        assert client.repeated == 3
    assert len(service.seen) == 4
    assert len({(one["body"], one["key"]) for one in service.seen}) == 1


async def test_what_was_made_already_is_taken_for_the_answer_instead_of_making_it_again() -> None:
    service = Service(None, 202)

    async def made() -> dict[str, str]:
        return {"event_id": "e0"}

    async with api(service) as client:
        assert await client.post("/v1/x", {}, unless=made) == {"event_id": "e0"}
    assert len(service.seen) == 1


async def test_a_refusal_is_final_and_told() -> None:
    async with api(Service(422)) as client:
        with pytest.raises(DemoError, match="answered 422"):
            await client.post("/v1/x", {})


async def test_it_gives_up_when_nothing_answers_in_time() -> None:
    async with api(Service(503, 503, 503, 503), patience_seconds=0.2) as client:
        with pytest.raises(DemoError, match=r"no answer in 0\.2 s"):
            await client.post("/v1/x", {})
