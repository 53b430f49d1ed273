"""The HTTP door on a real broker: accepted means on the topic, and every refusal has its code."""

import asyncio
from typing import Any

import orjson
import pytest

from shared.contracts import topics
from shared.contracts.codec import header
from shared.contracts.examples import example
from shared.platform.settings import KafkaSettings
from tests.support.ingest import BAD_CROSSINGS, crossing, least, seizure
from tests.support.ingest_service import Desk, make_key, running

CROSSINGS, SEIZURES = "/v1/border-crossings", "/v1/seizures"
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
ENVELOPE = {"specversion": "1.0", "id": "e1", "source": "/lanes/3", "type": "atalaya.border-crossing.v1"}


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_nulls(item) for name, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


async def test_what_is_answered_202_is_on_the_topic_of_events(desk: Desk) -> None:
    first = await desk.post(CROSSINGS, crossing(), traceparent=TRACE)
    second = await desk.post(SEIZURES, seizure())
    assert (first.status_code, first.json()["status"]) == (202, "accepted")
    assert (second.status_code, second.json()["status"]) == (202, "accepted")
    records = await desk.records(topics.EVENTS, 2)
    values = [orjson.loads(record.value or b"") for record in records]
    assert [value["event_id"] for value in values] == [first.json()["event_id"], second.json()["event_id"]]
    assert [(value["kind"], value["agency"], value["nation"]) for value in values] == [
        ("border-crossing", "GT-SAT", "GT"),
        ("seizure", "GT-SAT", "GT"),
    ]
    assert header(records[0].headers, "traceparent") == TRACE


async def test_an_event_that_came_without_a_trace_gets_that_of_its_request(desk: Desk) -> None:
    answer = await desk.post(CROSSINGS, crossing())
    await desk.post(CROSSINGS, crossing(id="other"), traceparent="no trace")
    first, second = [header(record.headers, "traceparent") or "" for record in await desk.records(topics.EVENTS, 2)]
    assert first[3:35] == answer.headers["x-request-id"]
    assert len(second) == len(TRACE)
    assert second != "no trace"


async def test_the_same_again_is_a_duplicate_other_content_409_and_a_revision_another_event(desk: Desk) -> None:
    first = await desk.post(CROSSINGS, crossing())
    again = await desk.post(CROSSINGS, crossing())
    assert again.json() == {"event_id": first.json()["event_id"], "status": "duplicate"}
    assert (await desk.post(CROSSINGS, crossing(lane="4"))).status_code == 409
    assert (await desk.post(CROSSINGS, crossing(lane="4", revision=2))).json()["status"] == "accepted"
    withdrawn = await desk.post(CROSSINGS, {**example("withdrawal"), "revision": 3})
    assert withdrawn.status_code == 202
    assert await desk.count(topics.EVENTS) == 3
    *_, last = await desk.events(3)
    assert (last.withdrawn, last.revision, last.persons) == (True, 3, ())


async def test_an_idempotency_key_gets_the_first_answer_again(desk: Desk) -> None:
    key = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}
    first = await desk.post(CROSSINGS, crossing(), **key)
    again = await desk.post(CROSSINGS, crossing(), **key)
    assert (again.status_code, again.json()) == (202, first.json())
    assert again.headers["idempotency-replayed"] == "true"


async def test_a_key_that_may_not_report_gets_403_and_no_key_401(desk: Desk) -> None:
    other = await make_key(desk.kafka, scopes=["alerts:read"])
    assert (await desk.post(CROSSINGS, crossing(), Authorization=f"Bearer {other}")).status_code == 403
    assert (await desk.post(CROSSINGS, crossing(), Authorization="Bearer atk_no")).status_code == 401
    assert (await desk.http.post(f"{CROSSINGS}?token=x", json=crossing())).status_code == 401
    assert await desk.count(topics.EVENTS) == 0


async def test_two_agencies_may_use_the_same_id(desk: Desk) -> None:
    other = await make_key(desk.kafka, agency="HN-ADU", nation="HN")
    first = await desk.post(CROSSINGS, crossing())
    second = await desk.post(CROSSINGS, crossing(), Authorization=f"Bearer {other}")
    assert first.json()["event_id"] != second.json()["event_id"]
    assert [event.nation for event in await desk.events(2)] == ["GT", "HN"]


async def test_every_bad_crossing_is_refused_with_a_problem_that_names_its_faults(desk: Desk) -> None:
    for name, (body, expected) in BAD_CROSSINGS.items():
        answer = await desk.post(CROSSINGS, body)
        foreign = name in {"another agency's name", "another nation"}
        assert answer.status_code == (403 if foreign else 422), name
        assert answer.headers["content-type"] == "application/problem+json", name
        assert {error["pointer"] for error in answer.json()["errors"]} == expected, name
    assert await desk.count(topics.EVENTS) == 0


@pytest.mark.parametrize(
    ("path", "body", "media_type", "status"),
    [
        (CROSSINGS, b"<xml/>", "application/xml", 415),
        (CROSSINGS, b"{}", "", 415),
        ("/v1/events", b"{}", "text/csv", 415),
        ("/v1/events", b"{}", "application/json", 422),
        ("/v1/events", b"[,]", "application/json", 422),
        (f"{CROSSINGS}?strict=perhaps", b"{}", "application/json", 422),
    ],
)
async def test_a_request_that_is_no_report_is_refused_by_its_code(
    desk: Desk, path: str, body: bytes, media_type: str, status: int
) -> None:
    answer = await desk.post(path, body, media_type)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


