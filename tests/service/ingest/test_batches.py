"""Batches on a real broker: each item answered for itself, in order, in little memory at any size."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import psutil
import pytest

from shared.contracts import topics
from shared.platform.settings import KafkaSettings
from tests.support.ingest import crossing, least, seizure
from tests.support.ingest_service import Desk, running, until

CROSSING, SEIZURE = {"type": "border-crossing"}, {"type": "seizure"}
ENVELOPE = {"specversion": "1.0", "id": "e1", "source": "/lanes/3", "type": "atalaya.seizure.v1"}
MIXED: list[dict[str, Any]] = [
    CROSSING | crossing(),
    SEIZURE | seizure(),
    CROSSING | crossing(),
    CROSSING | crossing(lane="4"),
    CROSSING | least(id="2", persons=[{"birth_date": "1984-13"}]),
    {"id": "3"},
    {**ENVELOPE, "data": seizure(id="enveloped")},
    CROSSING | least(id="4", agency="HN-ADU"),
    CROSSING | least(id="5"),
]
EXPECTED = [
    ("accepted", set()),
    ("accepted", set()),
    ("duplicate", set()),
    ("refused", {"/revision"}),
    ("refused", {"/persons/0/birth_date"}),
    ("refused", {"/type"}),
    ("accepted", set()),
    ("refused", {"/agency"}),
    ("accepted", set()),
]


def lines(items: list[Any]) -> bytes:
    return b"\n".join(orjson.dumps(item) for item in items)


@pytest.mark.parametrize("media_type", ["application/x-ndjson", "application/json", "application/cloudevents-batch+json"])
async def test_each_item_is_answered_for_itself_and_in_order(desk: Desk, media_type: str) -> None:
    answers = await desk.batch(lines(MIXED) if media_type.endswith("ndjson") else orjson.dumps(MIXED), media_type)
    assert [(answer["status"], {error["pointer"] for error in answer["errors"]}) for answer in answers] == EXPECTED
    assert [answer["index"] for answer in answers] == list(range(len(MIXED)))
    accepted = [answer["event_id"] for answer in answers if answer["status"] == "accepted"]
    assert [str(event.event_id) for event in await desk.events(4)] == accepted


async def test_a_cloudevent_alone_is_a_batch_of_one(desk: Desk) -> None:
    structured = await desk.batch(
        orjson.dumps({**ENVELOPE, "data": seizure(id="s")}, option=orjson.OPT_INDENT_2), "application/cloudevents+json"
    )
    headers = {f"ce-{name}": value for name, value in ENVELOPE.items()}
    binary = await desk.batch(orjson.dumps(seizure(id="b")), "application/json", **headers)
    assert [[answer["status"] for answer in answers] for answers in (structured, binary)] == [["accepted"], ["accepted"]]
    assert [event.id for event in await desk.events(2)] == ["s", "b"]


async def test_a_batch_beyond_the_rate_is_slowed_down_and_answered_to_its_end(kafka_of_test: KafkaSettings, token: str) -> None:
    limits = {"rate_per_second": 3, "rate_window_seconds": 1}
    async with running(kafka_of_test, token=token, http=limits, batch_items_per_charge=1, batch_chunk_items=1) as desk:
        started = time.monotonic()
        answers = await desk.batch(lines([CROSSING | least(id=str(number)) for number in range(6)]))
        assert [answer["status"] for answer in answers] == ["accepted"] * 6
        assert time.monotonic() - started > 1
        statuses = [(await desk.post("/v1/events", b"{}", "application/x-ndjson")).status_code for _ in range(20)]
        assert 429 in statuses  # three a second: twenty at once are too many, however the window lies


async def test_an_empty_batch_is_answered_with_nothing(desk: Desk) -> None:
    assert await desk.batch(b"[ ]", "application/json") == []
    assert await desk.batch(b"\n\n") == []


async def test_one_long_line_is_refused_and_the_rest_taken(desk: Desk) -> None:
    long = orjson.dumps(CROSSING | least(id="long", x="y" * 3_000_000))
    answers = await desk.batch(lines([CROSSING | least(id="a")]) + b"\n" + long + b"\n" + lines([CROSSING | least(id="b")]))
    assert [answer["status"] for answer in answers] == ["accepted", "refused", "accepted"]
    assert answers[1]["errors"][0]["code"] == "too_large"


async def test_an_array_that_breaks_off_says_so_after_what_was_read(desk: Desk) -> None:
    answers = await desk.batch(orjson.dumps([CROSSING | least(id="a")])[:-1] + b',{"type":', "application/json")
    assert [(answer["status"], [error["code"] for error in answer["errors"]]) for answer in answers] == [
        ("accepted", []),
        ("refused", ["broken_batch"]),
    ]


async def test_answers_come_while_the_batch_is_still_being_sent(desk: Desk) -> None:
    go = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield lines([CROSSING | least(id="a")]) + b"\n"
        async with asyncio.timeout(20):
            await go.wait()
        yield lines([CROSSING | least(id="b")]) + b"\n"

    reader, writer = await asyncio.open_connection(*desk.address.removeprefix("http://").split(":"))
    head = f"POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: {desk.headers['Authorization']}\r\n"
    writer.write(f"{head}Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n".encode())
    async for piece in slowly():
        writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        async with asyncio.timeout(20):
            while b'"status":"accepted"' not in (line := await reader.readline()):
                assert line
        go.set()
    writer.write(b"0\r\n\r\n")
    await reader.read()
    writer.close()
    assert [event.id for event in await desk.events(2)] == ["a", "b"]


async def test_a_hundred_thousand_items_are_taken_in_little_memory(
    kafka_of_test: KafkaSettings, token: str, tmp_path: Path
) -> None:
    """The client sends all before it reads anything, as most do; the server is a process of its own, so that its memory can be seen."""
    count, port = 100_000, 0
    environment = {
        "ATALAYA_KAFKA__BOOTSTRAP_SERVERS": kafka_of_test.bootstrap_servers,
        "ATALAYA_KAFKA__TOPIC_PREFIX": kafka_of_test.topic_prefix,
        "ATALAYA_HTTP__PORT": str(port),
        "ATALAYA_INGEST__RECENT_ENTRIES": "1000",
        "ATALAYA_LOG_FORMAT": "json",
    }
    log = tmp_path / "ingest.log"
    with log.open("wb") as told:
        process = await asyncio.create_subprocess_exec(sys.executable, "-m", "services.ingest", env=environment, stderr=told)
    try:
        async with Desk(kafka_of_test, await address_in(log), token) as desk:
            await until(desk.ready)
            await desk.batch(lines([CROSSING | least(id="first")]))
            before, peak = psutil.Process(process.pid).memory_info().rss, 0

            async def body() -> AsyncIterator[bytes]:
                nonlocal peak
                pattern = orjson.dumps(CROSSING | least(id="@"))
                for start in range(0, count, 2000):
                    yield b"\n".join(pattern.replace(b"@", b"%d" % number) for number in range(start, start + 2000)) + b"\n"
                    peak = max(peak, psutil.Process(process.pid).memory_info().rss)

            answer = await desk.http.post(
                "/v1/events", content=body(), headers={"Content-Type": "application/x-ndjson"}, timeout=110
            )
        found = [orjson.loads(line) for line in answer.content.splitlines()]
        assert [each["index"] for each in found] == list(range(count))
        assert {each["status"] for each in found} == {"accepted"}
        assert await desk.count(topics.EVENTS) == count + 1
        assert peak - before < 64 * 1024 * 1024
    finally:
        process.terminate()
        assert await process.wait() == 0


async def address_in(log: Path) -> str:
    """The address that a process tells it listens on."""
    found: list[str] = []

    async def told() -> bool:
        lines = await asyncio.to_thread(log.read_bytes)
        found.extend(line["port"] for line in map(orjson.loads, lines.splitlines()) if line.get("event") == "http.opened")
        return bool(found)

    await until(told)
    return f"http://127.0.0.1:{found[0]}"
