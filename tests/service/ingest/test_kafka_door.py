"""The Kafka door on a real broker: the same verdicts as HTTP, nothing lost, and bad messages kept with their bytes."""

import orjson

from services.ingest.consumer import KINDS
from shared.contracts import topics
from shared.contracts.codec import header
from shared.contracts.events import EventKind
from shared.platform.settings import KafkaSettings
from tests.support.ingest import BAD_CROSSINGS, crossing, least, seizure
from tests.support.ingest_service import AGENCY, Desk, make_key, running

RAW, RAW_SEIZURES = topics.RAW_BORDER_CROSSINGS, topics.RAW_SEIZURES
ENVELOPE = {"specversion": "1.0", "id": "e1", "source": "/lanes/3", "type": "atalaya.border-crossing.v1"}
BINARY = [*AGENCY, *((f"ce_{name}", value.encode()) for name, value in ENVELOPE.items()), ("content-type", b"application/json")]


def reasons(letters: list[object]) -> list[str]:
    return [header(letter.headers, "dl-reason") or "" for letter in letters]  # type: ignore[attr-defined]


async def test_plain_json_and_both_modes_of_cloudevents_become_events(desk: Desk) -> None:
    await desk.send(RAW, orjson.dumps(crossing(id="plain")))
    structured = [*AGENCY, ("content-type", b"application/cloudevents+json; charset=utf-8")]
    await desk.send(RAW, orjson.dumps({**ENVELOPE, "data": crossing(id="structured")}), headers=structured)
    await desk.send(RAW, orjson.dumps(crossing(id="binary")), headers=BINARY)
    await desk.send(RAW_SEIZURES, orjson.dumps(seizure(id="seized")))
    events = await desk.events(4)
    assert {event.id for event in events} == {"plain", "structured", "binary", "seized"}
    assert {(event.agency, event.nation) for event in events} == {("GT-SAT", "GT")}
    assert {event.kind for event in events if event.id == "seized"} == {EventKind.SEIZURE}


async def test_both_doors_give_the_same_event_the_same_id(desk: Desk) -> None:
    answer = await desk.post("/v1/border-crossings", crossing())
    await desk.send(RAW, orjson.dumps(crossing()), orjson.dumps(crossing(id="next")))
    events = await desk.events(2)
    assert str(events[0].event_id) == answer.json()["event_id"]
    assert [event.id for event in events] == [crossing()["id"], "next"]


async def test_both_doors_refuse_the_same_messages_for_the_same_faults(desk: Desk) -> None:
    bodies = [body for body, _ in BAD_CROSSINGS.values()]
    await desk.send(RAW, *bodies, orjson.dumps(crossing()))
    letters = await desk.records(topics.DEAD_LETTERS, len(bodies))
    assert [letter.value for letter in letters] == bodies
    for (name, (body, expected)), reason in zip(BAD_CROSSINGS.items(), reasons(letters), strict=True):
        answer = await desk.post("/v1/border-crossings", body)
        told = {(error["pointer"] or "(document)", error["detail"]) for error in answer.json()["errors"]}
        assert {pointer for pointer, _ in told} == {pointer or "(document)" for pointer in expected}, name
        for pointer, detail in told:
            assert f"{pointer} {detail}" in reason, name
    assert [event.id for event in await desk.events(1)] == [crossing()["id"]]


async def test_a_dead_letter_keeps_bytes_key_and_headers_and_says_where_from(desk: Desk) -> None:
    await desk.send(RAW, b"\xff\x00 no json", headers=[*AGENCY, ("mine", b"\xfe")])
    (letter,) = await desk.records(topics.DEAD_LETTERS, 1)
    assert (letter.key, letter.value) == (b"k", b"\xff\x00 no json")
    carried = dict(letter.headers)
    assert carried["mine"] == b"\xfe"
    assert (carried["dl-topic"], carried["dl-service"], carried["dl-offset"]) == (RAW.encode(), b"ingest", b"0")


async def test_only_an_agency_that_is_allowed_on_the_topic_is_believed(kafka_of_test: KafkaSettings, token: str) -> None:
    agencies = {"GT-SAT": "GT", "HN-ADU": {"nation": "HN", "topics": [RAW_SEIZURES]}}
    async with running(kafka_of_test, token=token, kafka_agencies=agencies) as desk:
        body = orjson.dumps(least())
        for headers in ([], [("agency", b"XX-1")], [("agency", b"HN-ADU")], [("agency", b"\xff")]):
            await desk.send(RAW, body, headers=headers)
        await desk.send(RAW, orjson.dumps(least(agency="HN-ADU")))
        await desk.send(RAW_SEIZURES, orjson.dumps(seizure()), headers=[("agency", b"HN-ADU")])
        letters = await desk.records(topics.DEAD_LETTERS, 5)
        assert all(reason.startswith("foreign: ") for reason in reasons(letters))
        assert [event.nation for event in await desk.events(1)] == ["HN"]


