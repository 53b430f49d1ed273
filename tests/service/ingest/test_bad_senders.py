"""One agency whose messages are all bad, and a release of ours that can read nobody's: told apart on a real broker."""

from typing import Any

import orjson

from shared.contracts import topics
from shared.platform.settings import KafkaSettings
from tests.support.ingest import crossing
from tests.support.ingest_service import Desk, running, until

RAW = topics.RAW_BORDER_CROSSINGS
LIMIT = 20
AGENCIES = {"GT-SAT": "GT", "HN-ADU": "HN"}


def limited(kafka: KafkaSettings) -> KafkaSettings:
    return kafka.model_copy(update={"dead_letters_in_a_row": LIMIT})


async def send(desk: Desk, agency: str, *values: bytes) -> None:
    await desk.send(RAW, *values, headers=[("agency", agency.encode())])


def sound(number: int) -> bytes:
    return orjson.dumps(crossing(id=f"sound-{number}"))


async def readyz(desk: Desk) -> dict[str, Any]:
    shown: dict[str, Any] = (await desk.http.get("/readyz")).json()
    return shown


async def test_an_agency_whose_messages_are_all_bad_does_not_hold_up_the_others_on_its_partition(
    kafka_of_test: KafkaSettings, token: str
) -> None:
    async with running(limited(kafka_of_test), token=token, kafka_agencies=AGENCIES) as desk:
        await send(desk, "HN-ADU", sound(0))
        await desk.events(1)
        await send(desk, "GT-SAT", *[b"{}"] * 3 * LIMIT)
        await send(desk, "HN-ADU", sound(1))
        assert {event.id for event in await desk.events(2)} == {"sound-0", "sound-1"}
        assert len(await desk.records(topics.DEAD_LETTERS, 3 * LIMIT)) == 3 * LIMIT
        shown = await readyz(desk)
        assert shown["ready"]
        assert "GT-SAT" in shown["notes"]["consumer atalaya.ingest"]
        metrics = (await desk.http.get("/metrics")).text
        assert 'atalaya_consumer_flooding_sources{group="atalaya.ingest",source="GT-SAT"} 1.0' in metrics
        assert 'atalaya_consumer_flooding_sources{group="atalaya.ingest",source="HN-ADU"} 0.0' in metrics


async def test_when_every_agency_s_messages_are_bad_the_partition_halts_and_little_is_buried(
    kafka_of_test: KafkaSettings, token: str
) -> None:
    async with running(limited(kafka_of_test), token=token, kafka_agencies=AGENCIES) as desk:

        async def halted() -> bool:
            return "halted" in (await readyz(desk)).get("notes", {}).get("consumer atalaya.ingest", "")

        for _ in range(3):
            await send(desk, "GT-SAT", *[b"{}"] * LIMIT)
            await send(desk, "HN-ADU", *[b"{}"] * LIMIT)
        await send(desk, "HN-ADU", sound(0))
        await until(halted)
        assert (await readyz(desk))["ready"], "the HTTP door is open, and must be reached"
        assert await desk.count(topics.DEAD_LETTERS) < 4 * LIMIT
        assert await desk.count(topics.EVENTS) == 0
