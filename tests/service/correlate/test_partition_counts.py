"""Topics that are not as declared: said before anything is lost by it, and no marker leaves a partition out."""

from dataclasses import asdict, replace

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions
from sqlalchemy import text

from services.correlate.domain.track.policy import TrackPolicy
from services.correlate.lookback.pages import Bounds
from services.correlate.lookback.worker import LookBack
from services.correlate.service import open_correlate
from shared.contracts.topics import EVENTS, SIGHTINGS, TOPICS
from shared.platform.clock import SystemClock
from shared.platform.database.engine import Database
from shared.platform.kafka.connection import client_options
from shared.platform.kafka.topics import TopicSpec, apply_topics
from tests.support.correlate_station import Opened, end_offsets, eventually, running, settings_for
from tests.support.correlate_tracking import nothing, tracking

LISTED = {"identifiers": {"plate": "C123BCD", "country": "GT"}, "handling": {"releasable_to": ["GT"]}}
PARTITIONS = {topic.name: topic.partitions for topic in TOPICS}


async def test_a_process_on_topics_of_other_partitions_is_not_ready_and_says_which(
    kafka: str, migrated_url: str, topic_prefix: str
) -> None:
    settings = settings_for(kafka, migrated_url, topic_prefix, roles="track")
    topics = [replace(topic, partitions=2) if topic.name == SIGHTINGS else topic for topic in TOPICS]
    await apply_topics(settings.kafka, [TopicSpec(**asdict(topic)) for topic in topics])
    async with open_correlate(settings) as service, running(service):

        async def said() -> str | None:
            return (await service.readiness.faults()).get("topics")

        async def has_been_told() -> bool:
            return "2 partitions" in (await said() or "")

        await eventually(has_been_told)
        sentence = await said() or ""
    assert f"{topic_prefix}{SIGHTINGS} has 2 partitions and not the {PARTITIONS[SIGHTINGS]}" in sentence
    assert "atalaya topics apply" in sentence


async def test_an_events_topic_that_grows_while_the_list_is_served_has_the_marker_in_every_partition(opened: Opened) -> None:
    grown = PARTITIONS[EVENTS] + 2
    async with opened(roles="api", partitions_every_seconds=0.1) as correlate:
        kafka = correlate.settings.kafka
        gt = await correlate.key("GT")
        await correlate.add_actor(gt, kind="vehicle", **LISTED)
        admin = AIOKafkaAdminClient(**client_options(kafka))
        await admin.start()
        await admin.create_partitions({kafka.topic(EVENTS): NewPartitions(grown)})
        await admin.close()
        (relay,) = [worker for worker in correlate.service.workers if worker.name == "correlate-relay"]

        async def noticed() -> bool:
            """As within half a minute, when the client asks by itself."""
            producer = await relay._sink._routes.lane().producer()
            await producer.client.force_metadata_update()
            return "topics" in await correlate.service.readiness.faults()

        async def marked() -> bool:
            ends = await end_offsets(kafka, EVENTS)
            return len(ends) == grown and min(ends.values()) > 0

        await eventually(noticed)
        await eventually(marked)
        before = await end_offsets(kafka, EVENTS)
        await correlate.add_actor(gt, kind="vehicle", **{**LISTED, "source_id": "2"})

        async def all_again() -> bool:
            ends = await end_offsets(kafka, EVENTS)
            return all(ends[partition] > before[partition] for partition in range(grown))

        await eventually(all_again)


async def test_no_look_back_begins_before_a_marker_has_passed_every_partition_there_is(migrated_url: str) -> None:
    async with tracking(migrated_url) as track:
        await track.list_actor(**LISTED)
        ways: list[int | None] = [None]
        look_back = LookBack(
            track.database,
            SystemClock(),
            bounds=Bounds(TrackPolicy(), 10, 1),
            most_versions=10,
            poll_seconds=1,
            ways=lambda: ways[0],
            wake=nothing,
        )
        await _pass(track.database, range(6))
        assert not await look_back.step()
        ways[0] = 8 * 6
        assert not await look_back.step()
        await _pass(track.database, range(6, 8))
        assert await look_back.step()


async def _pass(database: Database, events_partitions: range) -> None:
    async with database.transaction() as connection:
        await connection.execute(
            text(
                "INSERT INTO correlate.lookback_marker SELECT 1, p, q FROM unnest(:partitions ::int[]) p, generate_series(0, 5) q"
            ),
            {"partitions": list(events_partitions)},
        )
