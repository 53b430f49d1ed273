"""Listing, replacing and ending entries: each change one version of its entry and of the whole list, sent through the outbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.domain.life.strength import needs_second
from services.correlate.entries.bodies import AnyEntry, Body, completed
from services.correlate.entries.identities import identity, lasting_id, resolved
from services.correlate.entries.versions import Author, Change
from services.correlate.store import entries as store
from services.correlate.watchlist.errors import EntryDiffersError, IdentityTakenError
from services.correlate.watchlist.writing import ListWriter
from shared.contracts.vocabulary import EntryChange, EntryState


class Verdict(StrEnum):
    """What became of a body."""

    CREATED = "created"
    REVISED = "revised"
    UNCHANGED = "unchanged"


class Entrance(StrEnum):
    """How an entry comes onto the list."""

    USUAL = "usual"
    """Alerts at once, or waits for a second person where it needs one."""
    DRAFT = "draft"
    """Waits for its issuer to submit it."""
    EMERGENCY = "emergency"
    """Alerts at once; a second person approves it in time, or it is suspended."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A body's entry, and what became of it."""

    verdict: Verdict
    entry: AnyEntry


class Watchlist:
    """The use cases of content. Whatever returns normally is committed.

    Each raises ListBusyError, with nothing done, when others change the list for too long.
    """

    def __init__(self, writer: ListWriter) -> None:
        self._writer = writer

    async def add(self, body: Body, author: Author, why: str | None = None, entrance: Entrance = Entrance.USUAL) -> Outcome:
        """List something. The same again, by what it is known by (see `identities`), with the same content changes nothing.

        Raises EntryDiffersError when it is listed with other content: that is a replacement.
        """
        async with self._writer.opened() as opened:
            ((key, new),) = await self._identified(opened.connection, [body], author)
            before = (await store.find_entries(opened.connection, [key])).get(key)
            if before is not None and before.ended_at is None:
                if before.body != self._completed(new, before):
                    raise EntryDiffersError(before)
                return Outcome(Verdict.UNCHANGED, before)
            change = self._listed(key, new, None, why, entrance)
            (entry,) = await self._writer.write(opened, [(change, before)], author)
        return Outcome(Verdict.CREATED, entry)

    async def replace(
        self, entry_id: UUID, kind: type[AnyEntry], body: Body, author: Author, *, expected: int | None, why: str | None
    ) -> AnyEntry:
        """Put a new body in place of an entry's. `expected` is the version that the author saw, if it says so.

        Raises EntryUnknownError, NotIssuerError, EntryEndedError, EntryDiffersError or IdentityTakenError.
        """
        async with self._writer.opened() as opened:
            before = await self._writer.living(opened.connection, entry_id, kind, author, expected)
            await self._must_be_free(opened.connection, body, before)
            change = Change(entry_id, self._completed(body, before), EntryChange.EDITED, why)
            (entry,) = await self._writer.write(opened, [(change, before)], author)
        return entry

    async def end(
        self, entry_id: UUID, kind: type[AnyEntry], author: Author, *, expected: int | None = None, why: str | None = None
    ) -> AnyEntry:
        """Take an entry off the list from now on; ending it again changes nothing. Raises as `replace` does."""
        async with self._writer.opened() as opened:
            before = await self._writer.editable(opened.connection, entry_id, kind, author, expected)
            if before.ended_at is not None:
                return before
            change = Change(entry_id, before.body, EntryChange.REVOKED, why, EntryState.REVOKED)
            (entry,) = await self._writer.write(opened, [(change, before)], author)
        return entry

    async def put_many(self, bodies: Sequence[Body], author: Author, why: str | None = None) -> list[Outcome]:
        """List or revise many in one transaction: what is new is created, what differs revised, the rest left, so that a repeated import doubles nothing.

        One range of list versions, one marker. The outcomes are in order; of two bodies with one identity the later one stands.
        """
        async with self._writer.opened() as opened:
            known = await self._identified(opened.connection, bodies, author)
            before = await store.find_entries(opened.connection, [key for key, _ in known])
            latest = dict(known)
            due = []
            for key, body in latest.items():
                held = before.get(key)
                if held is None or held.ended_at is not None:
                    due.append((self._listed(key, body, None, why, Entrance.USUAL), held))
                elif held.body != (new := self._completed(body, held)):
                    due.append((Change(key, new, EntryChange.EDITED, why), held))
            written = {entry.entry_id: entry for entry in await self._writer.write(opened, due, author)}
        return [_outcome(key, before, written) for key, _ in known]

    async def mark_again(self) -> None:
        """Send the marker of the present version into every partition of the events topic there is by now.

        Whoever changed the list under an older count had it locked before: this version is theirs or a later one.
        """
        async with self._writer.opened("loops") as opened:
            await store.mark_version(opened.connection, opened.version, self._writer.partitions())

    def _completed(self, body: Body, before: AnyEntry | None) -> Body:
        return completed(body, self._writer.policy, self._now, before.body if before else None)

    def _listed(self, key: UUID, body: Body, before: AnyEntry | None, why: str | None, entrance: Entrance) -> Change:
        new, now = self._completed(body, before), self._now
        state, head = _first_state(new, entrance, now, self._writer)
        return Change(key, new, EntryChange.LISTED, why, state, head)

    @property
    def _now(self) -> datetime:
        return self._writer.clock.now()

    async def _identified(self, connection: AsyncConnection, bodies: Sequence[Body], author: Author) -> list[tuple[UUID, Body]]:
        """The bodies, each with the id of the entry that it is known by."""
        known_by = [identity(body) for body in bodies]
        active = await store.active_ids(connection, author.agency, known_by)
        held = await store.find_entries(connection, [lasting_id(author.agency, one) for one in known_by])
        ids = resolved(author.agency, known_by, active, held)
        return [(ids[one], body) for one, body in zip(known_by, bodies, strict=True)]

    async def _must_be_free(self, connection: AsyncConnection, body: Body, before: AnyEntry) -> None:
        wanted = identity(body)
        other = (await store.active_ids(connection, before.originator, [wanted])).get(wanted)
        if other is not None and other != before.entry_id:
            raise IdentityTakenError(other)


def _first_state(body: Body, entrance: Entrance, now: datetime, writer: ListWriter) -> tuple[EntryState, dict[str, Any]]:
    if entrance is Entrance.DRAFT:
        return EntryState.DRAFT, {}
    if not needs_second(body, writer.policy):
        return EntryState.ACTIVE, {"renewed_at": now}
    if entrance is Entrance.EMERGENCY:
        return EntryState.ACTIVE, {"renewed_at": now, "confirm_by": now + writer.policy.confirm_within}
    return EntryState.SUBMITTED, {}


def _outcome(key: UUID, before: dict[UUID, AnyEntry], written: dict[UUID, AnyEntry]) -> Outcome:
    if key not in written:
        return Outcome(Verdict.UNCHANGED, before[key])
    return Outcome(Verdict.REVISED if key in before else Verdict.CREATED, written[key])