async def test_a_key_that_names_a_topic_lets_its_agency_report_there_until_it_is_revoked(kafka_of_test: KafkaSettings) -> None:
    admin = await make_key(kafka_of_test, scopes=["admin"])
    async with running(kafka_of_test, token=admin, kafka_agencies={}) as desk:
        wanted = {"agency": "GT-SAT", "nation": "GT", "scopes": ["events:write"], "expires": "1h"}
        for change in ({}, {"topics": [RAW_SEIZURES]}, {"topics": [RAW], "scopes": ["alerts:read"]}):
            assert (await desk.post("/v1/keys", {**wanted, **change})).status_code == 201
        await desk.send(RAW, orjson.dumps(least(id="before")))
        await desk.records(topics.DEAD_LETTERS, 1)
        made = (await desk.post("/v1/keys", {**wanted, "topics": [RAW]})).json()
        await desk.send(RAW, orjson.dumps(least(id="with the key")))
        assert [(event.id, event.agency, event.nation) for event in await desk.events(1)] == [("with the key", "GT-SAT", "GT")]
        assert (await desk.http.delete(f"/v1/keys/{made['id']}")).status_code == 200
        await desk.send(RAW, orjson.dumps(least(id="after")))
        letters = await desk.records(topics.DEAD_LETTERS, 2)
        assert all(reason.startswith("foreign: ") for reason in reasons(letters))
        assert await desk.count(topics.EVENTS) == 1


async def test_on_an_open_broker_a_key_that_names_no_topic_lets_its_agency_report_on_all_and_one_that_does_on_those(
    kafka_of_test: KafkaSettings,
) -> None:
    admin = await make_key(kafka_of_test, scopes=["admin"])
    async with running(kafka_of_test, token=admin, kafka_agencies={}, kafka_open=True) as desk:
        wanted = {"nation": "GT", "scopes": ["events:write"], "expires": "1h"}
        for agency, topics_named in (("GT-SAT", []), ("GT-PNC", [RAW_SEIZURES])):
            made = await desk.post("/v1/keys", {**wanted, "agency": agency, "topics": topics_named})
            assert made.status_code == 201
        for agency in ("GT-PNC", "HN-ADU", "GT-SAT"):
            await desk.send(RAW, orjson.dumps(least(id=agency)), headers=[("agency", agency.encode())])
        assert [(event.id, event.agency) for event in await desk.events(1)] == [("GT-SAT", "GT-SAT")]
        assert len(await desk.records(topics.DEAD_LETTERS, 2)) == 2


async def test_a_message_without_a_value_and_one_of_the_other_kind_are_dead_letters(desk: Desk) -> None:
    await desk.send(RAW, None)
    await desk.send(RAW, orjson.dumps({**ENVELOPE, "type": "atalaya.seizure.v1", "data": seizure()}), headers=[
        *AGENCY, ("content-type", b"application/cloudevents+json"),
    ])  # fmt: skip
    await desk.send(RAW, orjson.dumps(crossing()), headers=[*BINARY, ("ce_id", b"e2")])
    letters = await desk.records(topics.DEAD_LETTERS, 3)
    assert ["no value" in reasons(letters)[0], "/type" in reasons(letters)[1], "twice" in reasons(letters)[2]] == [True] * 3


async def test_a_contradiction_is_a_dead_letter_and_the_first_stands(desk: Desk) -> None:
    await desk.send(RAW, orjson.dumps(crossing()), orjson.dumps(crossing(lane="4")), orjson.dumps(crossing(lane="4", revision=2)))
    (letter,) = await desk.records(topics.DEAD_LETTERS, 1)
    assert reasons([letter])[0].startswith("contradiction: ")
    assert [(event.revision, event.lane) for event in await desk.events(2)] == [(1, "3"), (2, "4")]


async def test_what_came_while_ingest_was_away_is_taken_when_it_returns(kafka_of_test: KafkaSettings, token: str) -> None:
    async with running(kafka_of_test, token=token) as desk:
        await desk.send(RAW, *(orjson.dumps(least(id=str(number))) for number in range(50)))
        await desk.events(1)
    await desk.send(RAW, *(orjson.dumps(least(id=str(number))) for number in range(50, 100)))
    async with running(kafka_of_test, token=token) as desk:
        while len({event.id for event in await desk.events(100)}) < 100:
            pass
    assert set(KINDS) == {RAW, RAW_SEIZURES}
