"""Where each consumer is, and moving it: never behind its back, never without a record of what is passed over."""

import asyncio
import json
from typing import Any, cast
from uuid import UUID, uuid4

import psycopg
import pytest

from services.cli.topics import make_topics
from shared.contracts.topics import RAW_BORDER_CROSSINGS, SIGHTINGS
from shared.platform.kafka.messages import Message
from shared.platform.kafka.producer import KafkaProducer
from shared.platform.settings import KafkaSettings
from tests.service.cli.conftest import Atalaya
from tests.support.ingest_service import make_key, running


@pytest.fixture
async def track(kafka_of_test: KafkaSettings, migrated_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Thirty sightings on partition 0, ten of them handled by `track`; the database's address."""
    monkeypatch.setenv("ATALAYA_DATABASE__URL", migrated_url)
    await make_topics(kafka_of_test)
    async with KafkaProducer(kafka_of_test) as producer:
        assert not any(await producer.send_many([Message(SIGHTINGS, b"x", partition=0)] * 30))
    stored(migrated_url, 10)
    return migrated_url


def stored(url: str, offset: int | None = None) -> int:
    with psycopg.connect(url, autocommit=True) as connection:
        if offset is not None:
            connection.execute("DELETE FROM correlate.consumer_offset")
            connection.execute(
                "INSERT INTO correlate.consumer_offset (consumer, topic, partition, next_offset) VALUES ('track', %s, 0, %s)",
                (SIGHTINGS, offset),
            )
        row = connection.execute("SELECT next_offset FROM correlate.consumer_offset").fetchone()
    assert row is not None
    return int(row[0])


def noted(url: str, topic_id: UUID | None = None) -> UUID | None:
    """Which topic the stored offset is of; another one when it is given."""
    with psycopg.connect(url, autocommit=True) as connection:
        if topic_id is not None:
            connection.execute("UPDATE correlate.consumer_offset SET topic_id = %s", (topic_id,))
        row = connection.execute("SELECT topic_id FROM correlate.consumer_offset").fetchone()
    assert row is not None
    return cast("UUID | None", row[0])


def gaps(atalaya: Atalaya) -> list[dict[str, Any]]:
    return [letter for letter in json.loads(atalaya("dlq", "list", "--json").stdout) if letter["kind"] == "gap"]


async def test_every_place_is_shown_and_one_that_the_topic_does_not_hold_is_a_fault(track: str, atalaya: Atalaya) -> None:
    said = atalaya("offsets", "show", "--json")
    assert said.returncode == 0, said.stderr
    shown = {(row["consumer"], row["topic"], row["partition"]): row for row in json.loads(said.stdout)}
    assert {key: shown["track", SIGHTINGS, 0][key] for key in ("stored", "first", "end", "lag", "broken")} == {
        "stored": 10, "first": 0, "end": 30, "lag": 20, "broken": None,
    }  # fmt: skip
    assert len([place for place in shown if place[0] == "ingest"]) == 9
    stored(track, 31)
    beyond = atalaya("offsets", "show")
    assert beyond.returncode == 1
    assert "HALTS: it is 1 beyond the end" in beyond.stdout


async def test_going_forward_keeps_what_is_passed_over_among_the_dead_letters(track: str, atalaya: Atalaya) -> None:
    asked = atalaya("offsets", "reset", "track", SIGHTINGS, "0", "--to", "25")
    assert asked.returncode == 2, "nobody said yes"
    assert "15 records, 10 to 24, will not be handled" in asked.stderr
    assert (stored(track), gaps(atalaya)) == (10, [])
    assert atalaya("offsets", "reset", "track", SIGHTINGS, "0", "--to", "25", "--yes").returncode == 0
    assert stored(track) == 25
    (gap,) = gaps(atalaya)
    assert (gap["topic"], gap["partition"], gap["offset"], gap["service"]) == (SIGHTINGS, 0, 10, "track")
    assert gap["reason"] == "15 records passed over by an operator"
    assert atalaya("dlq", "replay", "--all").returncode == 1


async def test_going_back_and_out_of_a_halt(track: str, atalaya: Atalaya) -> None:
    stored(track, 99)
    assert atalaya("offsets", "reset", "track", SIGHTINGS, "0", "--to", "first", "--yes").returncode == 0
    assert (stored(track), gaps(atalaya)) == (0, [])
    assert atalaya("offsets", "reset", "track", SIGHTINGS, "0", "--to", "end", "--yes").returncode == 0
    assert stored(track) == 30


async def test_an_offset_of_a_topic_that_was_made_anew_is_a_fault_until_it_is_moved(track: str, atalaya: Atalaya) -> None:
    assert atalaya("offsets", "show").returncode == 0, "which topic it is of is not noted yet"
    old = noted(track, uuid4())
    shown = atalaya("offsets", "show")
    assert shown.returncode == 1
    assert "at 10 of 0..30, 30 wait" in shown.stdout
    assert "HALTS: it is of another topic of this name: the topic was made anew" in shown.stdout
    moved = atalaya("offsets", "reset", "track", SIGHTINGS, "0", "--to", "20", "--yes")
    assert "20 records, 0 to 19, will not be handled" in moved.stderr
    assert stored(track) == 20
    new = noted(track)
    assert new not in {None, old}
    assert atalaya("offsets", "show").returncode == 0
    noted(track, old)
    assert "all that the new topic holds" in atalaya("offsets", "reset", "track", SIGHTINGS, "0", "--to", "first", "--yes").stderr
    assert (stored(track), noted(track)) == (0, new)
    assert [(gap["offset"], gap["reason"]) for gap in gaps(atalaya)] == [(0, "20 records passed over by an operator")]


async def test_places_are_shown_of_a_schema_that_is_not_migrated_yet(track: str, atalaya: Atalaya) -> None:
    with psycopg.connect(track, autocommit=True) as connection:
        connection.execute("ALTER TABLE correlate.consumer_offset DROP COLUMN topic_id")
    shown = atalaya("offsets", "show")
    assert shown.returncode == 0
    assert "at 10 of 0..30, 20 wait" in shown.stdout


async def test_a_place_that_is_not_there_and_an_offset_that_the_topic_does_not_hold_are_refused(
    track: str, atalaya: Atalaya
) -> None:
    assert atalaya("offsets", "reset", "track", SIGHTINGS, "5", "--to", "first", "--yes").returncode == 3
    refused = atalaya("offsets", "reset", "track", SIGHTINGS, "0", "--to", "31", "--yes")
    assert refused.returncode == 2
    assert "holds 0 to 30" in refused.stderr
    assert stored(track) == 10


async def test_a_consumer_that_is_at_work_is_not_moved_behind_its_back(
    kafka_of_test: KafkaSettings, track: str, atalaya: Atalaya
) -> None:
    token = await make_key(kafka_of_test)
    arguments = ("offsets", "reset", "ingest", RAW_BORDER_CROSSINGS, "0", "--to", "first", "--yes")
    async with running(kafka_of_test, token=token):
        refused = await asyncio.to_thread(atalaya, *arguments)
    assert refused.returncode == 1
    assert "end every ingest first" in refused.stderr
    assert atalaya(*arguments).returncode == 0
