"""`POST /v1/watchlist/{actors|routes}/{id}/{action}` and `POST /v1/watchlist/actions`."""

from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.correlate.api.watchlist.bulk import NDJSON
from services.correlate.api.watchlist.deeds import Deeds
from services.correlate.api.watchlist.guards import expected_version, translated
from services.correlate.api.watchlist.kinds import KINDS, Kind
from services.correlate.api.watchlist.view import answer, author, body_schema, json_answer
from services.correlate.api.watchlist.wishes import BODIES, SUMMARIES, read_wish, scope_of
from services.correlate.domain.life.wishes import Action
from services.correlate.watchlist.life import Asked
from shared.platform.auth.access import Principal, require
from shared.platform.faults import Fault
from shared.platform.http.problems import PROBLEM_RESPONSES, InvalidInputError
from shared.platform.http.routing import api_router, json_body, require_json
from shared.platform.strict_json import JsonError, read_json

Anybody = Annotated[Principal, Depends(require())]


def life_routers(deeds: Deeds) -> list[APIRouter]:
    """The actions of both kinds, and many at once."""
    many = api_router(prefix="/v1/watchlist", tags=["watchlist"], responses=PROBLEM_RESPONSES)
    _add_many(many, deeds)
    routers = [many]
    for kind in KINDS:
        router = api_router(prefix=f"/v1/watchlist/{kind.path}", tags=["watchlist"], responses=PROBLEM_RESPONSES)
        for action in Action:
            _add_action(router, kind, action, deeds)
        routers.append(router)
    return routers


def _add_action(router: APIRouter, kind: Kind, action: Action, deeds: Deeds) -> None:
    schema = body_schema(BODIES[action])
    schema["requestBody"]["required"] = "reason" in BODIES[action].model_json_schema().get("required", ())

    @router.post(
        f"/{{entry_id}}/{action.value}",
        response_model=kind.view,
        openapi_extra=schema,
        name=f"{action.value}_{kind.path[:-1]}",
        summary=SUMMARIES[action],
    )
    async def act(entry_id: UUID, request: Request, who: Annotated[Principal, Depends(require(scope_of(action)))]) -> Response:
        value = await json_body(request) if await request.body() else {}
        read = read_wish(action, value)
        if isinstance(read, list):
            raise InvalidInputError(read)
        expected, tagged = expected_version(request, value)
        with translated(tagged=tagged):
            entry = await deeds.do(Asked(entry_id, read[0], kind.entry, expected), author(who))
        return answer(entry)


def _add_many(router: APIRouter, deeds: Deeds) -> None:
    @router.post(
        "/actions",
        openapi_extra={
            "requestBody": {"required": True, "content": {"application/json": {"schema": _ITEMS}, NDJSON: {"schema": _ITEM}}}
        },
        summary="Many actions, a JSON array or one a line; each is answered for itself, in order",
    )
    async def act_on_many(request: Request, who: Anybody) -> Response:
        lines = require_json(request, accepted=(NDJSON, "application/json")) == NDJSON
        items: list[Any] = (
            [_line(line) for line in (await request.body()).splitlines() if line.strip()] if lines else await _array(request)
        )
        answers = await deeds.do_many(items, who)
        if lines:
            return Response(b"".join(orjson.dumps(one) + b"\n" for one in answers), media_type=NDJSON)
        return json_answer({"items": answers})


async def _array(request: Request) -> list[Any]:
    value = await json_body(request)
    if not isinstance(value, list):
        raise InvalidInputError([Fault("", "list_type", "An array of actions is expected.")])
    return value


def _line(line: bytes) -> Any:
    """What a line says, or its faults."""
    try:
        return read_json(line)
    except JsonError as error:
        return InvalidInputError(error.faults)


_ITEM: dict[str, Any] = {
    "type": "object",
    "required": ["entry_id", "action"],
    "properties": {
        "entry_id": {"type": "string", "format": "uuid"},
        "action": {"enum": [action.value for action in Action]},
        "version": {"type": "integer"},
        "reason": {"type": "string"},
        "until": {"type": "string", "format": "date-time"},
        "review_on": {"type": "string", "format": "date"},
        "valid_to": {"type": "string", "format": "date-time"},
    },
}
_ITEMS: dict[str, Any] = {"type": "array", "items": _ITEM}
