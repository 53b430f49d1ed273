"""Topics as code: what is declared is made so, again and again with the same result."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from shared.platform.kafka.connection import client_options
from shared.platform.kafka.incremental import SetTopicConfigs
from shared.platform.kafka.topic_plans import Change, PresentTopic, TopicPlan, TopicSpec, plan
from shared.platform.settings import KafkaSettings

__all__ = ["Change", "TopicPlan", "TopicReport", "TopicSpec", "TopicsRefusedError", "Verdict", "apply_topics", "plan_topics"]

_TOPIC_ALREADY_EXISTS = 36
"""Kafka protocol guide, error codes."""
_OF_THE_TOPIC = 1
"""Where a setting comes from, as DescribeConfigs has it: set for the topic, not the cluster's or Kafka's default."""
_VISIBLE_WITHIN_SECONDS = 10.0
_LOOK_AGAIN_SECONDS = 0.02


class Verdict(StrEnum):
    """What became of a declared topic."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    PARTITIONS_DIFFER = "partitions differ"


@dataclass(frozen=True, slots=True)
class TopicReport:
    """One declared topic after applying. Where partition counts differ in a way that cannot be mended, nothing of it was touched."""

    name: str
    verdict: Verdict
    partitions: int
    changed: tuple[str, ...] = ()
    """Names of the settings that were different."""


class TopicsRefusedError(Exception):
    """The broker refused a topic or its settings."""


async def plan_topics(settings: KafkaSettings, specs: Sequence[TopicSpec]) -> list[TopicPlan]:
    """What `apply_topics` would do, in the order given; the broker is asked whether it would take the settings, and nothing changes.

    Raises `TopicsRefusedError`, or the client's KafkaError when no broker answers.
    """
    async with _opened(settings) as cluster:
        plans = await cluster.plans(specs)
        await cluster.carry_out(plans, validate_only=True)
        return plans


async def apply_topics(settings: KafkaSettings, specs: Sequence[TopicSpec]) -> list[TopicReport]:
    """Create what is missing, correct settings that differ and no others, add partitions where that may be; in the order given.

    Raises as `plan_topics` does.
    """
    async with _opened(settings) as cluster:
        plans = await cluster.plans(specs)
        await cluster.carry_out(plans)
        await cluster.until_visible(plans)
        return [_report(each) for each in plans]


def _report(done: TopicPlan) -> TopicReport:
    name, changed = done.spec.name, tuple(change.setting for change in done.changes)
    if done.present is None:
        return TopicReport(name, Verdict.CREATED, done.spec.partitions)
    if done.refused is not None:
        return TopicReport(name, Verdict.PARTITIONS_DIFFER, done.present.partitions)
    verdict = Verdict.CHANGED if changed or done.grows else Verdict.UNCHANGED
    return TopicReport(name, verdict, max(done.spec.partitions, done.present.partitions), changed)


@asynccontextmanager
async def _opened(settings: KafkaSettings) -> AsyncIterator["_Cluster"]:
    admin = AIOKafkaAdminClient(**client_options(settings))
    try:
        await admin.start()
        yield _Cluster(admin, settings)
    finally:
        await admin.close()


class _Cluster:
    """The brokers, asked and told in our words."""

    def __init__(self, admin: AIOKafkaAdminClient, settings: KafkaSettings) -> None:
        self._admin = admin
        self._settings = settings

    async def plans(self, specs: Sequence[TopicSpec]) -> list[TopicPlan]:
        present = await self._present([self._settings.topic(spec.name) for spec in specs])
        factor = self._settings.replication_factor
        return [plan(spec, present.get(self._settings.topic(spec.name)), replication_factor=factor) for spec in specs]

    async def carry_out(self, plans: Sequence[TopicPlan], *, validate_only: bool = False) -> None:
        feasible = [each for each in plans if each.refused is None]
        missing = [each for each in feasible if each.present is None]
        if missing:
            await self._create(missing, validate_only=validate_only)
        for each in feasible:
            if each.grows:
                await self._grow(each, validate_only=validate_only)
        altered = {
            self._settings.topic(each.spec.name): {change.setting: change.new for change in each.changes}
            for each in feasible
            if each.present is not None and each.changes
        }
        if altered:
            await self._alter(altered, validate_only=validate_only)

    async def until_visible(self, plans: Sequence[TopicPlan]) -> None:
        """Wait for what was carried out: the controller has new topics, partitions and settings before the brokers know of them."""
        specs = [each.spec for each in plans if each.refused is None and each.steps]
        try:
            async with asyncio.timeout(_VISIBLE_WITHIN_SECONDS):
                while specs and any(each.steps for each in await self.plans(specs)):  # noqa: ASYNC110 - the broker has no way to tell us
                    await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        except TimeoutError:
            raise TopicsRefusedError("the topics were made as declared, but the brokers do not show it") from None

    async def _shapes(self) -> dict[str, tuple[int, int]]:
        """Partitions and replicas of each topic that is there."""
        return {
            topic["topic"]: (len(topic["partitions"]), min(len(partition["replicas"]) for partition in topic["partitions"]))
            for topic in await self._admin.describe_topics()
            if topic["partitions"] and all(partition["leader"] >= 0 for partition in topic["partitions"])
        }

    async def _present(self, names: Sequence[str]) -> dict[str, PresentTopic]:
        shapes = await self._shapes()
        wanted = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names if name in shapes]
        found: dict[str, PresentTopic] = {}
        for answer in await self._admin.describe_configs(wanted) if wanted else ():
            for code, message, _kind, name, entries in answer.resources:  # type: ignore[attr-defined] # by protocol version
                if code:
                    raise TopicsRefusedError(f"{name}: {message}")
                own = frozenset(entry[0] for entry in entries if entry[3] == _OF_THE_TOPIC)
                found[name] = PresentTopic(*shapes[name], {entry[0]: entry[1] for entry in entries}, own)
        return found

    async def _create(self, plans: Sequence[TopicPlan], *, validate_only: bool) -> None:
        answer = await self._admin.create_topics(
            [
                NewTopic(
                    name=self._settings.topic(each.spec.name),
                    num_partitions=each.spec.partitions,
                    replication_factor=self._settings.replication_factor,
                    topic_configs={change.setting: change.new for change in each.changes},
                )
                for each in plans
            ],
            validate_only=validate_only,
        )
        for topic, code, *message in answer.topic_errors:  # type: ignore[attr-defined] # by protocol version
            if code not in {0, _TOPIC_ALREADY_EXISTS}:
                raise TopicsRefusedError(f"{topic}: {message[0] if message else code}")

    async def _grow(self, grown: TopicPlan, *, validate_only: bool) -> None:
        name = self._settings.topic(grown.spec.name)
        try:
            await self._admin.create_partitions({name: NewPartitions(grown.spec.partitions)}, validate_only=validate_only)
        except KafkaError as error:
            raise TopicsRefusedError(f"{name}: {error}") from error

    async def _alter(self, configs: Mapping[str, Mapping[str, str]], *, validate_only: bool) -> None:
        answer = await self._admin._send_request(SetTopicConfigs(configs, validate_only=validate_only))  # noqa: SLF001 - it has no public way
        for code, message, _kind, name in answer.responses:  # type: ignore[attr-defined] # by protocol version
            if code:
                raise TopicsRefusedError(f"{name}: {message}")
