"""Verdicts as HTTP answers."""

import asyncio
from collections.abc import Sequence

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from services.ingest.batch import Batch
from services.ingest.spool import Spool
from services.ingest.verdict import Status, Verdict
from shared.contracts.events import Flag
from shared.platform.faults import Fault
from shared.platform.http.problems import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    ProblemError,
    TooLargeError,
    UnavailableError,
)

UNKNOWN_OUTCOME = "No acknowledgement from the broker in time: the outcome is unknown, and the same id may be sent again."
RETRY_AFTER_SECONDS = 2


def accepted(verdict: Verdict) -> Response:
    """202 for what was taken; raises the problem of what was not."""
    if not verdict.taken:
        raise problem(verdict)
    body = b'{"event_id":"%b","status":"%b"}' % (str(verdict.event_id).encode(), verdict.status.value.encode())
    return Response(body, 202, media_type="application/json")


def problem(verdict: Verdict) -> ProblemError:
    """The problem of a submission that was not taken."""
    faults = as_faults(verdict.faults)
    match verdict.status:
        case Status.FOREIGN:
            return ForbiddenError("The event claims to come from someone else than the key.", faults=faults)
        case Status.TOO_LARGE:
            return TooLargeError("The event is larger than an event may be.")
        case Status.CONTRADICTION:
            return ConflictError("This id and revision was accepted with other content.", faults=faults)
        case Status.UNKNOWN:
            return unavailable()
        case _:
            return InvalidInputError(faults)


def unavailable() -> UnavailableError:
    """The broker did not answer in time."""
    return UnavailableError(UNKNOWN_OUTCOME, retry_after_seconds=RETRY_AFTER_SECONDS)


def as_faults(faults: Sequence[Flag]) -> list[Fault]:
    """For a problem."""
    return [Fault(fault.pointer, fault.code, fault.detail) for fault in faults]


class BatchAnswer(Response):
    """The lines of a batch, sent while the batch is still coming in."""

    media_type = "application/x-ndjson"

    def __init__(self, first: bytes, batch: Batch, *, memory_bytes: int, disk_bytes: int) -> None:
        super().__init__()
        del self.headers["content-length"]
        self._first = first
        self._batch = batch
        self._spool = Spool(memory_bytes=memory_bytes, disk_bytes=disk_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what is answered and take the rest, both at once."""
        del scope, receive
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        with self._spool as spool:
            await spool.write(self._first)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._take(spool))
                async for piece in spool.pieces():
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _take(self, spool: Spool) -> None:
        try:
            await self._batch.rest(spool.write)
        finally:
            spool.end()
