"""Dead letters on a real broker: seen without what they hold, and sent back byte for byte."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import orjson
import pytest

from shared.contracts.topics import ALERTS, DEAD_LETTERS, KEYS, RAW_BORDER_CROSSINGS, RAW_SEIZURES
from shared.platform.clock import SystemClock
from shared.platform.kafka.dead_letters import DeadLetter, TopicDeadLetters
from shared.platform.kafka.messages import Headers, Message
from shared.platform.kafka.producer import KafkaProducer
from shared.platform.settings import KafkaSettings
from tests.service.cli.conftest import Atalaya
from tests.support.ingest import crossing
from tests.support.ingest_service import Desk, make_key, make_topics, running, until

RAW = RAW_BORDER_CROSSINGS
CANARY = "canary-pérez"


@pytest.fixture
async def producer(kafka_of_test: KafkaSettings) -> AsyncIterator[KafkaProducer]:
    await make_topics(kafka_of_test)
    async with KafkaProducer(kafka_of_test) as opened:
        yield opened


async def bury(producer: KafkaProducer, *letters: DeadLetter) -> None:
    await TopicDeadLetters(producer, DEAD_LETTERS, service="ingest", clock=SystemClock()).add(letters)


def letter(value: bytes | None = CANARY.encode(), headers: Headers = (), **changes: Any) -> DeadLetter:
    given = {"topic": RAW, "partition": 0, "offset": 7, "reason": "/persons/0: missing", "key": CANARY.encode(), **changes}
    return DeadLetter(value=value, headers=headers, **given)


AGENCY = (("agency", b"GT-SAT"), ("content-type", b"application/json"), ("note", CANARY.encode()))


def listed(atalaya: Atalaya, *arguments: str) -> list[dict[str, Any]]:
    said = atalaya("dlq", "list", "--json", *arguments)
    assert said.returncode == 0, said.stderr
    found: list[dict[str, Any]] = json.loads(said.stdout)
    return found


async def test_letters_are_listed_by_where_they_are_from_whose_they_are_and_why_without_what_they_hold(
    kafka_of_test: KafkaSettings, producer: KafkaProducer, atalaya: Atalaya
) -> None:
    await bury(producer, letter(headers=AGENCY), letter(topic=RAW_SEIZURES, reason="no value", value=None))
    first, second = listed(atalaya)
    assert (first["place"], first["topic"], first["offset"], first["agency"]) == ("0-0", RAW, 7, "GT-SAT")
    assert (first["reason"], first["value_bytes"], first["hops"]) == ("/persons/0: missing", len(CANARY.encode()), 1)
    assert (second["place"], second["value_bytes"]) == ("0-1", None)
    for filters, places in {
        ("--topic", RAW_SEIZURES): ["0-1"],
        ("--agency", "GT-SAT"): ["0-0"],
        ("--reason", "NO VALUE"): ["0-1"],
        ("--since", "1h"): ["0-0", "0-1"],
        ("--until", "1h"): [],
        ("--limit", "1"): ["0-1"],
    }.items():
        assert [found["place"] for found in listed(atalaya, *filters)] == places, filters
    shown = atalaya("dlq", "list")
    assert CANARY not in shown.stdout
    assert shown.stdout.splitlines()[0].startswith("0-0  ")


async def test_one_letter_is_shown_with_its_headers_and_what_it_holds_only_when_asked(
    kafka_of_test: KafkaSettings, producer: KafkaProducer, atalaya: Atalaya
) -> None:
    await bury(producer, letter(headers=AGENCY), letter(b"\x1b[2J\xff", headers=(("x", b"\x1b[2J"),)))
    shown = atalaya("dlq", "show", "0-0").stdout
    assert CANARY not in shown
    assert "header agency: GT-SAT" in shown
    assert "header dl-reason: /persons/0: missing" in shown
    assert f"value: {CANARY}" in atalaya("dlq", "show", "0-0", "--payload").stdout
    nasty = atalaya("dlq", "show", "0-1", "--payload").stdout
    assert "\x1b" not in nasty, "a terminal obeys no foreign producer"
    assert json.loads(atalaya("dlq", "show", "0-1", "--payload", "--json").stdout)["value"]["base64"] == "G1sySv8="
    missing = atalaya("dlq", "show", "0-9")
    assert missing.returncode == 3
    assert "no dead letter at 0-9" in missing.stderr


async def raw(kafka: KafkaSettings, count: int) -> Sequence[Any]:
    async with Desk(kafka, "http://127.0.0.1:1", "") as desk:
        return await desk.records(RAW, count)


async def test_a_letter_goes_back_byte_for_byte_and_only_once(
    kafka_of_test: KafkaSettings, producer: KafkaProducer, atalaya: Atalaya
) -> None:
    forged = (("dl-topic", ALERTS.encode()), ("dl-hops", b"1"), ("note", None), ("note", b"\xff"))
    await bury(producer, letter(b"\x00\xff", headers=forged), letter(None))
    dry = atalaya("dlq", "replay", "--all", "--dry-run")
    assert dry.stdout.strip() == "2 would be sent back."
    assert [found["replayed_at"] for found in listed(atalaya)] == [None, None]
    sent = atalaya("dlq", "replay", "--all")
    assert (sent.returncode, sent.stdout.strip()) == (0, "2 sent back.")
    again = atalaya("dlq", "replay", "--all")
    assert (again.returncode, again.stdout.strip()) == (0, "No dead letter matches; nothing was sent back.")
    first, second = await raw(kafka_of_test, 2)
    assert (first.key, first.value) == (CANARY.encode(), b"\x00\xff")
    assert list(first.headers) == [("note", None), ("note", b"\xff"), ("dl-hops", b"2")]
    assert second.value is None
    assert listed(atalaya) == []
    assert len(listed(atalaya, "--all")) == 2
    assert atalaya("dlq", "replay", "0-0", "--again").stdout.strip() == "1 sent back."
    assert len(await raw(kafka_of_test, 3)) == 3


async def test_what_must_not_go_back_does_not(kafka_of_test: KafkaSettings, producer: KafkaProducer, atalaya: Atalaya) -> None:
    await bury(
        producer,
        letter(headers=(("dl-hops", b"2"),)),
        letter(topic=KEYS),
        letter(topic="elsewhere"),
        letter(kind="batch", last_offset=9),
    )
    refused = atalaya("dlq", "replay", "--all")
    assert refused.returncode == 1
    for reason in (
        "it was a dead letter 3 times",
        f"{KEYS} is none that takes",
        "elsewhere is none that takes",
        "it is a whole batch",
    ):
        assert f"1 not: {reason}" in refused.stdout
    assert len(listed(atalaya)) == 4, "they stay for whoever looks at them"
    assert atalaya("dlq", "replay").returncode == 2
    assert atalaya("dlq", "replay", "0-77").returncode == 1


async def test_what_ingest_refused_is_taken_once_the_fault_is_mended_and_comes_back_dead_while_it_is_not(
    kafka_of_test: KafkaSettings, producer: KafkaProducer, atalaya: Atalaya
) -> None:
    token = await make_key(kafka_of_test)
    body = orjson.dumps(crossing(id="late"))
    async with running(kafka_of_test, token=token, kafka_agencies={"GT-SAT": "GT"}) as desk:
        await desk.send(RAW, body, headers=[("agency", b"HN-ADU")])
        (dead,) = await desk.records(DEAD_LETTERS, 1)
        assert (await asyncio.to_thread(atalaya, "dlq", "replay", "0-0")).returncode == 0
        await until(lambda: _dead(desk, 2))
    assert dead.value == body
    (found,) = listed(atalaya)
    assert (found["hops"], found["agency"]) == (2, "HN-ADU")
    async with running(kafka_of_test, token=token, kafka_agencies={"HN-ADU": "HN"}) as desk:
        sent = await asyncio.to_thread(atalaya, "dlq", "replay", "--agency", "HN-ADU")
        assert sent.stdout.strip() == "1 sent back."
        (event,) = await desk.events(1)
    assert (event.id, event.agency) == ("late", "HN-ADU")


async def _dead(desk: Desk, count: int) -> bool:
    letters = await desk.records(DEAD_LETTERS, 1)
    return sum(dict(one.headers)["dl-kind"] == b"record" for one in letters) >= count


async def test_many_letters_go_back_in_order(kafka_of_test: KafkaSettings, producer: KafkaProducer, atalaya: Atalaya) -> None:
    await bury(producer, *[letter(b"%d" % number, offset=number) for number in range(450)])
    assert atalaya("dlq", "replay", "--topic", RAW).stdout.strip() == "450 sent back."
    assert [record.value for record in await raw(kafka_of_test, 450)] == [b"%d" % number for number in range(450)]
    await producer.send(Message(DEAD_LETTERS, b"written by somebody else"))
    assert listed(atalaya) == []


def test_no_broker_is_said_in_a_sentence(atalaya: Atalaya, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATALAYA_KAFKA__BOOTSTRAP_SERVERS", "127.0.0.1:1")
    said = atalaya("dlq", "list")
    assert said.returncode == 5
    assert "No broker answers" in said.stderr
    assert "Traceback" not in said.stderr
