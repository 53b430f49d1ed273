"""`POST`, `PUT` and `DELETE` of entries."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.correlate.api.watchlist.case_view import CaseShown, case_answer
from services.correlate.api.watchlist.guards import expected_version, must_be_sent_home, translated
from services.correlate.api.watchlist.kinds import Kind, Why, Writer
from services.correlate.api.watchlist.view import (
    answer,
    answer_to_issuer,
    author,
    body_schema,
    read_body,
)
from services.correlate.domain.life.quality import lacks
from services.correlate.watchlist.changing import Entrance, Outcome, Verdict, Watchlist
from shared.platform.faults import Fault
from shared.platform.http.problems import InvalidInputError
from shared.platform.http.routing import json_body

_REPLACED = "Atalaya-Replaced-Version"
_WRITER = "Atalaya-Replaced-Writer"

Draft = Annotated[bool, Query(description="List it as a draft: it alerts once it was submitted.")]
Emergency = Annotated[
    bool,
    Query(
        description="Have it alert at once though it needs a second person: one approves it in time, or it is suspended. Takes `why`."
    ),
]


def add_changes(router: APIRouter, kind: Kind, watchlist: Watchlist) -> None:
    """Add the routes of one kind."""

    @router.post(
        "",
        status_code=201,
        response_model=kind.view,
        openapi_extra=body_schema(kind.body),
        summary="List something; the same source and id (of a route: the same name) with the same content again changes nothing",
    )
    async def create(
        request: Request, who: Writer, *, why: Why = None, draft: Draft = False, emergency: Emergency = False
    ) -> Response:
        body = read_body(kind.body, await json_body(request))
        entrance = _entrance(why, draft=draft, emergency=emergency)
        with translated():
            outcome = await watchlist.add(body, author(who), why, entrance)
        entry = outcome.entry
        place = f"/v1/watchlist/{kind.path}/{entry.entry_id}"
        status = 201 if outcome.verdict is Verdict.CREATED else 200
        return answer_to_issuer(entry, lacks(entry.body, watchlist.policy), status, Location=place)

    @router.put(
        "/{entry_id}",
        response_model=kind.view,
        openapi_extra=body_schema(kind.body),
        responses={202: {"model": CaseShown, "description": "It waits for a second person; the entry stays as it is."}},
        summary="Put a new version in place; If-Match (412) or a version in the body (409) guards against another's change",
    )
    async def replace(entry_id: UUID, request: Request, who: Writer, why: Why = None) -> Response:
        value = await json_body(request)
        body = read_body(kind.body, value)
        must_be_sent_home(value, entry_id)
        expected, tagged = expected_version(request, value)
        with translated(tagged=tagged):
            outcome = await watchlist.replace(entry_id, kind.entry, body, author(who), expected=expected, why=why)
        if outcome.case is not None:
            return case_answer(outcome.case, 202)
        told = _replaced(outcome, guarded=expected is not None)
        return answer_to_issuer(outcome.entry, lacks(outcome.entry.body, watchlist.policy), 200, **told)

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


def _entrance(why: str | None, *, draft: bool, emergency: bool) -> Entrance:
    faults = []
    if draft and emergency:
        faults.append(Fault("", "both", "An entry is a draft or an emergency, not both.", parameter="emergency"))
    if emergency and not (why or "").strip():
        faults.append(Fault("", "required", "An emergency takes a reason.", parameter="why"))
    if faults:
        raise InvalidInputError(faults)
    if emergency:
        return Entrance.EMERGENCY
    return Entrance.DRAFT if draft else Entrance.USUAL


def _replaced(outcome: Outcome, *, guarded: bool) -> dict[str, str]:
    """Which version was replaced; and by whom that was written, where another had written it and the client did not say what it had seen."""
    before = outcome.before
    if before is None:
        return {}
    said = {_REPLACED: str(before.version)}
    writer = before.written_by or before.changed_by
    if not guarded and writer != outcome.entry.written_by:
        said[_WRITER] = writer
    return said
