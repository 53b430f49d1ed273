import asyncio
import random
from datetime import timedelta
from uuid import UUID

import pytest

from services.correlate.store.messages import entry_messages
from shared.contracts.codec import TYPE_LIST_MARKER, Envelope, encode
from shared.contracts.events import Conveyance, ListMarker, Place
from shared.contracts.topics import EVENTS, SIGHTINGS, TOPICS
from shared.platform.kafka.messages import Message
from tests.support.correlate import NOON, actor, event, route
from tests.support.correlate_station import Opened, Station, eventually, topic_values

WAYS = {topic.name: topic.partitions for topic in TOPICS}


def lorry(number: int) -> Conveyance:
    return Conveyance(kind="vehicle", plate=f"C{number:03}BCD", country="GT")


def listing(number: int) -> dict[str, object]:
    return {
        "kind": "vehicle",
        "source": "own",
        "source_id": str(number),
        "identifiers": {"plate": f"C{number:03}BCD", "country": "GT"},
        "handling": {"releasable_to": ["GT"]},
    }


@pytest.mark.parametrize("seed", [1, 2])
async def test_every_pair_of_entry_and_event_meets_however_the_list_changes_while_events_flow(opened: Opened, seed: int) -> None:
    order = random.Random(seed)
    vehicles, each = 12, 6
    crossings = [event(f"{number}-{time}", conveyances=(lorry(number),)) for number in range(vehicles) for time in range(each)]
    order.shuffle(crossings)
    async with opened() as correlate:
        gt = await correlate.key("GT")

        async def list_all() -> None:
            for number in order.sample(range(vehicles), vehicles):
                await correlate.add_actor(gt, **listing(number))

        async def send_all() -> None:
            for start in range(0, len(crossings), 4):
                await correlate.emit(*crossings[start : start + 4])

        async with asyncio.TaskGroup() as group:
            group.create_task(list_all())
            group.create_task(send_all())
        await correlate.settled(len(crossings), seconds=60)
        met = await correlate.rows(
            "SELECT partition_subject, count(DISTINCT event_id) FROM correlate.sighting WHERE NOT own GROUP BY 1"
        )
        alerts = await correlate.rows("SELECT partition_subject, state FROM correlate.alert")
    assert sorted(count for _, count in met) == [each] * vehicles
    assert len(alerts) == vehicles
    assert {state for _, state in alerts} == {"open"}


async def test_an_entry_that_ends_while_its_alert_stands_takes_it_back(opened: Opened) -> None:
    async with opened() as correlate:
        gt = await correlate.key("GT")
        entry = await correlate.add_actor(gt, **listing(1))
        await correlate.emit(event("E1", conveyances=(lorry(1),)))
        await correlate.settled(1)
        await correlate.client.delete(f"/v1/watchlist/actors/{entry['entry_id']}", headers=gt)
        await correlate.settled(1)
        await correlate.emit(event("E2", conveyances=(lorry(1),)))
        await correlate.settled(2)
        told = [(one.type.value, one.data.revision) for one in await correlate.alert_messages()]
    assert told == [("alert.opened", 1), ("alert.withdrawn", 2)]


async def test_an_entry_that_is_corrected_moves_its_alert_to_what_it_now_says(opened: Opened) -> None:
    async with opened() as correlate:
        gt = await correlate.key("GT")
        entry = await correlate.add_actor(gt, **listing(1))
        await correlate.emit(event("E1", conveyances=(lorry(1),)), event("E2", conveyances=(lorry(2),)))
        await correlate.settled(2)
        body = {**listing(1), "identifiers": listing(2)["identifiers"]}
        answer = await correlate.client.put(f"/v1/watchlist/actors/{entry['entry_id']}", headers=gt, json=body)
        assert answer.status_code == 200
        await correlate.settled(2)
        alert = await correlate.alert_of(entry["entry_id"])
    assert (alert.state, alert.subject_key) == ("open", "vehicle:GT:C002BCD")


