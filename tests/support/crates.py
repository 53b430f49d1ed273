"""An application with keys that keeps crates, and a way to call it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
from fastapi import Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from shared.platform.auth.access import Access, Principal, require
from shared.platform.auth.keys import KeyRequest
from shared.platform.auth.ring import KeyRing
from shared.platform.auth.settings import KeysSettings
from shared.platform.auth.store import KeyStore
from shared.platform.errors import PoisonError, TransientError
from shared.platform.http.app import create_app
from shared.platform.http.duplex import DuplexResponse
from shared.platform.http.limits import charge
from shared.platform.http.problems import (
    PROBLEM_RESPONSES,
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


def assert_problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    body: dict[str, Any] = answer.json()
    assert (body["status"], body["request_id"]) == (status, answer.headers["x-request-id"])
    return body


def places(body: dict[str, Any]) -> list[str]:
    return [error.get("pointer", error.get("parameter")) for error in body["errors"]]
