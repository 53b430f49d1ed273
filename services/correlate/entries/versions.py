"""The next version of an entry, made from the one before and a change. Nothing here waits or reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.correlate.entries.bodies import AnyEntry, Body
from shared.contracts.vocabulary import EntryChange, EntryState
from shared.contracts.watchlist import ActorEntry, RouteBody, RouteEntry

_LASTING: Final = (
    "state",
    "written_by",
    "approved_by",
    "renewed_at",
    "confirm_by",
    "resume_at",
    "keep_until",
    "flags",
    "cleared",
)
"""What an entry keeps of its head from version to version unless a change says it."""
_WRITING: Final = frozenset({EntryChange.LISTED, EntryChange.EDITED, EntryChange.IMPORTED, EntryChange.UNDONE})


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes the list: an agency of a nation, by one of its keys."""

    agency: str
    nation: str
    by: str
    admin: bool = False

    def may_edit(self, entry: AnyEntry) -> bool:
        """Only the issuer edits or ends an entry; an administrator may for it."""
        return self.admin or self.agency == entry.originator

    def may_see(self, entry: AnyEntry) -> bool:
        """The issuer, and once it alerts or has alerted those nations it is releasable to; a suspended one is withdrawn from them."""
        if self.may_edit(entry):
            return True
        shown = entry.state.alerts or entry.state.ended
        return shown and self.nation in entry.releasable_to


@dataclass(frozen=True, slots=True)
class Change:
    """What is to become of an entry: a body, a state, and what else of its head; all that is not said stays."""

    entry_id: UUID
    body: Body
    kind: EntryChange
    why: str | None = None
    state: EntryState | None = None
    head: Mapping[str, Any] = field(default_factory=dict)
    ended_at: datetime | None = None
    """When it ended, where that was before now: by its own date, not when somebody looked."""


def next_version(change: Change, before: AnyEntry | None, author: Author, *, list_version: int, now: datetime) -> AnyEntry:
    """The entry after the change. Its originator and nation are those of its first version, whoever edits.

    One that is listed again after it had ended begins anew: only its number of versions goes on.
    """
    originator, nation = (before.originator, before.nation) if before else (author.agency, author.nation)
    lives = before is not None and before.ended_at is None
    lasting = {name: getattr(before, name) for name in _LASTING} if lives or change.kind not in _WRITING else {}
    state = change.state or lasting.get("state") or EntryState.ACTIVE
    head = {
        **lasting,
        **({"written_by": author.by, "approved_by": None} if change.kind in _WRITING else {}),
        **change.head,
        "entry_id": change.entry_id,
        "version": before.version + 1 if before else 1,
        "list_version": list_version,
        "originator": originator,
        "nation": nation,
        "changed_at": now,
        "changed_by": author.by,
        "change": change.kind,
        "why": change.why,
        "state": state,
        "ended_at": (before.ended_at if before else None) or change.ended_at or now if state.ended else None,
        "releasable_to": released(change.body, nation),
    }
    if isinstance(change.body, RouteBody):
        return RouteEntry(body=change.body, **head)
    return ActorEntry(body=change.body, **head)


def released(body: Body, nation: str) -> tuple[str, ...]:
    """The nations that may see an entry of a nation: those of its handling and its own."""
    return tuple(sorted({nation, *(body.handling.releasable_to if body.handling else ())}))
