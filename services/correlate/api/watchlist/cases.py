"""`/v1/watchlist/cases` and `…/{id}/cases`: what others say of an entry, and edits that wait for a second person."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from services.correlate.api.watchlist.case_view import PLACE, CaseShown, case_answer, case_shown
from services.correlate.api.watchlist.guards import expected_version, translated
from services.correlate.api.watchlist.kinds import KINDS, Kind, Reader
from services.correlate.api.watchlist.pages import ListPage, Paging
from services.correlate.api.watchlist.view import author, body_schema, json_answer, read_body
from services.correlate.api.watchlist.wishes import ActionBody, Reason, ReasonedBody
from services.correlate.domain.life.cases import Case, CaseKind, CaseState
from services.correlate.store.cases import CaseFilter
from services.correlate.watchlist.cases import Answered, Cases, Said
from shared.contracts.base import LongText
from shared.platform.auth.access import Principal, require
from shared.platform.auth.keys import Scope
from shared.platform.faults import Fault
from shared.platform.http.cursors import Cursors
from shared.platform.http.problems import PROBLEM_RESPONSES, ForbiddenError, InvalidInputError, validated
from shared.platform.http.routing import api_router, json_body

Anybody = Annotated[Principal, Depends(require())]


class CaseBody(BaseModel):
    """What is said of an entry."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal[CaseKind.CORRECTION, CaseKind.ERROR]
    text: LongText
    body: dict[str, Any] | None = Field(default=None, description="of a correction: the whole content that the entry should have")
    version: Annotated[int, Field(ge=1)] | None = Field(default=None, description="the version that was seen")


class CasesWanted(BaseModel):
    """Which cases; each that is given must hold."""

    model_config = ConfigDict(extra="forbid")

    state: CaseState | None = None
    kind: CaseKind | None = None
    mine: bool = Field(default=False, description="only those that your agency opened")
    entry_id: UUID | None = None
    limit: int = Field(default=50, ge=1, le=500)
    cursor: str | None = None


def cases_routers(cases: Cases, cursors: Cursors) -> list[APIRouter]:
    """Cases, and those of one entry."""
    router = api_router(prefix=PLACE, tags=["watchlist"], responses=PROBLEM_RESPONSES)
    _add_reading(router, cases, cursors)
    _add_answers(router, cases)
    routers = [router]
    for kind in KINDS:
        own = api_router(prefix=f"/v1/watchlist/{kind.path}", tags=["watchlist"], responses=PROBLEM_RESPONSES)
        _add_of_entry(own, kind, cases, cursors)
        routers.append(own)
    return routers


def _add_of_entry(router: APIRouter, kind: Kind, cases: Cases, cursors: Cursors) -> None:
    @router.post(
        "/{entry_id}/cases",
        status_code=201,
        response_model=CaseShown,
        openapi_extra=body_schema(CaseBody),
        summary="Propose a correction of another agency's entry, or report a suspected error: the issuer answers in time",
    )
    async def open_case(entry_id: UUID, request: Request, who: Reader) -> Response:
        value = await json_body(request)
        said = _read(kind, validated(CaseBody, value))
        expected, tagged = expected_version(request, value)
        with translated(tagged=tagged):
            case, new = await cases.open(entry_id, kind.entry, said, author(who), expected=expected)
        return case_answer(case, 201 if new else 200)

    @router.get(
        "/{entry_id}/cases",
        response_model=ListPage[CaseShown],
        summary="The cases of an entry: all for its issuer, its own for any other agency",
    )
    async def of_entry(entry_id: UUID, request: Request, who: Reader, wanted: Annotated[CasesWanted, Query()]) -> Response:
        with translated():
            await cases.of_entry(entry_id, kind.entry, author(who))
        return await _page(request, cases, cursors, who, wanted.model_copy(update={"entry_id": entry_id}))


def _add_reading(router: APIRouter, cases: Cases, cursors: Cursors) -> None:
    @router.get(
        "", response_model=ListPage[CaseShown], summary="Cases about your entries and those that you opened, the latest first"
    )
    async def page(request: Request, who: Reader, wanted: Annotated[CasesWanted, Query()]) -> Response:
        return await _page(request, cases, cursors, who, wanted)

    @router.get("/{case_id}", response_model=CaseShown, summary="One case, with what it would change of the entry as it is")
    async def read(case_id: UUID, who: Reader) -> Response:
        with translated():
            case, changes = await cases.read(case_id, author(who))
        return json_answer(case_shown(case, changes))


