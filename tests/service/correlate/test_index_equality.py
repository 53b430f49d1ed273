"""Every screener has the list that the database has: one that was there, one that was away, one that joins when the topic is compacted."""

import asyncio
from collections.abc import Sequence

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.structs import TopicPartition

from services.cli.doctor import equality
from services.cli.doctor.equality import Held, judged
from services.cli.doctor.findings import Ground, Level
from services.correlate.index_feed import IndexFeed
from services.correlate.store.equality import LIST_DIGEST
from services.correlate.store.messages import entry_messages
from shared.contracts.topics import WATCHLIST
from shared.contracts.vocabulary import EntryState
from shared.contracts.watchlist import ActorEntry
from shared.platform.http.server import HttpServer
from shared.platform.http.settings import HttpSettings
from shared.platform.kafka.client import open_consumer
from shared.platform.kafka.messages import Message
from shared.platform.kafka.producer import KafkaProducer
from shared.platform.readiness import Readiness
from shared.platform.settings import KafkaSettings
from tests.support.correlate import listed
from tests.support.correlate_station import Opened, eventually
from tests.support.kafka_fakes import running

EAGER = {
    "cleanup.policy": "compact",
    "segment.ms": "50",
    "min.cleanable.dirty.ratio": "0.01",
    "max.compaction.lag.ms": "1",
    "delete.retention.ms": "0",
}
"""A topic whose records are compacted, and its deletions gone, as soon as the broker comes by."""


async def test_every_screener_has_what_the_database_has_and_the_doctor_sees_when_not(opened: Opened) -> None:
    async with opened() as correlate:
        gt = await correlate.key("GT")
        made = [await correlate.add_actor(gt, **listing(number)) for number in range(8)]
        for one in made[:3]:
            path = f"/v1/watchlist/actors/{one['entry_id']}?why=over"
            assert (await correlate.client.delete(path, headers=gt)).is_success
        await correlate.client.put(f"/v1/watchlist/actors/{made[5]['entry_id']}", headers=gt, json=listing(5, severity="high"))
        [version, entries, digest] = (await correlate.rows(LIST_DIGEST))[0]

        async def state() -> dict[str, object]:
            found: dict[str, object] = (await correlate.get("/v1/screen/index", gt)).json()
            return found

        async def there() -> bool:
            return (await state())["list_version"] == version

        await eventually(there)
        assert await state() == {"list_version": 12, "entries": entries, "digest": f"{digest:013x}"}
        assert entries == 5
        late = IndexFeed(correlate.settings.kafka, Readiness())
        async with running(late.worker):
            await late.ready.wait()
            assert late.index.digest == f"{digest:013x}"
        assert [found.level for found in await _doctor(correlate)] == [Level.OK]
        await correlate.rows(
            f"UPDATE correlate.entry SET version = version + 1 WHERE entry_id = '{made[7]['entry_id']}' RETURNING 1"
        )
        assert [found.level for found in await _doctor(correlate)] == [Level.FAULT]


def listing(number: int, **body: object) -> dict[str, object]:
    identifiers = {"plate": f"C{number:03}BCD", "country": "GT"}
    return {"kind": "vehicle", "source": "own", "source_id": str(number), "identifiers": identifiers, **body}


async def _doctor(correlate: object) -> list[object]:
    stop = asyncio.Event()
    server = HttpServer(correlate.client._transport.app, HttpSettings())
    port = server.bind()
    url = correlate.settings.database.url.get_secret_value()
    ground = Ground(correlate.settings.kafka, url, {"correlate": f"http://127.0.0.1:{port}"}, None, lag_records=10)
    async with asyncio.TaskGroup() as group:
        group.create_task(server.run(stop))
        try:
            return await equality.look(ground)
        finally:
            stop.set()


def test_the_doctor_names_both_where_they_differ() -> None:
    finding = judged(Held(7, 3, 0xAB), Held(7, 4, 0xCD))
    assert finding.level is Level.FAULT
    assert finding.text == (
        "the index holds 3 entries at version 7, digest 00000000000ab; the database 4 entries at version 7, digest 00000000000cd"
    )


def changes() -> list[ActorEntry]:
    """A list in which most entries change often, some end, some are deleted, and one of those is listed again."""
    made = []
    for version in range(1, 9):
        for number in range(1, 21):
            state = EntryState.ACTIVE
            if version == 8 and number % 5 == 0:
                state = EntryState.REVOKED
            elif version == 7 and number % 4 == 0:
                state = EntryState.DELETED
            if version == 8 and number % 8 == 0:
                continue
            entry = listed(f"Nazario Xicay {number}", number, version=version, list_version=len(made) + 1)
            made.append(entry.model_copy(update={"state": state}))
    return made


@pytest.mark.timeout(90)
async def test_who_joins_a_compacted_list_has_what_who_was_there_has(kafka: str, topic_prefix: str) -> None:
    settings = KafkaSettings(bootstrap_servers=kafka, topic_prefix=topic_prefix, poll_timeout_seconds=0.2)
    await _make(settings)
    made = changes()
    there, away = IndexFeed(settings, Readiness()), IndexFeed(settings, Readiness())
    async with KafkaProducer(settings) as producer, running(there.worker, within=60):
        async with running(away.worker):
            await _send(producer, [message for entry in made[:40] for message in entry_messages(entry)])
            await away.reached(40)
        sent = [message for entry in made[40:] for message in entry_messages(entry)]
        for start in range(0, len(sent), 30):
            await _send(producer, sent[start : start + 30])
        await there.reached(len(made))
        await eventually(lambda: _compacted(settings), seconds=60)
        late = IndexFeed(settings, Readiness())
        async with running(late.worker), running(away.worker):
            await late.reached(len(made))
            await away.reached(len(made))
            for one in (late, away):
                assert (one.index.digest, one.list_version) == (there.index.digest, there.list_version)
                assert one.index.content() == there.index.content()
    assert len(there.index) == 14


async def _make(settings: KafkaSettings) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap_servers)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(settings.topic(WATCHLIST), 1, 1, topic_configs=EAGER)])
    finally:
        await admin.close()


async def _send(producer: KafkaProducer, messages: Sequence[Message]) -> None:
    assert not any(await producer.send_many(messages))


async def _compacted(settings: KafkaSettings) -> bool:
    """Whether the broker has taken out what is of no use: nothing but the last segment may hold a key twice."""
    consumer = await open_consumer(settings, group=None)
    partition = TopicPartition(settings.topic(WATCHLIST), 0)
    try:
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        end = (await consumer.end_offsets([partition]))[partition]
        held = 0
        while await consumer.position(partition) < end:
            held += sum(len(records) for records in (await consumer.getmany(timeout_ms=200)).values())
        return held < end // 2
    finally:
        await consumer.stop()
