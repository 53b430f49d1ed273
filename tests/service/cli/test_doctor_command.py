"""The doctor, on real engines: it finds what is wrong, says what to do, and is silent about what is right."""

import asyncio
import contextlib
import dataclasses
import json
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from services import notify
from services.cli.doctor import host
from services.cli.doctor.command import examine
from services.cli.doctor.findings import Finding, Ground, Level
from services.cli.key_doors import TopicDoor
from services.cli.topics import declared, make_topics
from shared.contracts.topics import EVENTS, RAW_SEIZURES, SIGHTINGS
from shared.platform.clock import SystemClock
from shared.platform.http.app import create_app
from shared.platform.http.server import HttpServer
from shared.platform.http.settings import HttpSettings
from shared.platform.kafka.messages import Message
from shared.platform.kafka.producer import KafkaProducer
from shared.platform.kafka.topics import apply_topics
from shared.platform.readiness import Readiness
from shared.platform.settings import KafkaSettings
from tests.service.cli.conftest import Atalaya


@pytest.fixture
async def ground(kafka_of_test: KafkaSettings, migrated_url: str, tmp_path: Path) -> Ground:
    """Everything as it should be, without a service."""
    await make_topics(kafka_of_test)
    await TopicDoor(kafka_of_test).create({"agency": "ADMIN", "nation": "GT", "scopes": ["admin"], "expires": "90d"})
    return Ground(kafka_of_test, migrated_url, {}, tmp_path, lag_records=10)


async def bad(ground: Ground) -> list[Finding]:
    return [found for found in await examine(ground) if found.level is not Level.OK and found.check != "services"]


@contextlib.asynccontextmanager
async def service(readiness: Readiness) -> AsyncIterator[str]:
    """Something that answers `/readyz`."""
    stop = asyncio.Event()
    server = HttpServer(create_app("T", [], settings=HttpSettings(), readiness=readiness), HttpSettings())
    port = server.bind()
    async with asyncio.TaskGroup() as group:
        group.create_task(server.run(stop))
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            stop.set()


