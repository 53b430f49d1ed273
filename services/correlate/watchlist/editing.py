"""What an edit makes of an entry: done at once, or waiting for a second person. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from services.correlate.domain.life.clock import awaits_confirmation
from services.correlate.domain.life.policy import Approval, LifePolicy
from services.correlate.domain.life.strength import is_weak, needs_second
from services.correlate.entries.bodies import AnyEntry, Body, faults_of_life
from services.correlate.entries.versions import Change
from services.correlate.watchlist.errors import BodyFaultyError
from shared.contracts.vocabulary import EntryChange, EntryState
from shared.contracts.watchlist import ActorBody
from shared.platform.faults import Fault

_DATES: Final = frozenset({"valid_to", "review_on"})


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of content; `waits` where a second person has to approve it before it counts."""

    change: Change
    waits: bool


def edited(before: AnyEntry, body: Body, why: str | None, now: datetime, policy: LifePolicy) -> Edit:
    """The edit of a living entry, as time has made it, by a completed body. Raises BodyFaultyError with every fault."""
    if faults := _faults(before, body, why, now, policy):
        raise BodyFaultyError(faults)
    state, head = _life(before, body, now, policy)
    change = Change(before.entry_id, body, EntryChange.EDITED, why, state, head)
    return Edit(change, waits=waits(before, body, policy))


def must_be_listable(body: Body, now: datetime, policy: LifePolicy, *, draft: bool = False) -> None:
    """Raises BodyFaultyError with every reason why a new entry cannot begin its life with this; a draft may lack what is required."""
    faults = [fault for fault in faults_of_life(body, policy, now) if not (draft and fault.code == "required")]
    if faults:
        raise BodyFaultyError(faults)


def _faults(before: AnyEntry, body: Body, why: str | None, now: datetime, policy: LifePolicy) -> list[Fault]:
    """A date that was there already is no fault of this edit."""
    drafts = before.state is EntryState.DRAFT
    found = [fault for fault in faults_of_life(body, policy, now) if not (drafts and fault.code == "required")]
    same = {f"/{name}" for name in _DATES if getattr(body, name) == getattr(before.body, name)}
    found = [fault for fault in found if fault.pointer not in same]
    if _is_longer(before, body) and not why and not drafts and not policy.is_public(body):
        detail = "A later review takes a reason of its own: say why, or extend the entry (POST …/extend)."
        found.append(Fault("/review_on", "later_without_reason", detail))
    return found


def _is_longer(before: AnyEntry, body: Body) -> bool:
    old = before.body.review_on
    return old is not None and body.review_on is not None and body.review_on > old


def _life(before: AnyEntry, body: Body, now: datetime, policy: LifePolicy) -> tuple[EntryState, dict[str, Any]]:
    """What an edit changes of the entry's life: what waits to be approved still does, unless the new content needs nobody."""
    second = needs_second(body, policy)
    if before.state is EntryState.SUBMITTED or awaits_confirmation(before):
        if second:
            return EntryState.SUBMITTED, {"confirm_by": None}
        return EntryState.ACTIVE, {"confirm_by": None, "renewed_at": now}
    head = {} if second else {"confirm_by": None}
    if before.alerts and _is_longer(before, body):
        return EntryState.ACTIVE, {**head, "renewed_at": now}
    return before.state, head


def waits(before: AnyEntry, body: Body, policy: LifePolicy) -> bool:
    """Whether an entry that counts would say what nobody else has looked at.

    So it is where it would become weak, or stay weak and be about another, or where this installation wants every edit approved. What
    waits for approval already, or was listed in an emergency, is approved with the edit in it.
    """
    counts = before.alerts or before.state is EntryState.SUSPENDED
    if not counts or before.confirm_by is not None or body == before.body or not needs_second(body, policy):
        return False
    return policy.approval is Approval.ALL or not is_weak(before.body) or _is_another(before.body, body)


def _is_another(before: Body, body: Body) -> bool:
    if not isinstance(before, ActorBody) or not isinstance(body, ActorBody):
        return False
    return (before.kind, before.names, before.identifiers, before.parts) != (body.kind, body.names, body.identifiers, body.parts)
