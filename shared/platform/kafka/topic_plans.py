"""What would have to be done so that topics are as they are declared; decided before anything is touched."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from shared.platform.kafka.connection import milliseconds

_FUTURE_STAMPS = timedelta(hours=1)
"""A record stamped in the future would keep its segment for ever; past that the broker refuses it."""
MIN_INSYNC: Final = "min.insync.replicas"


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A topic as it is to be. `retention` None: for ever. `may_grow`: nobody relies on which partition a key is in."""

    name: str
    partitions: int
    retention: timedelta | None
    compacted: bool = False
    tombstones_kept: timedelta = timedelta(days=7)
    max_message_bytes: int = 1_048_576
    log_append_time: bool = True
    may_grow: bool = False

    def configs(self) -> dict[str, str]:
        """Its settings in Kafka's words."""
        found = {
            "cleanup.policy": "compact" if self.compacted else "delete",
            "retention.ms": "-1" if self.retention is None else _ms(self.retention),
            "max.message.bytes": str(self.max_message_bytes),
            "message.timestamp.type": "LogAppendTime" if self.log_append_time else "CreateTime",
        }
        if not self.log_append_time:
            found["message.timestamp.after.max.ms"] = _ms(_FUTURE_STAMPS)
        if self.compacted:
            found["delete.retention.ms"] = _ms(self.tombstones_kept)
            found["min.cleanable.dirty.ratio"] = "0.1"
        return found


@dataclass(frozen=True, slots=True)
class PresentTopic:
    """A topic as it is: `configs` are all its settings, `own` the names of those that were set for it."""

    partitions: int
    replicas: int
    configs: Mapping[str, str]
    own: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Change:
    """One setting that differs."""

    setting: str
    old: str | None
    new: str


@dataclass(frozen=True, slots=True)
class TopicPlan:
    """What is to be done with one topic, or why it is not."""

    spec: TopicSpec
    present: PresentTopic | None
    changes: tuple[Change, ...] = ()
    kept: Mapping[str, str] = field(default_factory=dict)
    """Settings that an operator gave the topic beside ours; they stay."""
    refused: str | None = None
    """Why nothing can be done: it could not be undone, or would break what is there."""

    @property
    def grows(self) -> bool:
        """Whether partitions are added."""
        return self.refused is None and self.present is not None and self.present.partitions < self.spec.partitions

    @property
    def steps(self) -> tuple[str, ...]:
        """In words, one a step; empty when all is as declared."""
        if self.refused is not None:
            return (f"refuse: {self.refused}",)
        if self.present is None:
            settings = " ".join(f"{change.setting}={change.new}" for change in self.changes)
            return (f"create with {self.spec.partitions} partitions, {settings}",)
        grown = (f"grow from {self.present.partitions} to {self.spec.partitions} partitions",) if self.grows else ()
        return grown + tuple(f"change {change.setting} from {change.old} to {change.new}" for change in self.changes)


def plan(spec: TopicSpec, present: PresentTopic | None, *, replication_factor: int) -> TopicPlan:
    """Compare what is declared with what is there (None: nothing; it is made with so many replicas)."""
    replicas = replication_factor if present is None else present.replicas
    wanted = spec.configs() | {MIN_INSYNC: "2" if replicas > 2 else "1"}  # noqa: PLR2004 - see _is_met
    if present is None:
        return TopicPlan(spec, None, tuple(Change(name, None, value) for name, value in wanted.items()))
    differing = sorted(name for name, value in wanted.items() if not _is_met(name, value, present.configs.get(name)))
    changes = tuple(Change(name, present.configs.get(name), wanted[name]) for name in differing)
    kept = {name: present.configs[name] for name in sorted(present.own) if name not in wanted}
    return TopicPlan(spec, present, changes, kept, _refusal(spec, present.partitions))


def _is_met(name: str, wanted: str, found: str | None) -> bool:
    """With three copies an acknowledgement must mean that two have it: Kafka's default of one would lose it with its broker. More is
    an operator's choice and never lowered.
    """
    if name == MIN_INSYNC and found is not None and found.isdigit():
        return int(found) >= int(wanted)
    return found == wanted


def _refusal(spec: TopicSpec, partitions: int) -> str | None:
    if partitions == spec.partitions or (spec.may_grow and partitions > spec.partitions):
        return None
    if partitions > spec.partitions:
        return f"it has {partitions} partitions instead of {spec.partitions}, and Kafka cannot take any away"
    if spec.may_grow:
        return None
    return (
        f"it has {partitions} partitions instead of {spec.partitions}; adding some would move keys, break the order of what they name, and "
        "could not be undone"
    )


def _ms(duration: timedelta) -> str:
    return str(milliseconds(duration.total_seconds()))
