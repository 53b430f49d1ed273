"""The next version of an entry, made from the one before and a change. Nothing here waits or reads."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.correlate.entries.bodies import AnyEntry, Body
from shared.contracts.watchlist import ActorEntry, RouteBody, RouteEntry


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
        """The issuer and those nations it is releasable to."""
        return self.may_edit(entry) or self.nation in entry.releasable_to


@dataclass(frozen=True, slots=True)
class Change:
    """What is to become of an entry: a new body, or its end."""

    entry_id: UUID
    body: Body
    why: str | None = None
    ended_at: datetime | None = None


def next_version(change: Change, before: AnyEntry | None, author: Author, *, list_version: int, now: datetime) -> AnyEntry:
    """The entry after the change. Its originator and nation are those of its first version, whoever edits."""
    originator, nation = (before.originator, before.nation) if before else (author.agency, author.nation)
    handling = change.body.handling
    head = {
        "entry_id": change.entry_id,
        "version": before.version + 1 if before else 1,
        "list_version": list_version,
        "originator": originator,
        "nation": nation,
        "changed_at": now,
        "changed_by": author.by,
        "why": change.why,
        "ended_at": change.ended_at,
        "releasable_to": tuple(sorted({nation, *(handling.releasable_to if handling else ())})),
    }
    if isinstance(change.body, RouteBody):
        return RouteEntry(body=change.body, **head)
    return ActorEntry(body=change.body, **head)
