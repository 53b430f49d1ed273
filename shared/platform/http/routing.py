"""Routes that read strictly: duplicate names, NaN and their like are refused before a model sees the body.

A POST with an `Idempotency-Key` is answered once and its answer kept (see `idempotency`).
"""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from shared.platform.http.admission import admit, is_guarded
from shared.platform.http.idempotency import HEADER, Idempotency
from shared.platform.http.problems import InvalidInputError, UnsupportedTypeError
from shared.platform.strict_json import MAX_DEPTH, JsonError, read_json


class StrictRequest(Request):
    """A request whose `json()` is strict and whose content type must say JSON."""

    async def json(self) -> Any:
        """The body as JSON; raises UnsupportedTypeError or InvalidInputError."""
        return await json_body(self)


class StrictRoute(APIRoute):
    """A route on `StrictRequest`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The framework's handler, behind our reading."""
        handle = super().get_route_handler()
        reads_body = self.body_field is not None
        guarded = is_guarded(self.dependant)

        async def strict(request: Request) -> Response:
            request = StrictRequest(request.scope, request.receive)
            if guarded:
                await admit(request)
            if reads_body:
                require_json(request)
            kept: Idempotency | None = getattr(request.app.state, "idempotency", None)
            if kept is None or request.method != "POST" or HEADER not in request.headers:
                return await handle(request)
            return await kept.answer(request, handle)

        return strict


def api_router(**options: Any) -> APIRouter:
    """An APIRouter of strict routes."""
    return APIRouter(route_class=StrictRoute, **options)


def require_json(request: Request, *, accepted: tuple[str, ...] = ("application/json",)) -> str:
    """The body's media type, which must be one of those accepted (or any `+json` where JSON is)."""
    given = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if given in accepted or ("application/json" in accepted and given.startswith("application/") and given.endswith("+json")):
        return given
    raise UnsupportedTypeError("The body's Content-Type must be one of accepted.", accepted=list(accepted))


async def json_body(request: Request) -> Any:
    """The body as strict JSON; raises UnsupportedTypeError or InvalidInputError with every fault."""
    require_json(request)
    try:
        return read_json(await request.body(), max_depth=getattr(request.app.state, "max_json_depth", MAX_DEPTH))
    except JsonError as error:
        raise InvalidInputError(error.faults, "The body is no JSON that can be taken.") from None