async def test_a_route_that_is_listed_later_is_tracked_on_what_was_seen_before(opened: Opened) -> None:
    corridor = route(["CR-PA-01", "CR-NI-01", "HN-NI-01"], [(5, 30), (6, 36)])
    body = corridor.body.model_dump(mode="json", exclude_none=True) | {"handling": {"releasable_to": ["GT", "HN", "MX"]}}
    async with opened() as correlate:
        gt = await correlate.key("GT")
        for code, hours in (("CR-PA-01", 0), ("CR-NI-01", 10)):
            at = NOON + timedelta(hours=hours)
            await correlate.emit(event(code, conveyances=(lorry(1),), place=Place(code=code), occurred_at=at))
        await correlate.settled(2)
        made = await correlate.client.post("/v1/watchlist/routes", headers=gt, json=body)
        assert made.status_code == 201, made.text
        await correlate.settled(2)
        (alert,) = (await correlate.get("/v1/alerts", gt, cause="route")).json()["items"]
        await correlate.client.delete(made.headers["location"], headers=gt)
        await correlate.settled(2)
        states = await correlate.rows("SELECT state FROM correlate.alert")
    assert (alert["route"]["reached"], alert["route"]["of"]) == (2, 3)
    assert alert["next"][0]["place"]["code"] == "HN-NI-01"
    assert states == [("withdrawn",)]


async def test_a_screener_passes_a_marker_on_only_when_it_has_the_list_that_it_names(opened: Opened) -> None:
    async with opened(roles="screen", list_wait_seconds=1.0) as correlate:
        await _mark(correlate, 1)
        await correlate.emit(event("E1", conveyances=(lorry(1),)))

        async def passed_on() -> list[bytes] | None:
            values = await topic_values(correlate.settings.kafka, SIGHTINGS)
            return values if len(values) == WAYS[EVENTS] * WAYS[SIGHTINGS] + 2 else None

        async def waits() -> bool:
            return "ListBehindError" in str(await correlate.service.readiness.faults())

        await eventually(waits)
        assert await topic_values(correlate.settings.kafka, SIGHTINGS) == []
        entry = actor(1, kind="vehicle", list_version=1, identifiers={"plate": "C001BCD", "country": "GT"})
        await correlate.producer.send(*entry_messages(entry))
        values = await eventually(passed_on)
    assert sum(b'"type":"marker"' in value for value in values) == WAYS[EVENTS] * WAYS[SIGHTINGS]
    assert sum(f"actor:{UUID(int=1)}".encode() in value for value in values) == 1


async def _mark(correlate: Station, list_version: int) -> None:
    headers = Envelope(f"list:{list_version}", TYPE_LIST_MARKER, "/test").headers()
    value = encode(ListMarker(list_version=list_version))
    messages = [Message(EVENTS, value, b"m", headers, partition) for partition in range(WAYS[EVENTS])]
    assert not any(await correlate.producer.send_many(messages))


async def test_a_restart_reads_the_list_before_its_first_event_and_goes_on_where_it_was(opened: Opened) -> None:
    async with opened() as correlate:
        gt = await correlate.key("GT")
        await correlate.add_actor(gt, **listing(1))
        await correlate.emit(event("E1", conveyances=(lorry(1),)))
        await correlate.settled(1)
        await correlate.add_actor(gt, **listing(2))
    async with opened() as correlate:
        await correlate.emit(event("E1", conveyances=(lorry(1),)), event("E2", conveyances=(lorry(2),)))
        await correlate.settled(2)
        told = sorted((one.type.value, one.data.subject.key) for one in await correlate.alert_messages())
        versions = await correlate.rows("SELECT DISTINCT list_version FROM correlate.sighting WHERE NOT own ORDER BY 1")
    assert told == [("alert.opened", "vehicle:GT:C001BCD"), ("alert.opened", "vehicle:GT:C002BCD")]
    assert versions == [(1,), (2,)]


async def test_an_event_that_contradicts_an_earlier_one_goes_to_the_dead_letters_and_the_first_stands(opened: Opened) -> None:
    async with opened() as correlate:
        gt = await correlate.key("GT")
        await correlate.add_actor(gt, **listing(1))
        first = event("E1", conveyances=(lorry(1),))
        await correlate.emit(first)
        await correlate.settled(1)
        other = first.model_copy(update={"content_digest": "other", "conveyances": (lorry(2),)})
        await correlate.emit(other, first, event("E2", conveyances=(lorry(1),)))
        await correlate.producer.send(Message(EVENTS, b"{no event", b"k"))
        await correlate.settled(2)
        reasons = sorted(await correlate.dead_letters())
        subjects = await correlate.rows("SELECT DISTINCT partition_subject FROM correlate.sighting WHERE own")
    assert reasons == [
        "it is no event and no list marker",
        "this id and revision came before with other content; the first stands",
    ]
    assert subjects == [("vehicle:GT:C001BCD",)]
