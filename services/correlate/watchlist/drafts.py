"""A row of an import made ready: checked, completed, and everything worked out that can be said of it without the list. Pure.

All moments are counted from when the import was opened, so that a row sent twice is the same twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError

from services.correlate.domain.life.clock import due_at, review_at
from services.correlate.domain.life.policy import LifePolicy
from services.correlate.domain.life.strength import needs_second
from services.correlate.entries.bodies import completed, faults_in, faults_of_life, label, search_words
from services.correlate.entries.identities import lasting_id
from services.correlate.entries.versions import released
from services.correlate.store.entries import search_text
from shared.contracts.codec import encode
from shared.contracts.vocabulary import EntryState
from shared.contracts.watchlist import ActorBody, ActorEntry
from shared.platform.faults import Fault, faults_of
from shared.platform.strict_json import JsonError, read_json

_OF_THE_DAY: Final = {"list_date"}
"""A list that says the same on another day says the same."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What the rows of one import have in common."""

    import_id: UUID
    agency: str
    nation: str
    source: str
    moment: datetime
    policy: LifePolicy


def ready(line: bytes, number: int, ground: Ground) -> dict[str, Any] | list[Fault]:
    """A line as the row of its draft, or every fault of it."""
    try:
        value = read_json(line)
    except JsonError as error:
        return error.faults
    draft = _checked(value, ground)
    return draft if isinstance(draft, list) else _row(draft, number, ground)


def restored(body: str, said: str) -> ActorBody:
    """The draft of a row: its body, and which fields it says."""
    read = ActorBody.model_validate_json(body)
    values = {name: getattr(read, name) for name in ActorBody.model_fields}
    return ActorBody.model_construct(_fields_set=set(said.split(",")), **values)


def digest_of(draft: ActorBody) -> bytes:
    """Of all that a draft says; the same where an import of it would change nothing that the last one did."""
    return sha256(draft.model_dump_json(by_alias=True, exclude_unset=True, exclude=_OF_THE_DAY).encode()).digest()


def _checked(value: Any, ground: Ground) -> ActorBody | list[Fault]:
    given = {"source": ground.source, **value} if isinstance(value, dict) else value
    try:
        draft = ActorBody.model_validate(given, extra="forbid")
    except ValidationError as error:
        return faults_of(error)
    found = list(_faults_of_place(draft, ground)) or faults_in(draft)
    return found + faults_of_life(draft, ground.policy, ground.moment) or draft


def _faults_of_place(draft: ActorBody, ground: Ground) -> Sequence[Fault]:
    if draft.source != ground.source:
        return [Fault("/source", "other_source", f"The import is of {ground.source}.")]
    if not draft.source_id:
        return [Fault("/source_id", "number_missing", "By its number in the list an entry is known again.")]
    return []


def _row(draft: ActorBody, number: int, ground: Ground) -> dict[str, Any]:
    body = completed(draft, ground.policy, ground.moment)
    if not isinstance(body, ActorBody):
        raise TypeError("an actor's body completed is an actor's body")
    said = draft.model_fields_set - ({"review_on"} if draft.review_on is None else set())
    own = draft.source_id or ""
    entry_id = lasting_id(ground.agency, (ground.source, own))
    return {
        "import_id": ground.import_id,
        "number": number,
        "source_id": own,
        "entry_id": entry_id,
        "digest": digest_of(draft),
        "kind": body.kind.value,
        "severity": body.severity.value,
        "category": body.category.value if body.category else None,
        "requested_action": body.requested_action.value,
        "weak": needs_second(body, ground.policy),
        "label": label(body),
        "search": search_text(search_words(body)),
        "releasable_to": list(released(body, ground.nation)),
        "valid_from": body.valid_from,
        "valid_to": body.valid_to,
        "review_at": review_at(body),
        "due_active": _due(body, EntryState.ACTIVE, entry_id, ground),
        "due_submitted": _due(body, EntryState.SUBMITTED, entry_id, ground),
        "said": ",".join(sorted(said)),
        "body": encode(body).decode(),
    }


def _due(body: ActorBody, state: EntryState, entry_id: UUID, ground: Ground) -> datetime | None:
    """When the clock must look at a new entry of this state."""
    if body.valid_to is None and body.review_on is None:
        return None
    renewed = ground.moment if state is EntryState.ACTIVE else None
    entry = ActorEntry.model_construct(
        entry_id=entry_id, version=1, list_version=1, originator=ground.agency, nation=ground.nation, changed_at=ground.moment,
        changed_by="", releasable_to=(), body=body, state=state, renewed_at=renewed,
    )  # fmt: skip
    return due_at(entry, ground.policy)
