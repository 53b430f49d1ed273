"""Topics as code, on a real broker."""

from datetime import timedelta

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from shared.platform.kafka.topics import TopicSpec, TopicsRefusedError, Verdict, apply_topics, plan_topics
from shared.platform.settings import KafkaSettings

THREE_DAYS = TopicSpec("declared", 2, timedelta(days=3))
FIVE_DAYS = TopicSpec("declared", 2, timedelta(days=5))


async def give(settings: KafkaSettings, spec: TopicSpec, **own: str) -> None:
    """What an operator does with the cluster's own tools."""
    configs = spec.configs() | {name.replace("_", "."): value for name, value in own.items()}
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap_servers)
    await admin.start()
    try:
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, settings.topic(spec.name), configs)])
    finally:
        await admin.close()


async def configs_of(settings: KafkaSettings, name: str) -> dict[str, str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap_servers)
    await admin.start()
    try:
        (answer,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, settings.topic(name))])
        return {entry[0]: entry[1] for entry in answer.resources[0][4]}
    finally:
        await admin.close()


async def test_retention_of_a_declared_topic_is_applied_again_after_somebody_changed_it(settings: KafkaSettings) -> None:
    (created,) = await apply_topics(settings, [THREE_DAYS])
    (same,) = await apply_topics(settings, [THREE_DAYS])
    (changed,) = await apply_topics(settings, [FIVE_DAYS])
    assert (created.verdict, same.verdict, changed.verdict) == (Verdict.CREATED, Verdict.UNCHANGED, Verdict.CHANGED)
    assert changed.changed == ("retention.ms",)
    assert (await configs_of(settings, "declared"))["retention.ms"] == str(5 * 86_400_000)


async def test_what_an_operator_set_beside_our_settings_stays(settings: KafkaSettings) -> None:
    await apply_topics(settings, [THREE_DAYS])
    await give(settings, THREE_DAYS, segment_ms="7200000", min_insync_replicas="2")
    (plan,) = await plan_topics(settings, [FIVE_DAYS])
    assert plan.kept == {"segment.ms": "7200000"}
    await apply_topics(settings, [FIVE_DAYS])
    found = await configs_of(settings, "declared")
    assert (found["retention.ms"], found["segment.ms"]) == (str(5 * 86_400_000), "7200000")
    assert found["min.insync.replicas"] == "2", "how many copies an acknowledgement means is never lowered"


async def test_a_plan_says_from_what_to_what_and_changes_nothing(settings: KafkaSettings) -> None:
    await apply_topics(settings, [THREE_DAYS])
    new = TopicSpec("new", 4, timedelta(days=1))
    changed, created = await plan_topics(settings, [FIVE_DAYS, new])
    assert changed.steps == ("change retention.ms from 259200000 to 432000000",)
    assert created.steps[0].startswith("create with 4 partitions, cleanup.policy=delete retention.ms=86400000 ")
    again = await plan_topics(settings, [FIVE_DAYS, new])
    assert [plan.steps for plan in again] == [changed.steps, created.steps]


async def test_a_plan_asks_the_broker_whether_it_would(settings: KafkaSettings) -> None:
    await apply_topics(settings, [THREE_DAYS])
    with pytest.raises(TopicsRefusedError, match=r"max\.message\.bytes"):
        await plan_topics(settings, [TopicSpec("declared", 2, timedelta(days=3), max_message_bytes=-1)])
    with pytest.raises(TopicsRefusedError, match="eplication"):
        await plan_topics(settings.model_copy(update={"replication_factor": 5}), [TopicSpec("new", 1, None)])


@pytest.mark.parametrize(("partitions", "why"), [(1, "cannot take any away"), (7, "would move keys")])
async def test_what_could_not_be_undone_is_refused_and_nothing_of_the_topic_is_touched(
    settings: KafkaSettings, partitions: int, why: str
) -> None:
    await apply_topics(settings, [THREE_DAYS])
    other = TopicSpec("declared", partitions, timedelta(days=5))
    (plan,) = await plan_topics(settings, [other])
    (report,) = await apply_topics(settings, [other])
    assert why in (plan.refused or "")
    assert (report.verdict, report.partitions) == (Verdict.PARTITIONS_DIFFER, 2)
    assert (await configs_of(settings, "declared"))["retention.ms"] == str(3 * 86_400_000)


async def test_where_keys_may_move_partitions_are_added_and_an_operators_more_are_left(settings: KafkaSettings) -> None:
    await apply_topics(settings, [TopicSpec("raw", 2, None, may_grow=True)])
    (plan,) = await plan_topics(settings, [TopicSpec("raw", 3, None, may_grow=True)])
    assert plan.steps == ("grow from 2 to 3 partitions",)
    (grown,) = await apply_topics(settings, [TopicSpec("raw", 3, None, may_grow=True)])
    (left,) = await apply_topics(settings, [TopicSpec("raw", 2, None, may_grow=True)])
    assert (grown.verdict, grown.partitions, left.verdict, left.partitions) == (Verdict.CHANGED, 3, Verdict.UNCHANGED, 3)
