"""The HTTP door: routes for one event of each kind, and for batches."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from services.ingest.answers import BatchAnswer, accepted, as_faults, unavailable
from services.ingest.batch import Batch
from services.ingest.domain.normalise import Sender
from services.ingest.domain.refusal import ForeignAgencyError, RefusedError
from services.ingest.domain.submitted import MODELS
from services.ingest.envelopes import open_binary_http, open_structured, read_strictly
from services.ingest.helping import Judges
from services.ingest.intake import Intake
from services.ingest.judging import ItemReader, Submission
from services.ingest.openapi import ACCEPTED, ANSWERED, CLOUDEVENT, CLOUDEVENTS, NDJSON, batch_body, event_body
from services.ingest.pace import Pace
from services.ingest.settings import IngestSettings
from services.ingest.splitters import ArraySplitter, BrokenBatchError, LineSplitter, Splitter, WholeBody
from services.ingest.verdict import Status
from shared.contracts.events import EventKind
from shared.platform.auth.access import Principal, require
from shared.platform.faults import Fault
from shared.platform.http.exchange import exchange_of
from shared.platform.http.problems import PROBLEM_RESPONSES, BadRequestError, ForbiddenError, InvalidInputError, ProblemError
from shared.platform.http.routing import api_router, require_json

BATCHES: Final = "/v1/events"
_EVENTS: Final = ("application/json", CLOUDEVENT)
_BATCHES: Final = (NDJSON, "application/jsonl", "application/json", CLOUDEVENTS, CLOUDEVENT)
_LINES: Final = frozenset({NDJSON, "application/jsonl"})

Reporter = Annotated[Principal, Depends(require("events:write"))]
Strict = Annotated[bool, Query(description="Refuse fields that are not known, by name, instead of keeping them aside.")]


def events_router(intake: Intake) -> APIRouter:
    """The routes for one event."""
    router = api_router(tags=["events"])
    _add(router, intake, EventKind.BORDER_CROSSING, "/v1/border-crossings", ("border-crossing", "withdrawal"))
    _add(router, intake, EventKind.SEIZURE, "/v1/seizures", ("seizure",))
    return router


def _add(router: APIRouter, intake: Intake, kind: EventKind, path: str, examples: tuple[str, ...]) -> None:
    described = event_body(MODELS[kind], kind.value, examples)
    words = kind.value.replace("-", " ")

    @router.post(
        path, status_code=202, summary=f"Report a {words}", operation_id=f"report-{kind.value}", name=f"report-{kind.value}",
        responses={**ACCEPTED, **PROBLEM_RESPONSES}, openapi_extra=described, response_class=Response,
    )  # fmt: skip
    async def report(request: Request, reporter: Reporter, strict: Strict = False) -> Response:  # noqa: FBT002 - a query parameter
        """The answer comes once all in-sync replicas have the event. The same id and revision may be sent any number of times."""
        media_type = require_json(request, accepted=_EVENTS)
        body = await request.body()
        try:
            submission = _submission(request, kind, body, Sender(reporter.agency, reporter.nation), media_type, strict=strict)
        except RefusedError as error:
            raise _problem(error) from None
        return accepted(await intake.accept(submission))


def _submission(request: Request, kind: EventKind, body: bytes, sender: Sender, media_type: str, *, strict: bool) -> Submission:
    """What the body holds, plain or in a CloudEvent of either mode."""
    traceparent = exchange_of(request).traceparent
    headers = _envelope_headers(request)
    if headers is None and media_type != CLOUDEVENT:
        return Submission(kind, read_strictly(body), sender, strict, traceparent)
    opened = open_structured(read_strictly(body), sender) if headers is None else open_binary_http(headers, body, sender)
    if opened.kind is not kind:
        fault = Fault("/type", "other_kind", "this type has a route of its own")
        raise InvalidInputError([fault])
    return Submission(kind, opened.tree, sender, strict, opened.traceparent or traceparent)


def _envelope_headers(request: Request) -> dict[str, str] | None:
    """The headers of binary mode, None where the request is none; one that comes twice could mean either."""
    names = [name for name, _ in request.scope["headers"] if name.startswith(b"ce-")]
    if not names:
        return None
    if len(set(names)) < len(names):
        raise BadRequestError("A CloudEvents header comes twice.")
    return {name: value for name, value in request.headers.items() if name.startswith("ce-") or name == "content-type"}


def _problem(error: RefusedError) -> ProblemError:
    faults = as_faults(error.faults)
    if isinstance(error, ForeignAgencyError):
        return ForbiddenError("The event claims to come from someone else than the key.", faults=faults)
    return InvalidInputError(faults)


def batches_router(intake: Intake, judges: Judges, settings: IngestSettings) -> APIRouter:
    """The route for batches. Not a strict route: it reads its body itself, and items have ids that make repeats harmless."""
    router = APIRouter(tags=["events"])

    @router.post(
        BATCHES, status_code=200, summary="Report many events; each is answered for itself", operation_id="report-events",
        responses={**ANSWERED, **PROBLEM_RESPONSES}, openapi_extra=batch_body(), response_class=Response,
    )  # fmt: skip
    async def report_all(request: Request, reporter: Reporter, strict: Strict = False) -> Response:  # noqa: FBT002 - a query parameter
        """Body and answer are streamed: a batch may have any size. 503 where the broker is away from the start."""
        media_type = require_json(request, accepted=_BATCHES)
        envelope = _envelope_headers(request)
        sender = Sender(reporter.agency, reporter.nation)
        reader = ItemReader(sender, strict, request.headers.get("traceparent"), envelope)
        pace = Pace(request, items_per_charge=settings.batch_items_per_charge)
        batch = Batch(
            intake,
            _pieces(request),
            _splitter(media_type, settings.max_item_bytes, whole=envelope is not None or media_type == CLOUDEVENT),
            partial(judges.judge, reader),
            chunk_items=settings.batch_chunk_items,
            chunks_in_flight=settings.batch_chunks_in_flight,
            charge=pace.charge,
        )
        return await _begin(batch, settings)

    return router


async def _begin(batch: Batch, settings: IngestSettings) -> Response:
    try:
        verdicts, lines = await batch.first()
    except BrokenBatchError as error:
        raise InvalidInputError([Fault("", "broken_batch", f"{error}")]) from None
    if verdicts and all(verdict.status is Status.UNKNOWN for verdict in verdicts):
        raise unavailable()
    return BatchAnswer(lines, batch, memory_bytes=settings.answers_in_memory_bytes, disk_bytes=settings.answers_on_disk_bytes)


def _splitter(media_type: str, limit: int, *, whole: bool) -> Splitter:
    if whole:
        return WholeBody(limit)
    return LineSplitter(limit) if media_type in _LINES else ArraySplitter(limit)


async def _pieces(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes; it ends where the client goes away, and what came until then counts."""
    try:
        async for piece in request.stream():
            if piece:
                yield piece
    except ClientDisconnect:
        return