def _add_answers(router: APIRouter, cases: Cases) -> None:
    async def accepted(case_id: UUID, request: Request, who: Anybody) -> Response:
        body = validated(ActionBody, await json_body(request) if await request.body() else {})
        with translated():
            return _answered(await cases.accept(case_id, author(who), _scoped(who), body.reason))

    for word in ("accept", "approve"):
        router.post(
            f"/{{case_id}}/{word}",
            response_model=CaseShown,
            openapi_extra=_optional(ActionBody),
            name=f"{word}_case",
            summary="Say yes: what it proposes is done as an edit; of a waiting edit, as the second person",
        )(accepted)

    @router.post(
        "/{case_id}/reject", response_model=CaseShown, openapi_extra=body_schema(ReasonedBody), summary="Say no, with the reason"
    )
    async def reject(case_id: UUID, request: Request, who: Anybody) -> Response:
        reason: Reason = validated(ReasonedBody, await json_body(request)).reason
        with translated():
            return _answered(await cases.reject(case_id, author(who), _scoped(who), reason))

    @router.post(
        "/{case_id}/withdraw",
        response_model=CaseShown,
        openapi_extra=_optional(ActionBody),
        summary="Take a case back that your agency opened",
    )
    async def withdraw(case_id: UUID, request: Request, who: Reader) -> Response:
        body = validated(ActionBody, await json_body(request) if await request.body() else {})
        with translated():
            return _answered(await cases.withdraw(case_id, author(who), body.reason))


def _optional(model: type[BaseModel]) -> dict[str, Any]:
    schema = body_schema(model)
    schema["requestBody"]["required"] = False
    return schema


def _read(kind: Kind, said: CaseBody) -> Said:
    if said.body is None:
        return Said(said.kind, said.text)
    if said.kind is not CaseKind.CORRECTION:
        raise InvalidInputError([Fault("/body", "not_here", "Only a correction proposes content.")])
    try:
        return Said(said.kind, said.text, read_body(kind.body, said.body))
    except InvalidInputError as error:
        within = [Fault(f"/body{fault.pointer}", fault.code, fault.detail) for fault in error.faults]
        raise InvalidInputError(within) from None


async def _page(request: Request, cases: Cases, cursors: Cursors, who: Principal, wanted: CasesWanted) -> Response:
    purpose = f"cases:{who.agency}:{wanted.model_dump_json(exclude={'limit', 'cursor'})}"
    paging = Paging(request, cursors, purpose, wanted.cursor)
    before = (datetime.fromisoformat(paging.place["at"]), UUID(paging.place["id"])) if paging.place else None
    sees = None if author(who).admin else who.agency
    asked = CaseFilter(sees, wanted.entry_id, wanted.state, wanted.kind, wanted.mine, before)
    found = await cases.page(asked, author(who), wanted.limit + 1)
    page, more = found[: wanted.limit], len(found) > wanted.limit
    place = {"at": page[-1].opened_at, "id": page[-1].case_id} if more else None
    return paging.answer([case_shown(case) for case in page], place)


def _scoped(who: Principal) -> Callable[[Case], None]:
    def may(case: Case) -> None:
        scope: Scope = "watchlist:approve" if case.kind is CaseKind.EDIT else "watchlist:write"
        if not who.allows(scope):
            raise ForbiddenError("The key lacks a scope that this needs.", required=[scope])

    return may


def _answered(answered: Answered) -> Response:
    """The case, and what came of the entry."""
    outcome = answered.outcome
    if outcome is None:
        return case_answer(answered.case)
    waiting = {} if outcome.case is None else {"case_id": str(outcome.case.case_id)}
    entry = {"entry_id": str(outcome.entry.entry_id), "version": outcome.entry.version, "state": outcome.entry.state.value}
    return case_answer(answered.case, outcome={"verdict": outcome.verdict.value, **entry, **waiting})
