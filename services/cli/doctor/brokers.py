"""Kafka: whether it answers, whether the topics are as the code declares them, whether somebody has a key."""

from datetime import datetime, timedelta
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from services.cli.doctor.findings import Finding, Ground, fault, ok, warning
from services.cli.key_doors import KeyCommandError, TopicDoor
from services.cli.topics import TopicError, planned
from shared.contracts.topics import KEYS
from shared.platform.kafka.connection import client_options
from shared.platform.kafka.topics import TopicPlan

_APPLY: Final = "`atalaya topics apply` (with --dry-run first)"
_RUNNING_OUT: Final = timedelta(days=7)
_UNCLEAN: Final = "unclean.leader.election.enable"


async def look(ground: Ground) -> list[Finding]:
    """Everything about Kafka; only that it does not answer, where it does not."""
    admin = AIOKafkaAdminClient(**client_options(ground.kafka))
    try:
        await admin.start()
        brokers = (await admin.describe_cluster())["brokers"]
        topics = await admin.describe_topics()
    except (KafkaError, OSError) as error:
        text = f"no broker answers at {ground.kafka.bootstrap_servers} ({type(error).__name__})"
        return [fault("kafka", text, "start Kafka, or set ATALAYA_KAFKA__BOOTSTRAP_SERVERS; nothing else of it was looked at")]
    finally:
        await admin.close()
    found = [ok("kafka", f"{len(brokers)} broker{'s' if len(brokers) > 1 else ''} at {ground.kafka.bootstrap_servers}")]
    found += _copies(ground, topics)
    found += await _topics(ground)
    if any(topic["topic"] == ground.kafka.topic(KEYS) for topic in topics):
        found += await _keys(ground)
    return found


def _copies(ground: Ground, topics: list[dict[str, Any]]) -> list[Finding]:
    """Partitions without a leader, or with a copy that is behind."""
    found = []
    for topic in topics:
        if not topic["topic"].startswith(f"{ground.kafka.topic_prefix}atalaya."):
            continue
        headless = sum(partition["leader"] < 0 for partition in topic["partitions"])
        behind = sum(len(partition["isr"]) < len(partition["replicas"]) for partition in topic["partitions"])
        if headless:
            found.append(fault("kafka", f"{topic['topic']}: {headless} partitions have no leader", "bring their brokers back"))
        elif behind:
            todo = "look at the brokers that hold the copies; one more lost may stop acknowledgements"
            found.append(warning("kafka", f"{topic['topic']}: {behind} partitions lack a copy in sync", todo))
    return found


async def _topics(ground: Ground) -> list[Finding]:
    try:
        plans = await planned(ground.kafka)
    except TopicError as error:
        return [fault("topics", str(error), "look at the broker's log")]
    found = [finding for plan in plans for finding in _topic(plan)]
    good = len(plans) - len({plan.spec.name for plan in plans if list(_topic(plan))})
    summary = f"{good} of {len(plans)} are as declared"
    return [*([ok("topics", summary)] if good == len(plans) else []), *found]


def _topic(plan: TopicPlan) -> list[Finding]:
    name = plan.spec.name
    if plan.refused is not None:
        todo = f"copy {name} into a topic with {plan.spec.partitions} partitions, or empty the installation"
        return [fault("topics", f"{name}: {plan.refused}", todo)]
    if plan.present is None:
        return [fault("topics", f"{name} is missing", _APPLY)]
    found = [
        fault("topics", f"{name}: {change.setting} is {change.old} instead of {change.new}", _APPLY) for change in plan.changes
    ]
    if plan.grows:
        todo = f"{_APPLY} adds them"
        found.append(
            warning("topics", f"{name} has {plan.present.partitions} partitions instead of {plan.spec.partitions}", todo)
        )
    if plan.present.configs.get(_UNCLEAN) == "true":
        todo = f"set it to false: {name} may lose what was acknowledged when a broker dies"
        found.append(fault("topics", f"{name}: {_UNCLEAN} is true", todo))
    return found


async def _keys(ground: Ground) -> list[Finding]:
    """Whether anybody may do anything, and for how long."""
    create = "`atalaya keys create --bootstrap HOST:PORT --scope admin …`"
    try:
        keys = await TopicDoor(ground.kafka).list()
    except KeyCommandError as error:
        return [fault("keys", str(error), _APPLY)]
    now = ground.clock.now()
    good = [key for key in keys if key["revoked_at"] is None and _moment(key) > now]
    admins = [key for key in good if "admin" in key["scopes"]]
    if not admins:
        return [fault("keys", f"{len(good)} good keys, none with the scope admin", create)]
    found = [ok("keys", f"{len(good)} good keys, {len(admins)} with the scope admin")]
    ending = [key for key in good if _moment(key) < now + _RUNNING_OUT]
    return found + [
        warning(
            "keys", f"{key['id']} of {key['agency']} expires {key['expires_at']}", "make another, and hand it over before then"
        )
        for key in ending
    ]


def _moment(key: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(key["expires_at"])
