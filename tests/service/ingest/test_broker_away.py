"""The broker frozen: every request is answered in time, says that its outcome is unknown, and nothing is doubled or lost after."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest

from tests.support.ingest import crossing, least
from tests.support.ingest_service import Desk, kafka_settings, make_key, make_topics, running, until
from tests.support.own_broker import OwnBroker, own_broker

CROSSINGS = "/v1/border-crossings"


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[OwnBroker]:
    async with own_broker(tmp_path) as started:
        yield started
        started.thaw()


async def until_accepted(desk: Desk, tree: object) -> str:
    """The status with which it is taken in the end."""
    statuses: list[str] = []

    async def taken() -> bool:
        answer = await desk.post(CROSSINGS, tree)
        statuses.append(answer.json()["status"])
        return answer.status_code == 202

    await until(taken)
    return statuses[-1]


async def test_while_the_broker_is_away_the_outcome_is_unknown_and_the_same_may_be_sent_again(broker: OwnBroker) -> None:
    kafka = kafka_settings(broker.address, "", send_deadline_seconds=2.0, request_timeout_seconds=2.0)
    await make_topics(kafka)
    token = await make_key(kafka)
    async with running(kafka, token=token) as desk:
        assert (await desk.post(CROSSINGS, crossing())).status_code == 202
        broker.freeze()
        started = time.monotonic()
        refused = await desk.post(CROSSINGS, least(id="frozen"))
        batch = await desk.post("/v1/events", orjson.dumps({"type": "border-crossing", **least(id="b")}), "application/x-ndjson")
        assert time.monotonic() - started < 10
        for answer in (refused, batch):
            assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
            assert int(answer.headers["retry-after"]) >= 1
            assert "unknown" in answer.json()["detail"]
            assert "again" in answer.json()["detail"]
        assert (await desk.post(CROSSINGS, {})).status_code == 422
        broker.thaw()
        assert await until_accepted(desk, least(id="frozen")) == "accepted"
        assert await until_accepted(desk, least(id="frozen")) == "duplicate"
        found = {event.event_id: event.id for event in await desk.events(2)}
        assert set(found.values()) >= {crossing()["id"], "frozen"}
        assert list(found.values()).count("frozen") == 1
