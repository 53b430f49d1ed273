"""`POST`, `PUT` and `DELETE` of entries."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.correlate.api.watchlist.guards import expected_version, must_be_sent_home, translated
from services.correlate.api.watchlist.kinds import Kind, Why, Writer
from services.correlate.api.watchlist.view import (
    answer,
    author,
    body_schema,
    read_body,
)
from services.correlate.watchlist.changing import Verdict, Watchlist
from shared.platform.http.routing import json_body


def add_changes(router: APIRouter, kind: Kind, watchlist: Watchlist) -> None:
    """Add the routes of one kind."""

    @router.post(
        "",
        status_code=201,
        response_model=kind.view,
        openapi_extra=body_schema(kind.body),
        summary="List something; the same source and id (of a route: the same name) with the same content again changes nothing",
    )
    async def create(request: Request, who: Writer, why: Why = None) -> Response:
        body = read_body(kind.body, await json_body(request))
        with translated():
            outcome = await watchlist.add(body, author(who), why)
        entry = outcome.entry
        place = f"/v1/watchlist/{kind.path}/{entry.entry_id}"
        return answer(entry, 201 if outcome.verdict is Verdict.CREATED else 200, Location=place)

    @router.put(
        "/{entry_id}",
        response_model=kind.view,
        openapi_extra=body_schema(kind.body),
        summary="Put a new version in place; If-Match (412) or a version in the body (409) guards against another's change",
    )
    async def replace(entry_id: UUID, request: Request, who: Writer, why: Why = None) -> Response:
        value = await json_body(request)
        body = read_body(kind.body, value)
        must_be_sent_home(value, entry_id)
        expected, tagged = expected_version(request, value)
        with translated(tagged=tagged):
            entry = await watchlist.replace(entry_id, kind.entry, body, author(who), expected=expected, why=why)
        return answer(entry)

    @router.delete("/{entry_id}", response_model=kind.view, summary="End an entry: it alerts no more, its history stays")
    async def end(
        entry_id: UUID,
        request: Request,
        who: Writer,
        why: Why = None,
        reason: Annotated[str | None, Query(max_length=1000, description="The same as `why`.")] = None,
    ) -> Response:
        expected, tagged = expected_version(request, None)
        with translated(tagged=tagged):
            entry = await watchlist.end(entry_id, kind.entry, author(who), expected=expected, why=why or reason)
        return answer(entry)
