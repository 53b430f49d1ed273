"""The application of a process: its routers, the three operator routes, and the layers every request passes."""

import asyncio
from collections.abc import Collection, Sequence
from typing import Any

import orjson
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from shared.platform import metrics
from shared.platform.errors import PoisonError, TransientError
from shared.platform.faults import Fault, pointer
from shared.platform.http.admission import Doorkeeper
from shared.platform.http.body_limit import BodyLimitMiddleware
from shared.platform.http.direct import DirectRoutes
from shared.platform.http.docs import docs_router
from shared.platform.http.exchange import exchange_of
from shared.platform.http.idempotency import Idempotency
from shared.platform.http.limits import RateLimiter
from shared.platform.http.observe import ObserveMiddleware, Room, refusal_of
from shared.platform.http.openapi import use_problems
from shared.platform.http.problems import InvalidInputError, problem_response
from shared.platform.http.settings import HttpSettings
from shared.platform.readiness import Readiness


class Application(FastAPI):
    """The framework's application, and beside its layers a shorter way for routes that need none of them."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, on either way behind the same layers of ours."""
        if self.state.direct.takes(scope):
            scope["app"] = self
            await self.state.short_way(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(
    title: str,
    routers: Sequence[APIRouter],
    *,
    settings: HttpSettings,
    readiness: Readiness,
    access: Doorkeeper | None = None,
    streaming: Collection[str] = (),
    description: str = "",
    version: str = "1",
    **options: Any,
) -> Application:
    """An application. `streaming` names the paths whose bodies have no total limit; `options` go to FastAPI."""
    app = Application(
        title=title, description=description, version=version, docs_url=None, redoc_url=None, redirect_slashes=False, **options
    )
    app.state.access = access
    app.state.limiter = RateLimiter(settings)
    app.state.idempotency = Idempotency(settings)
    app.state.max_json_depth = settings.max_json_depth
    app.state.streaming = frozenset(streaming)
    app.state.stopping = asyncio.Event()
    for router in routers:
        app.include_router(router)
    app.include_router(_operator_routes(readiness))
    app.include_router(docs_router(title))
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(TransientError, _translated)
    app.add_exception_handler(PoisonError, _translated)
    _add_layers(app, settings)
    use_problems(app)
    return app


def _add_layers(app: Application, settings: HttpSettings) -> None:
    """What every request passes, the framework's and those that go past it."""
    room, limit = Room(settings.max_requests), settings.max_body_bytes
    app.add_middleware(BodyLimitMiddleware, max_bytes=limit, streaming=app.state.streaming)
    app.add_middleware(ObserveMiddleware, room=room)
    app.state.direct = DirectRoutes(app.routes)
    limited = BodyLimitMiddleware(app.state.direct, max_bytes=limit, streaming=app.state.streaming)
    app.state.short_way = ObserveMiddleware(limited, room=room)


def _operator_routes(readiness: Readiness) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    async def healthz() -> Response:
        return _json({"status": "ok"})

    @router.get("/readyz")
    async def readyz() -> Response:
        faults = await readiness.faults()
        notes = readiness.notes()
        return _json({"ready": not faults, "faults": faults} | ({"notes": notes} if notes else {}), 503 if faults else 200)

    @router.get("/metrics")
    async def show_metrics() -> Response:
        body, media_type = metrics.exposition()
        return Response(body, media_type=media_type)

    return router


def _json(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status, media_type="application/json")


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return problem_response(error, exchange_of(request).request_id)


async def _translated(request: Request, error: Exception) -> Response:
    return problem_response(refusal_of(error), exchange_of(request).request_id)


async def _invalid(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    faults = [_fault(found) for found in error.errors()]
    return problem_response(InvalidInputError(faults), exchange_of(request).request_id)


def _fault(found: Any) -> Fault:
    """A fault of the framework's: into the body by pointer, elsewhere by the parameter's name."""
    place, *path = found["loc"]
    code, detail = str(found["type"]), str(found["msg"])
    if place == "body":
        return Fault(pointer(path), code, detail)
    return Fault("", code, detail, parameter=".".join(str(part) for part in path))
