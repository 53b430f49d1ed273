"""`POST /v1/screen`: persons and things against the list, now and by hand; nothing of it is stored."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from services.correlate.api.queries import ScreenQuery, seen_by
from services.correlate.api.watchlist.view import body_schema, json_answer
from services.correlate.domain.screen.judge import Judge
from services.correlate.domain.screen.matcher import EvidenceMatcher
from services.correlate.index_feed import IndexFeed
from shared.contracts.base import Text
from shared.contracts.explanation import Evidence, Hit
from shared.platform.auth.access import Principal, require
from shared.platform.clock import Clock
from shared.platform.faults import Fault, faults_of
from shared.platform.http.limits import charge
from shared.platform.http.problems import PROBLEM_RESPONSES, InvalidInputError, UnavailableError
from shared.platform.http.routing import api_router, require_json
from shared.platform.strict_json import JsonError, read_json

NDJSON = "application/x-ndjson"
_MOST = 10_000


class ScreenHit(BaseModel):
    """An entry that the query matches; `alert` is false for what is too weak to act on."""

    source: str
    source_id: str | None
    entry_id: str
    score: float
    alert: bool
    explanation: tuple[Evidence, ...]
    sentence: Text


class ScreenAnswer(BaseModel):
    """A query's hits, the surest first, by a version of the list."""

    id: str | None = None
    hits: list[ScreenHit] = Field(default_factory=list)
    list_version: int


class IndexState(BaseModel):
    """What is screened by: at one version of the list every copy answers alike."""

    list_version: int
    entries: int = Field(description="that can be met")
    digest: str = Field(description="of their ids and versions; `atalaya doctor` compares it with the database's")


def screen_router(feed: IndexFeed, clock: Clock, slice_seconds: float) -> APIRouter:
    """The route; it answers 503 until the list is in memory."""
    router = api_router(prefix="/v1/screen", tags=["screen"], responses=PROBLEM_RESPONSES)
    judge = Judge(EvidenceMatcher())

    def hits(query: ScreenQuery, who: Principal) -> dict[str, Any]:
        found = judge.hits(seen_by(query), clock.now(), feed.index)
        visible = [hit for hit in found if "admin" in who.scopes or who.nation in hit.releasable_to]
        return {"id": query.id, "hits": [_shown(hit) for hit in visible], "list_version": feed.list_version}

    @router.post(
        "",
        response_model=ScreenAnswer,
        openapi_extra=body_schema(ScreenQuery),
        summary="One query as an object, or many as an array or NDJSON; answered in the same form and order",
    )
    async def screen(request: Request, who: Annotated[Principal, Depends(require("screen"))]) -> Response:
        if not feed.ready.is_set():
            raise UnavailableError("The list is still being read.", retry_after_seconds=2)
        form, values = await _read(request)
        await charge(request, len(values) - 1)
        queries = _queries(values, single=form == "one")
        answers = [answer async for answer in _judged(queries, lambda query: hits(query, who), slice_seconds)]
        if form == "one":
            return json_answer(answers[0])
        if form == "many":
            return json_answer(answers)
        return Response(b"".join(orjson.dumps(answer) + b"\n" for answer in answers), media_type=NDJSON)

    @router.get("/index", response_model=IndexState, summary="What this copy screens by, to compare with others")
    async def state(_who: Annotated[Principal, Depends(require("screen"))]) -> Response:
        if not feed.ready.is_set():
            raise UnavailableError("The list is still being read.", retry_after_seconds=2)
        index = feed.index
        return json_answer({"list_version": feed.list_version, "entries": len(index), "digest": index.digest})

    return router


async def _read(request: Request) -> tuple[Literal["one", "many", "lines"], list[Any]]:
    """The body's form and its queries, unread."""
    media = require_json(request, accepted=("application/json", NDJSON))
    body = await request.body()
    try:
        if media == NDJSON:
            return "lines", [read_json(line) for line in body.splitlines() if line.strip()]
        value = read_json(body)
    except JsonError as error:
        raise InvalidInputError(error.faults, "The body is no JSON that can be taken.") from None
    return ("many", value) if isinstance(value, list) else ("one", [value])


def _queries(values: list[Any], *, single: bool) -> list[ScreenQuery]:
    """The queries; raises InvalidInputError with every fault of all of them."""
    queries: list[ScreenQuery] = []
    faults: list[Fault] = []
    if len(values) > _MOST:
        raise InvalidInputError([Fault("", "too_many", f"At most {_MOST} queries at once.")])
    for index, value in enumerate(values):
        try:
            queries.append(ScreenQuery.model_validate(value))
        except ValidationError as error:
            at = "" if single else f"/{index}"
            faults += [Fault(at + fault.pointer, fault.code, fault.detail) for fault in faults_of(error)]
    if faults:
        raise InvalidInputError(faults)
    return queries


async def _judged(
    queries: list[ScreenQuery], judge: Callable[[ScreenQuery], dict[str, Any]], slice_seconds: float
) -> AsyncIterator[dict[str, Any]]:
    """The answers in order, in slices that leave the loop its turn."""
    ends = time.perf_counter() + slice_seconds
    for query in queries:
        yield judge(query)
        if time.perf_counter() >= ends:
            await asyncio.sleep(0)
            ends = time.perf_counter() + slice_seconds


def _shown(hit: Hit) -> dict[str, Any]:
    shown = hit.model_dump(mode="json", include={"source", "source_id", "entry_id", "score", "alert", "explanation", "sentence"})
    return shown | {"version": hit.version}
