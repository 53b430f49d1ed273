"""From a submission to the canonical event: complete, normalised, identified, and the same for the same submission, always."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson

from services.ingest.domain.content import content, digest, withdrawal
from services.ingest.domain.findings import Findings
from services.ingest.domain.handling import as_given, effective_handling
from services.ingest.domain.refusal import ForeignAgencyError, RefusedError, pointer
from services.ingest.domain.submitted import SubmittedCrossing, SubmittedSeizure, read_submission
from services.ingest.domain.things import Register
from services.ingest.domain.values import TimeLimits
from shared.contracts.base import Handling, Nation
from shared.contracts.events import Event, EventKind, Flag
from shared.contracts.identity import event_id, lineage_id

_MINUTE: Final = timedelta(minutes=1)
_NOTHING: Final = timedelta()


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent it, as the key or the topic says; nothing in the body changes it."""

    agency: str
    nation: Nation


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for every submission.

    `register` knows the checkpoints. `widest` is the widest handling that events of an agency may carry. `strict` refuses
    fields we do not know, by name; otherwise they are kept aside.
    """

    register: Register
    earliest: datetime
    clock_skew: timedelta
    strict: bool = False
    widest: Mapping[str, Handling] = field(default_factory=dict)


class Canonical(NamedTuple):
    """A canonical event as JSON is made of it: `told` has the fields of the contract `Event`, moments in UTC, and nothing else.

    It is not built through the contract's model: all its parts come out of validated ones, and building and writing the model
    would cost as much again as all the rest. Tests hold `value` to the contract, field by field.
    """

    event_id: UUID
    lineage_id: UUID
    digest: str
    told: dict[str, Any]

    def value(self) -> bytes:
        """The value of the message."""
        return orjson.dumps(self.told, option=orjson.OPT_UTC_Z)

    def event(self) -> Event:
        """The event as readers of the topic get it."""
        return Event.model_validate_json(self.value())


def canonical_event(
    kind: EventKind, tree: Any, sender: Sender, rules: Rules, *, received_at: datetime, strict: bool = False
) -> Canonical:
    """The event in a JSON value; raises RefusedError with every fault, ForeignAgencyError where it claims another sender."""
    submitted = read_submission(kind, tree, TimeLimits(rules.earliest, received_at + rules.clock_skew))
    found = Findings()
    told = withdrawal(submitted, found) if submitted.withdrawn else content(submitted, rules.register, found)
    if found.extra:
        _check_extra(found.extra, sender, strict=strict or rules.strict)
        if not submitted.withdrawn:
            told["extra"] = found.extra
    content_digest = digest({**told, "handling": as_given(submitted.handling)} if submitted.handling is not None else told)
    named, own, revision = str(kind), submitted.id, submitted.revision
    event, lineage = event_id(sender.agency, named, own, revision), lineage_id(sender.agency, named, own)
    told |= {
        "event_id": event,
        "lineage_id": lineage,
        "kind": named,
        "id": own,
        "revision": revision,
        "agency": sender.agency,
        "nation": sender.nation,
        "received_at": received_at,
        "content_digest": content_digest,
        "handling": effective_handling(submitted.handling, rules.widest.get(sender.agency), sender.nation, found),
    }
    _place_in_time(told, submitted, found)
    found.complete()
    if found.flags:
        told["flags"] = found.flags
    return Canonical(event, lineage, content_digest, told)


def _place_in_time(told: dict[str, Any], submitted: SubmittedCrossing | SubmittedSeizure, found: Findings) -> None:
    """Every event stands at a moment: its own, the first of its day, or, for a withdrawal without one, when it came."""
    if submitted.occurred_at is not None:
        told["occurred_at"] = submitted.occurred_at.astimezone(UTC)
        told["utc_offset_minutes"] = (submitted.occurred_at.utcoffset() or _NOTHING) // _MINUTE
    elif submitted.occurred_on is not None:
        told["occurred_at"] = datetime.combine(submitted.occurred_on, time(), UTC)
    else:
        told["occurred_at"] = told["received_at"]
        found.flag(("occurred_at",), "assumed", "a withdrawal without a time stands at the time it came")


def _check_extra(extra: Mapping[str, Any], sender: Sender, *, strict: bool) -> None:
    """Fields we do not know: never another's name, and none at all when strict."""
    claims = (("agency", sender.agency), ("nation", sender.nation))
    foreign = [
        Flag(pointer=pointer(name), code="not_the_senders", detail=f"the {name} is the key's; leave it out")
        for name, own in claims
        if extra.get(name) not in (None, own)
    ]
    if foreign:
        raise ForeignAgencyError(foreign)
    if strict:
        names = [name if name.startswith("/") else pointer(name) for name in extra]
        raise RefusedError([Flag(pointer=name, code="unknown_field", detail="no field of this name is known") for name in names])
