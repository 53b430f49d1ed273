"""`POST …/bulk`: many entries at once, NDJSON in and out, in bounded memory; one transaction and one answer a chunk."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from services.correlate.api.watchlist.view import ImportLine, author, body_schema, checked
from services.correlate.entries.bodies import Body
from services.correlate.entries.versions import Author
from services.correlate.watchlist.changing import Outcome, Refused, Watchlist
from shared.contracts.watchlist import ActorBody, RouteBody
from shared.platform.auth.access import Principal, require
from shared.platform.errors import PoisonError, TransientError
from shared.platform.faults import Fault
from shared.platform.http.problems import TooLargeError
from shared.platform.http.routing import require_json
from shared.platform.strict_json import JsonError, read_json

NDJSON = "application/x-ndjson"
PATHS = ("/v1/watchlist/actors/bulk", "/v1/watchlist/routes/bulk")
_LONGEST_LINE = 262_144
Model = type[ActorBody] | type[RouteBody]


class WhileReading(StreamingResponse):
    """An answer that goes out while the body still comes in. Starlette's own would take parts of the body, listening for a disconnect."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what is answered, and leave `receive` to who reads the body."""
        del scope, receive
        await self.stream_response(send)


def add_import(router: APIRouter, model: Model, watchlist: Watchlist, chunk: int) -> None:
    """Add the route of one kind."""

    @router.post(
        "/bulk",
        openapi_extra=body_schema(model, NDJSON),
        responses={200: {"content": {NDJSON: {"schema": ImportLine.model_json_schema()}}}},
        response_class=StreamingResponse,
        summary="List or revise many, one a line; each line is answered for itself, in order",
    )
    async def put_many(
        request: Request,
        who: Annotated[Principal, Depends(require("watchlist:write"))],
        why: Annotated[str | None, Query(max_length=1000, description="Why they change; kept in the history.")] = None,
    ) -> Response:
        require_json(request, accepted=(NDJSON, "application/jsonl", "application/json-lines"))
        return WhileReading(_answers(request, model, watchlist, author(who), chunk, why), media_type=NDJSON)


async def _answers(
    request: Request, model: Model, watchlist: Watchlist, who: Author, chunk: int, why: str | None
) -> AsyncIterator[bytes]:
    """One line for each line, a chunk at a time: what is answered is committed. What fails on the way is said in the lines."""
    waiting: list[bytes] = []
    index = 0
    try:
        async for line in _lines(request):
            waiting.append(line)
            if len(waiting) == chunk:
                yield await _import(waiting, index, model, watchlist, who, why)
                index += len(waiting)
                waiting = []
    except TooLargeError as error:
        yield await _import(waiting, index, model, watchlist, who, why)
        yield _line(index + len(waiting), "refused", errors=[Fault("", "line_too_long", str(error.detail))])
        return
    if waiting:
        yield await _import(waiting, index, model, watchlist, who, why)


async def _lines(request: Request) -> AsyncIterator[bytes]:
    """The body's lines that hold something; raises TooLargeError at one too long."""
    rest = b""
    async for piece in request.stream():
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            if line.strip():
                yield line
        if len(rest) > _LONGEST_LINE:
            raise TooLargeError(f"A line is longer than {_LONGEST_LINE} bytes; nothing after it was read.")
    if rest.strip():
        yield rest


async def _import(lines: Sequence[bytes], first: int, model: Model, watchlist: Watchlist, who: Author, why: str | None) -> bytes:
    read = [_read(model, line) for line in lines]
    bodies = [body for body, _ in read if body is not None]
    try:
        outcomes = iter(await watchlist.put_many(bodies, who, why) if bodies else [])
    except (TransientError, PoisonError) as error:
        code = "unavailable" if isinstance(error, TransientError) else "not_storable"
        fault = Fault(
            "", code, "The list could not take these lines; send them again." if code == "unavailable" else "It cannot be stored."
        )
        return b"".join(_line(first + number, "refused", errors=faults or [fault]) for number, (_, faults) in enumerate(read))
    answered = []
    for number, (body, faults) in enumerate(read):
        if body is None:
            answered.append(_line(first + number, "refused", errors=faults))
        else:
            answered.append(_said(first + number, next(outcomes)))
    return b"".join(answered)


def _said(index: int, outcome: Outcome | Refused) -> bytes:
    if isinstance(outcome, Refused):
        return _line(index, outcome.verdict.value, errors=outcome.faults)
    fields: dict[str, Any] = {"entry_id": outcome.entry.entry_id, "version": outcome.entry.version}
    if outcome.case is not None:
        fields["case_id"] = outcome.case.case_id
    return _line(index, outcome.verdict.value, **fields)


def _read(model: Model, line: bytes) -> tuple[Body | None, list[Fault]]:
    if len(line) > _LONGEST_LINE:
        return None, [Fault("", "line_too_long", f"A line has {_LONGEST_LINE} bytes at most.")]
    try:
        value = read_json(line)
    except JsonError as error:
        return None, error.faults
    return checked(model, value)


def _line(index: int, status: str, *, errors: Sequence[Fault] = (), **fields: Any) -> bytes:
    line = {"index": index, "status": status, **fields}
    if errors:
        line["errors"] = [fault.as_dict() for fault in errors]
    return orjson.dumps(line) + b"\n"