async def test_a_body_beyond_the_limit_is_refused_before_it_is_read(desk: Desk) -> None:
    reader, writer = await asyncio.open_connection(*desk.address.removeprefix("http://").split(":"))
    head = f"POST {CROSSINGS} HTTP/1.1\r\nHost: x\r\nAuthorization: {desk.headers['Authorization']}\r\n"
    writer.write(f"{head}Content-Type: application/json\r\nContent-Length: 2000000\r\n\r\n".encode())
    assert (await reader.readline()).startswith(b"HTTP/1.1 413 ")
    writer.close()


async def test_strict_is_asked_for_by_the_request_or_set_for_all(desk: Desk, token: str) -> None:
    tree = least(colour="red", persons=[{"hair": "grey"}])
    answer = await desk.post(f"{CROSSINGS}?strict=true", tree)
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/colour", "/persons/0/hair"}
    assert (await desk.post(CROSSINGS, tree)).status_code == 202
    async with running(desk.kafka, token=token, strict=True) as other:
        assert (await other.post(CROSSINGS, tree)).status_code == 422


async def test_cloudevents_of_both_modes_are_taken(desk: Desk) -> None:
    structured = {**ENVELOPE, "data": crossing(id="s1")}
    assert (await desk.post(CROSSINGS, structured, "application/cloudevents+json")).status_code == 202
    binary = {f"ce-{name}": value for name, value in ENVELOPE.items()}
    assert (await desk.post(CROSSINGS, crossing(id="b1"), **binary)).status_code == 202
    without = {name: value for name, value in crossing().items() if name != "id"}
    assert (await desk.post(CROSSINGS, without, **binary)).status_code == 202
    assert [event.id for event in await desk.events(3)] == ["s1", "b1", "e1"]


@pytest.mark.parametrize(
    ("changes", "status", "pointers"),
    [
        ({"type": "atalaya.seizure.v1"}, 422, {"/type"}),
        ({"type": "com.example"}, 422, {"/type"}),
        ({"specversion": "0.3"}, 422, {"/specversion"}),
        ({"id": None, "source": None}, 422, {"/id", "/source"}),
        ({"time": "yesterday"}, 422, {"/time"}),
        ({"source": "/agencies/HN-ADU/lanes/3"}, 403, {"/source"}),
        ({"data": None}, 422, {""}),
        ({"data": None, "data_base64": "??"}, 422, {"/data_base64"}),
    ],
)
async def test_an_envelope_that_does_not_fit_is_refused(
    desk: Desk, changes: dict[str, Any], status: int, pointers: set[str]
) -> None:
    answer = await desk.post(CROSSINGS, {**ENVELOPE, "data": crossing(), **changes}, "application/cloudevents+json")
    assert (answer.status_code, {error["pointer"] for error in answer.json()["errors"]}) == (status, pointers)


async def test_a_doubled_envelope_header_is_refused(desk: Desk) -> None:
    headers = [
        *((f"ce-{name}", value) for name, value in ENVELOPE.items()),
        ("ce-id", "e2"),
        ("Content-Type", "application/json"),
    ]
    answer = await desk.http.post(CROSSINGS, content=orjson.dumps(crossing()), headers=[*desk.headers.items(), *headers])
    assert answer.status_code == 400


async def test_a_key_that_sends_too_much_gets_429_and_others_do_not(kafka_of_test: KafkaSettings, token: str) -> None:
    other = await make_key(kafka_of_test, agency="HN-ADU", nation="HN")
    async with running(kafka_of_test, token=token, http={"rate_per_second": 1, "rate_window_seconds": 3}) as desk:
        answers = [await desk.post(CROSSINGS, least(id=str(number))) for number in range(5)]
        assert [answer.status_code for answer in answers[:3]] == [202, 202, 202]
        assert answers[-1].status_code == 429
        assert int(answers[-1].headers["retry-after"]) >= 1
        assert "ratelimit" in answers[0].headers
        assert (await desk.post(CROSSINGS, least(), Authorization=f"Bearer {other}")).status_code == 202


async def test_keys_are_made_and_ended_here_too(desk: Desk) -> None:
    admin = {"Authorization": f"Bearer {await make_key(desk.kafka, scopes=['admin'])}"}
    made = await desk.post("/v1/keys", {"agency": "SV-DGA", "nation": "SV", "scopes": ["events:write"]}, **admin)
    theirs = {"Authorization": f"Bearer {made.json()['token']}"}
    assert (await desk.post(CROSSINGS, crossing(), **theirs)).status_code == 202
    assert (await desk.http.delete(f"/v1/keys/{made.json()['id']}", headers=admin)).status_code == 200
    assert (await desk.post(CROSSINGS, crossing(id="late"), **theirs)).status_code == 401


async def test_the_documentation_shows_the_published_examples(desk: Desk) -> None:
    document = (await desk.http.get("/openapi.json")).json()
    shown = document["paths"][CROSSINGS]["post"]["requestBody"]["content"]["application/json"]["examples"]
    assert shown["border-crossing"]["value"] == without_nulls(example("border-crossing"))
    page = await desk.http.get("/docs")
    assert page.status_code == 200
    assert "http" not in page.text.replace("http-equiv", "")
