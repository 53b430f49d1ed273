"""Listing, replacing and ending entries: each change one version of its entry and of the whole list, sent through the outbox."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.domain.life.cases import Case
from services.correlate.domain.life.clock import caught_up
from services.correlate.domain.life.strength import needs_second
from services.correlate.entries.bodies import AnyEntry, Body, completed
from services.correlate.entries.identities import identity, lasting_id, resolved
from services.correlate.entries.versions import Author, Change
from services.correlate.store import entries as store
from services.correlate.watchlist.editing import edited, must_be_listable
from services.correlate.watchlist.errors import BodyFaultyError, EntryDiffersError, IdentityTakenError
from services.correlate.watchlist.waiting import wait_for_second
from services.correlate.watchlist.writing import ListWriter, OpenList
from shared.contracts.vocabulary import EntryChange, EntryState
from shared.platform.faults import Fault


class Verdict(StrEnum):
    """What became of a body."""

    CREATED = "created"
    REVISED = "revised"
    UNCHANGED = "unchanged"
    WAITING = "waiting"
    """For a second person; the entry stays as it is meanwhile."""
    REFUSED = "refused"


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
    case: Case | None = None
    """The edit that waits."""
    before: AnyEntry | None = None
    """What was replaced."""


@dataclass(frozen=True, slots=True)
class Refused:
    """One of many bodies that the list does not take, with every fault."""

    faults: Sequence[Fault]
    verdict: Verdict = Verdict.REFUSED


class Watchlist:
    """The use cases of content. Whatever returns normally is committed.

    Each raises ListBusyError, with nothing done, when others change the list for too long.
    """

    def __init__(self, writer: ListWriter) -> None:
        self._writer = writer
        self.policy = writer.policy

    async def add(self, body: Body, author: Author, why: str | None = None, entrance: Entrance = Entrance.USUAL) -> Outcome:
        """List something. The same again, by what it is known by (see `identities`), with the same content changes nothing.

        Raises EntryDiffersError when it is listed with other content (that is a replacement), or BodyFaultyError.
        """
        async with self._writer.opened() as opened:
            ((key, new),) = await self._identified(opened.connection, [body], author)
            before = (await self._held(opened.connection, [key])).get(key)
            if before is not None and before.ended_at is None:
                if before.body != self.completed(new, before):
                    raise EntryDiffersError(before)
                return Outcome(Verdict.UNCHANGED, before)
            change = self._listed(key, new, why, entrance)
            (entry,) = await self._writer.write(opened, [(change, before)], author)
        return Outcome(Verdict.CREATED, entry)

    async def replace(
        self, entry_id: UUID, kind: type[AnyEntry], body: Body, author: Author, *, expected: int | None, why: str | None
    ) -> Outcome:
        """Put a new body in place of an entry's, or have it wait for a second person as a case. `expected` is the version that the author saw, if it says so.

        Raises EntryUnknownError, NotIssuerError, EntryEndedError, EntryDiffersError, IdentityTakenError or BodyFaultyError.
        """
        async with self._writer.opened() as opened:
            before = await self._writer.living(opened.connection, entry_id, kind, author, expected)
            await self.must_be_free(opened.connection, body, before)
            return await self.edit(opened, before, self.completed(body, before), author, why)

    async def edit(self, opened: OpenList, before: AnyEntry, body: Body, author: Author, why: str | None) -> Outcome:
        """The same within a transaction that has the entry already; nothing else may be written in it."""
        edit = edited(before, body, why, self._now, self._writer.policy)
        if edit.waits:
            case = await wait_for_second(opened.connection, before, body, author, why, self._now)
            return Outcome(Verdict.WAITING, before, case)
        (entry,) = await self._writer.write(opened, [(edit.change, before)], author)
        return Outcome(Verdict.REVISED, entry, before=before)

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

    async def put_many(self, bodies: Sequence[Body], author: Author, why: str | None = None) -> list[Outcome | Refused]:
        """List or revise many in one transaction: what is new is created, what differs revised, the rest left, so that a repeated import doubles nothing.

        One range of list versions, one marker. The outcomes are in order; of two bodies with one identity the later one stands.
        """
        async with self._writer.opened() as opened:
            known = await self._identified(opened.connection, bodies, author)
            before = await self._held(opened.connection, [key for key, _ in known])
            outcomes: dict[UUID, Outcome | Refused] = {}
            due: list[tuple[Change, AnyEntry | None]] = []
            for key, body in dict(known).items():
                judged = await self._judged(opened, key, body, before.get(key), author, why)
                if isinstance(judged, Change):
                    due.append((judged, before.get(key)))
                else:
                    outcomes[key] = judged
            for entry in await self._writer.write(opened, due, author):
                verdict = Verdict.REVISED if entry.entry_id in before else Verdict.CREATED
                outcomes[entry.entry_id] = Outcome(verdict, entry)
        return [outcomes[key] for key, _ in known]

    async def _judged(
        self, opened: OpenList, key: UUID, body: Body, held: AnyEntry | None, author: Author, why: str | None
    ) -> Change | Outcome | Refused:
        """What one of many bodies makes of its entry."""
        try:
            if held is None or held.ended_at is not None:
                return self._listed(key, self.completed(body, None), why, Entrance.USUAL)
            if held.body == (new := self.completed(body, held)):
                return Outcome(Verdict.UNCHANGED, held)
            edit = edited(held, new, why, self._now, self._writer.policy)
        except BodyFaultyError as error:
            return Refused(error.faults)
        if not edit.waits:
            return edit.change
        case = await wait_for_second(opened.connection, held, new, author, why, self._now)
        return Outcome(Verdict.WAITING, held, case)

    async def mark_again(self) -> None:
        """Send the marker of the present version into every partition of the events topic there is by now.

        Whoever changed the list under an older count had it locked before: this version is theirs or a later one.
        """
        async with self._writer.opened("loops") as opened:
            await store.mark_version(opened.connection, opened.version, self._writer.partitions())

    def completed(self, body: Body, before: AnyEntry | None) -> Body:
        """The body with what the list adds."""
        return completed(body, self._writer.policy, self._now, before.body if before else None)

    def _listed(self, key: UUID, body: Body, why: str | None, entrance: Entrance) -> Change:
        """A new entry. Raises BodyFaultyError."""
        new, now = self.completed(body, None), self._now
        must_be_listable(new, now, self._writer.policy, draft=entrance is Entrance.DRAFT)
        state, head = _first_state(new, entrance, now, self._writer)
        return Change(key, new, EntryChange.LISTED, why, state, head)

    @property
    def _now(self) -> datetime:
        return self._writer.clock.now()

    async def _held(self, connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, AnyEntry]:
        """What is listed under these ids, as time has made it."""
        found = await store.find_entries(connection, ids)
        return {key: caught_up(entry, self._now, self._writer.policy)[0] for key, entry in found.items()}

    async def _identified(self, connection: AsyncConnection, bodies: Sequence[Body], author: Author) -> list[tuple[UUID, Body]]:
        """The bodies, each with the id of the entry that it is known by."""
        known_by = [identity(body) for body in bodies]
        active = await store.active_ids(connection, author.agency, known_by)
        held = await store.find_entries(connection, [lasting_id(author.agency, one) for one in known_by])
        ids = resolved(author.agency, known_by, active, held)
        return [(ids[one], body) for one, body in zip(known_by, bodies, strict=True)]

    async def must_be_free(self, connection: AsyncConnection, body: Body, before: AnyEntry) -> None:
        """Raises IdentityTakenError where another active entry of the issuer goes by what this one would be known by."""
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