def run_sql(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


async def test_where_all_is_well_it_says_so_and_ends_with_0(
    ground: Ground, migrated_url: str, atalaya: Atalaya, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATALAYA_DATABASE__URL", migrated_url)
    async with service(Readiness()) as address:
        arguments = ("--ingest", address, "--var", str(ground.var))
        said = await asyncio.to_thread(atalaya, "doctor", *arguments)
        shown = json.loads((await asyncio.to_thread(atalaya, "doctor", "--json", *arguments)).stdout)
    assert said.returncode == 0, said.stdout
    assert all(line.startswith("ok ") for line in said.stdout.splitlines())
    assert shown["ok"], shown
    assert {found["check"] for found in shown["findings"]} == {
        "kafka", "topics", "keys", "database", "clocks", "schemas", "disk", "services", "consumers",
    }  # fmt: skip


async def test_what_is_away_is_named_and_the_rest_is_looked_at_all_the_same(
    atalaya: Atalaya, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ATALAYA_KAFKA__BOOTSTRAP_SERVERS", "127.0.0.1:1")
    monkeypatch.setenv("ATALAYA_DATABASE__URL", "postgresql://u:hunter2@127.0.0.1:1/x")
    said = atalaya("doctor", "--ingest", "http://127.0.0.1:1", "--var", str(tmp_path))
    assert said.returncode == 1
    for start in (
        "fault   kafka      no broker answers",
        "fault   database   it does not answer",
        "fault   services   ingest does not",
    ):
        assert start in said.stdout
    assert "ok      disk" in said.stdout
    assert all(" → " in line for line in said.stdout.splitlines() if not line.startswith("ok "))
    assert "hunter2" not in said.stdout + said.stderr
    assert said.stderr == ""


async def test_topics_that_are_not_as_declared_are_named(ground: Ground) -> None:
    events = next(spec for spec in declared() if spec.name == EVENTS)
    await apply_topics(ground.kafka, [dataclasses.replace(events, retention=timedelta(days=1))])
    (found,) = await bad(ground)
    assert (found.level, found.check) == (Level.FAULT, "topics")
    assert found.text == f"{EVENTS}: retention.ms is 86400000 instead of 2592000000"
    assert "atalaya topics apply" in (found.todo or "")


async def test_a_missing_topic_and_a_lack_of_partitions_are_told_apart(kafka_of_test: KafkaSettings, tmp_path: Path) -> None:
    raw = next(spec for spec in declared() if spec.name == RAW_SEIZURES)
    await apply_topics(kafka_of_test, [dataclasses.replace(raw, partitions=1)])
    ground = Ground(kafka_of_test, None, {}, tmp_path, 10)
    texts = {found.text: found.level for found in await examine(ground)}
    assert texts[f"{RAW_SEIZURES} has 1 partitions instead of 3"] is Level.WARNING
    assert texts[f"{EVENTS} is missing"] is Level.FAULT


async def test_a_schema_behind_or_ahead_of_this_release_is_a_fault(ground: Ground, migrated_url: str) -> None:
    run_sql(migrated_url, "UPDATE notify.alembic_version SET version_num = '0001'")
    run_sql(migrated_url, "UPDATE correlate.alembic_version SET version_num = '9999'")
    newest = max(path.name[:4] for path in (Path(notify.__file__).parent / "migrations" / "versions").glob("[0-9]*.py"))
    assert [(found.text, found.todo) for found in await bad(ground)] == [
        ("correlate is at 9999, which this release does not know", "run the newer release, or restore a backup"),
        (f"notify is at 0001 instead of {newest}", "`atalaya migrate`"),
    ]


class Late:
    """A machine's clock that is an hour behind."""

    def now(self) -> datetime:
        return SystemClock().now() - timedelta(hours=1)


async def test_a_clock_that_is_off_is_a_fault(ground: Ground) -> None:
    async with service(Readiness()) as address:
        found = await bad(dataclasses.replace(ground, clock=Late(), services={"ingest": address}))
    ours, theirs = (finding.text for finding in found)
    assert ours == "the database's clock is 3600.0 s ahead of this machine's"
    assert theirs in {f"ingest's clock is {seconds} s off this machine's" for seconds in (3599, 3600)}


async def test_what_a_service_says_of_itself_is_handed_on_with_what_to_do(ground: Ground) -> None:
    readiness = Readiness()
    readiness.register("consumer atalaya.track", lambda: "atalaya.sightings/3 halted: 100 dead letters in a row")
    readiness.register_note("consumer atalaya.ingest", lambda: "nearly all from GT-SAT is buried")
    async with service(readiness) as address:
        found = await examine(dataclasses.replace(ground, services={"correlate": address}))
    halted, noted = (finding for finding in found if finding.check == "services")
    assert (halted.level, noted.level) == (Level.FAULT, Level.WARNING)
    assert "atalaya.sightings/3 halted" in halted.text
    assert "atalaya dlq list" in (halted.todo or "")
    assert "GT-SAT" in noted.text


async def test_consumers_that_are_behind_stand_still_or_halt_are_told_apart(ground: Ground, migrated_url: str) -> None:
    async with KafkaProducer(ground.kafka) as producer:
        assert not any(await producer.send_many([Message(SIGHTINGS, b"x", partition=number % 2) for number in range(40)]))

    def place(partition: int, offset: int, moved: str) -> str:
        values = f"('track', '{SIGHTINGS}', {partition}, {offset}, now() - interval '{moved}')"
        return f"INSERT INTO correlate.consumer_offset (consumer, topic, partition, next_offset, advanced_at) VALUES {values}"

    async def told() -> list[str]:
        return [found.text for found in await bad(ground) if found.check == "consumers"]

    run_sql(migrated_url, place(0, 5, "0 s"))
    assert await told() == ["track is 15 records behind"]
    run_sql(migrated_url, place(1, 10, "5 min"))
    (said,) = await told()
    assert re.fullmatch(r"track: 25 records wait, and none was handled for 30\d s", said), said
    run_sql(migrated_url, "UPDATE correlate.consumer_offset SET next_offset = 25 WHERE partition = 0")
    assert await told() == [f"track halts at {SIGHTINGS}/0: it is 5 beyond the end: the topic was made anew, or lost its end"]


async def test_no_admin_key_and_one_that_ends_soon_are_told(kafka_of_test: KafkaSettings, tmp_path: Path) -> None:
    await make_topics(kafka_of_test)
    await TopicDoor(kafka_of_test).create({"agency": "GT-SAT", "nation": "GT", "scopes": ["events:write"], "expires": "2d"})
    ground = Ground(kafka_of_test, None, {}, tmp_path, 10)

    async def told() -> list[tuple[Level, Any]]:
        return [(found.level, found.text) for found in await examine(ground) if found.check == "keys"]

    ((level, text),) = await told()
    assert (level, text) == (Level.FAULT, "1 good keys, none with the scope admin")
    await TopicDoor(kafka_of_test).create({"agency": "ADMIN", "nation": "GT", "scopes": ["admin"], "expires": "90d"})
    _, (soon, expiring) = await told()
    assert soon is Level.WARNING
    assert " of GT-SAT expires " in expiring


async def test_little_room_on_the_disk_is_told_before_it_is_too_late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ground = Ground(KafkaSettings(), None, {}, tmp_path, 10)
    monkeypatch.setattr(host, "NEEDED_BYTES", 2**60)
    (full,) = host.look(ground)
    monkeypatch.setattr(host, "NEEDED_BYTES", 0)
    (roomy,) = host.look(ground)
    assert (full.level, roomy.level) == (Level.FAULT, Level.OK)
