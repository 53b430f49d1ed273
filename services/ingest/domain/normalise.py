"""From a submission to the canonical event: complete, normalised, identified, and the same for the same submission, always."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

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


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent it, as the key or the topic says; nothing in the body changes it."""

    agency: str
    nation: Nation


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for every submission.

    `register` finds checkpoints by code. `widest` is the widest handling that events of an agency may carry. `strict` refuses
    fields we do not know, by name; otherwise they are kept aside.
    """

    register: Register
    earliest: datetime
    clock_skew: timedelta
    strict: bool = False
    widest: Mapping[str, Handling] = field(default_factory=dict)


def canonical_event(
    kind: EventKind, tree: Any, sender: Sender, rules: Rules, *, received_at: datetime, strict: bool = False
) -> Event:
    """The event in a JSON value; raises RefusedError with every fault, ForeignAgencyError where it claims another sender."""
    submitted = read_submission(kind, tree, TimeLimits(rules.earliest, received_at + rules.clock_skew))
    found = Findings()
    told = withdrawal(submitted, found) if submitted.withdrawn else content(submitted, rules.register, found)
    if found.extra:
        _check_extra(found.extra, sender, strict=strict or rules.strict)
        if not submitted.withdrawn:
            told["extra"] = found.extra
    head = _head(kind, submitted, sender, received_at, found)
    head["content_digest"] = digest({**told, **as_given(submitted.handling)})
    head["handling"] = effective_handling(submitted.handling, rules.widest.get(sender.agency), sender.nation, found)
    found.complete()
    return Event.model_validate({**told, **head, "flags": found.flags})


def _head(
    kind: EventKind, submitted: SubmittedCrossing | SubmittedSeizure, sender: Sender, received_at: datetime, found: Findings
) -> dict[str, Any]:
    own, revision = submitted.id, submitted.revision
    head: dict[str, Any] = {
        "event_id": event_id(sender.agency, kind, own, revision),
        "lineage_id": lineage_id(sender.agency, kind, own),
        "kind": kind,
        "id": own,
        "revision": revision,
        "agency": sender.agency,
        "nation": sender.nation,
        "received_at": received_at,
    }
    if submitted.occurred_at is not None:
        head["occurred_at"] = submitted.occurred_at
        head["utc_offset_minutes"] = (submitted.occurred_at.utcoffset() or timedelta()) // _MINUTE
    elif submitted.occurred_on is not None:
        head["occurred_at"] = datetime.combine(submitted.occurred_on, time.min, UTC)
    else:
        head["occurred_at"] = received_at
        found.flag(("occurred_at",), "assumed", "a withdrawal without a time stands at the time it came")
    return head


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
