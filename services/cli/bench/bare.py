"""The limit of the HTTP door: the same server and the same model, and nothing behind it; or one thing more, to see what that costs."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import uvicorn
from aiokafka import AIOKafkaProducer
from fastapi import FastAPI, Request, Response

from services.ingest.domain.normalise import Sender
from services.ingest.domain.submitted import SubmittedCrossing
from services.ingest.envelopes import read_strictly
from services.ingest.judging import Submission, judge
from services.ingest.rules import rules_of
from services.ingest.settings import IngestSettings
from shared.contracts.events import EventKind
from shared.platform.clock import SystemClock

Step = Callable[[bytes], Awaitable[object]]
VALIDATED: Final = "validated"
JUDGED: Final = "judged"
PRODUCED: Final = "produced"
_ANSWER: Final = b'{"event_id":"00000000-0000-0000-0000-000000000000","status":"accepted"}'


def create_bare_app(step: Step, lifespan: Callable[[FastAPI], object] | None = None) -> FastAPI:
    """One endpoint that does one thing with a border crossing and answers 202."""
    app = FastAPI(openapi_url=None, lifespan=lifespan)  # type: ignore[arg-type] # an async context manager over the app

    @app.post("/v1/border-crossings", status_code=202)
    async def accept(request: Request) -> Response:
        await step(await request.body())
        return Response(_ANSWER, 202, media_type="application/json")

    return app


async def _validate(body: bytes) -> object:
    return SubmittedCrossing.model_validate_json(body)


def _judging() -> FastAPI:
    rules, sender, clock = rules_of(IngestSettings()), Sender("BENCH", "GT"), SystemClock()

    async def step(body: bytes) -> object:
        return judge(Submission(EventKind.BORDER_CROSSING, read_strictly(body), sender), rules, clock.now())

    return create_bare_app(step)


def _producing(bootstrap: str, topic: str) -> FastAPI:
    producers: list[AIOKafkaProducer] = []

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True) as producer:
            producers.append(producer)
            yield

    async def step(body: bytes) -> object:
        SubmittedCrossing.model_validate_json(body)
        return await producers[0].send_and_wait(topic, body, key=body[:16])

    return create_bare_app(step, lifespan)


def _app(step: str, *arguments: str) -> FastAPI:
    if step == PRODUCED:
        return _producing(*arguments)
    return _judging() if step == JUDGED else create_bare_app(_validate)


if __name__ == "__main__":
    uvicorn.run(_app(*sys.argv[2:]), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
