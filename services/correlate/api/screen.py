"""`POST /v1/screen`: persons and things against the list, now and by hand; nothing of it is stored."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Annotated, Any, Final, Literal

import orjson
from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from services.correlate.api.watchlist.view import json_answer
from services.correlate.domain.screen.judge import Judge
from services.correlate.domain.screen.matcher import EvidenceMatcher
from services.correlate.index_feed import IndexFeed
from services.correlate.queries.answer import ScreenAnswer, shown
from services.correlate.queries.judging import judged
from services.correlate.queries.query import ScreenQuery
from services.correlate.queries.question import Question, faults_in, question
from shared.contracts.explanation import Hit
from shared.platform.auth.access import Principal, require
from shared.platform.clock import Clock
from shared.platform.faults import Fault
from shared.platform.http.limits import charge
from shared.platform.http.problems import PROBLEM_RESPONSES, InvalidInputError, UnavailableError
from shared.platform.http.routing import api_router, require_json
from shared.platform.http.schemas import inlined
from shared.platform.strict_json import JsonError, read_json

NDJSON: Final = "application/x-ndjson"
_TOGETHER: Final = 64
"""Queries that are judged between two looks at the clock: some milliseconds of work, whatever they ask."""


class IndexState(BaseModel):
    """What is screened by: at one version of the list every copy answers alike."""

    list_version: int
    entries: int = Field(description="that can be met")
    digest: str = Field(description="of their ids and versions; `atalaya doctor` compares it with the database's")


def screen_router(feed: IndexFeed, clock: Clock, *, slice_seconds: float, most: int) -> APIRouter:
    """The route; it answers 503 until the list is in memory. `most` queries are taken at once."""
    router = api_router(prefix="/v1/screen", tags=["screen"], responses=PROBLEM_RESPONSES)
    matcher = EvidenceMatcher(feed.weights)
    judge = Judge(matcher, feed.weights)

    def answered(queries: Sequence[Question], who: Principal) -> list[dict[str, Any]]:
        found = judged(judge, [one.asked for one in queries], clock.now(), feed.index)
        by = {"list_version": feed.list_version, "matcher": matcher.version}
        return [
            {"id": query.id, "hits": [shown(hit) for hit in hits if _may_see(who, hit)], **by}
            for query, hits in zip(queries, found, strict=True)
        ]

    @router.post(
        "",
        response_model=ScreenAnswer,
        openapi_extra=_described(),
        summary="One query as an object, or many as an array or NDJSON; answered in the same form and order",
    )
    async def screen(request: Request, who: Annotated[Principal, Depends(require("screen"))]) -> Response:
        if not feed.ready.is_set():
            raise UnavailableError("The list is still being read.", retry_after_seconds=2)
        form, values = await _read(request)
        await charge(request, len(values) - 1)
        queries = _queries(values, most, single=form == "one")
        answers = [one async for part in _parts(queries, slice_seconds) for one in answered(part, who)]
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
    if media == NDJSON:
        return "lines", _values([line for line in body.split(b"\n") if line.strip()])
    [value] = _values([body], single=True)
    return ("many", value) if isinstance(value, list) else ("one", [value])


def _values(texts: Sequence[bytes], *, single: bool = False) -> list[Any]:
    """The JSON of each text; raises InvalidInputError with every fault of all of them."""
    values: list[Any] = []
    faults: list[Fault] = []
    for index, text in enumerate(texts):
        try:
            values.append(read_json(text))
        except JsonError as error:
            faults += _placed(error.faults, None if single else index)
    if faults:
        raise InvalidInputError(faults, "The body is no JSON that can be taken.")
    return values


def _placed(faults: Iterable[Fault], index: int | None) -> list[Fault]:
    """The faults of one query, by where they are in the body."""
    return [Fault(fault.pointer if index is None else f"/{index}{fault.pointer}", fault.code, fault.detail) for fault in faults]


def _queries(values: list[Any], most: int, *, single: bool) -> list[Question]:
    """The queries; raises InvalidInputError with every fault of all of them."""
    queries: list[Question] = []
    faults: list[Fault] = []
    if len(values) > most:
        raise InvalidInputError([Fault("", "too_many", f"At most {most} queries at once.")])
    for index, value in enumerate(values):
        try:
            queries.append(question(value))
        except ValidationError as error:
            faults += _placed(faults_in(error), None if single else index)
    if faults:
        raise InvalidInputError(faults)
    return queries


async def _parts(queries: Sequence[Question], slice_seconds: float) -> AsyncIterator[Sequence[Question]]:
    """The queries in order, a few at a time; between two parts the loop has its turn where the slice is over."""
    ends = time.perf_counter() + slice_seconds
    for first in range(0, len(queries), _TOGETHER):
        yield queries[first : first + _TOGETHER]
        if time.perf_counter() >= ends:
            await asyncio.sleep(0)
            ends = time.perf_counter() + slice_seconds


def _may_see(who: Principal, hit: Hit) -> bool:
    return "admin" in who.scopes or who.nation in hit.releasable_to


def _described() -> dict[str, Any]:
    """The body in every form that is taken."""
    one = inlined(ScreenQuery.model_json_schema())
    forms = {"application/json": {"anyOf": [one, {"type": "array", "items": one}]}, NDJSON: one}
    return {"requestBody": {"required": True, "content": {media: {"schema": schema} for media, schema in forms.items()}}}
