import dataclasses
import json

from services.cli.topics import declared
from shared.contracts.topics import EVENTS, RAW_SEIZURES, TOPICS
from shared.platform.kafka.topics import apply_topics
from shared.platform.settings import KafkaSettings
from tests.service.cli.conftest import Atalaya


async def test_a_dry_run_says_what_apply_would_do_and_then_apply_does_it(kafka_of_test: KafkaSettings, atalaya: Atalaya) -> None:
    raw = next(spec for spec in declared() if spec.name == RAW_SEIZURES)
    await apply_topics(kafka_of_test, [dataclasses.replace(raw, partitions=1, max_message_bytes=2000)])
    said = atalaya("topics", "apply", "--dry-run")
    assert said.returncode == 0, said.stderr
    lines = said.stdout.splitlines()
    assert f"{RAW_SEIZURES}: grow from 1 to 3 partitions" in lines
    assert f"{RAW_SEIZURES}: change max.message.bytes from 2000 to 1048576" in lines
    assert sum(": create with " in line for line in lines) == len(TOPICS) - 1
    again = json.loads(atalaya("topics", "apply", "--dry-run", "--json").stdout)
    assert [len(topic["steps"]) for topic in again] == [2 if topic.name == RAW_SEIZURES else 1 for topic in TOPICS]
    done = atalaya("topics", "apply")
    assert done.returncode == 0, done.stderr
    after = atalaya("topics", "apply", "--dry-run")
    assert after.stdout.splitlines() == [f"{topic.name}: nothing to do" for topic in TOPICS]


async def test_what_could_not_be_undone_is_refused_before_anything_is_touched(
    kafka_of_test: KafkaSettings, atalaya: Atalaya
) -> None:
    events = next(spec for spec in declared() if spec.name == EVENTS)
    await apply_topics(kafka_of_test, [dataclasses.replace(events, partitions=8)])
    said = atalaya("topics", "apply", "--dry-run")
    assert said.returncode == 1
    assert f"{EVENTS}: refuse: it has 8 partitions instead of 6, and Kafka cannot take any away" in said.stdout
    refused = atalaya("topics", "apply")
    assert refused.returncode == 1
    assert "Nothing was touched." in refused.stderr
    left = json.loads(atalaya("topics", "apply", "--dry-run", "--json").stdout)
    assert sum(topic["steps"][0].startswith("create") for topic in left if topic["steps"]) == len(TOPICS) - 1
