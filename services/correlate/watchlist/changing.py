"""Changing the list: each change one version of its entry and of the whole list, sent through the outbox."""

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.entries.bodies import AnyEntry, Body, completed
from services.correlate.entries.identities import identity, lasting_id, resolved
from services.correlate.entries.versions import Author, Change, next_version
from services.correlate.store import entries as store
from services.correlate.store.messages import PARTITIONS
from services.correlate.watchlist.turns import Turns
from shared.contracts.topics import EVENTS
from shared.platform.clock import Clock
from shared.platform.database.engine import Database


class EntryUnknownError(Exception):
    """No entry of this id that the author may know of."""


class NotIssuerError(Exception):
    """The entry is another agency's."""


class EntryEndedError(Exception):
    """The entry has ended; it is listed again by its source and id, not edited."""


class EntryDiffersError(Exception):
    """The entry is not as the author believes: it is at another version, or listed already with other content."""

    def __init__(self, entry: AnyEntry) -> None:
        super().__init__(f"the entry is at version {entry.version}")
        self.entry = entry


class IdentityTakenError(Exception):
    """Another active entry of the issuer has the name, or the source and id, that this one would get."""

    def __init__(self, entry_id: UUID) -> None:
        super().__init__("another entry goes by it")
        self.entry_id = entry_id


class Verdict(StrEnum):
    """What became of a body."""

    CREATED = "created"
    REVISED = "revised"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A body's entry, and what became of it."""

    verdict: Verdict
    entry: AnyEntry


class Watchlist:
    """The use cases of the list. Whatever returns normally is committed; `wake` then tells the relay.

    Each raises ListBusyError, with nothing done, when others change the list for too long.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        wake: Callable[[], None],
        turns: Turns | None = None,
        partitions: Callable[[], int] = lambda: PARTITIONS[EVENTS],
    ) -> None:
        self._database = database
        self._clock = clock
        self._wake = wake
        self._turns = turns or Turns()
        self._partitions = partitions

    async def add(self, body: Body, author: Author, why: str | None = None) -> Outcome:
        """List something. The same again, by what it is known by (see `identities`), with the same content changes nothing.

        Raises EntryDiffersError when it is listed with other content: that is a replacement.
        """
        async with self._change() as (connection, at):
            (change,) = await self._changes(connection, [body], author, why)
            before = (await store.find_entries(connection, [change.entry_id])).get(change.entry_id)
            if before is not None and before.ended_at is None:
                if before.body != change.body:
                    raise EntryDiffersError(before)
                return Outcome(Verdict.UNCHANGED, before)
            (entry,) = await self._write(connection, [(change, before)], author, at)
        self._wake()
        return Outcome(Verdict.CREATED, entry)

    async def replace(
        self, entry_id: UUID, kind: type[AnyEntry], body: Body, author: Author, *, expected: int | None, why: str | None
    ) -> AnyEntry:
        """Put a new body in place of an entry's. `expected` is the version that the author saw, if it says so.

        Raises EntryUnknownError, NotIssuerError, EntryEndedError, EntryDiffersError or IdentityTakenError.
        """
        async with self._change() as (connection, at):
            before = await self._editable(connection, entry_id, kind, author, expected)
            if before.ended_at is not None:
                raise EntryEndedError
            await self._must_be_free(connection, body, before)
            change = Change(entry_id, completed(body), why)
            (entry,) = await self._write(connection, [(change, before)], author, at)
        self._wake()
        return entry

    async def end(
        self, entry_id: UUID, kind: type[AnyEntry], author: Author, *, expected: int | None = None, why: str | None = None
    ) -> AnyEntry:
        """Take an entry off the list from now on; ending it again changes nothing. Raises as `replace` does."""
        async with self._change() as (connection, at):
            before = await self._editable(connection, entry_id, kind, author, expected)
            if before.ended_at is not None:
                return before
            change = Change(entry_id, before.body, why, ended_at=self._clock.now())
            (entry,) = await self._write(connection, [(change, before)], author, at)
        self._wake()
        return entry

    async def put_many(self, bodies: Sequence[Body], author: Author, why: str | None = None) -> list[Outcome]:
        """List or revise many in one transaction: what is new is created, what differs revised, the rest left, so that a repeated import doubles nothing.

        One range of list versions, one marker. The outcomes are in order; of two bodies with one identity the later one stands.
        """
        async with self._change() as (connection, at):
            changes = await self._changes(connection, bodies, author, why)
            before = await store.find_entries(connection, [change.entry_id for change in changes])
            latest = {change.entry_id: change for change in changes}
            due = [(change, before.get(key)) for key, change in latest.items() if _differs(change, before.get(key))]
            written = {entry.entry_id: entry for entry in await self._write(connection, due, author, at)}
        self._wake()
        return [_outcome(change.entry_id, before, written) for change in changes]

    async def end_overdue(self, limit: int = 500) -> int:
        """End what is past its validity, in the name of its issuer; how many."""
        now = self._clock.now()
        async with self._database.transaction("loops") as connection:
            at = await store.lock_list(connection, self._turns.wait)
            due = await store.past_validity(connection, now, limit)
            changes = [(Change(entry.entry_id, entry.body, "The validity is over.", now), entry) for entry in due]
            await self._write(connection, changes, Author("", "", "atalaya", admin=True), at)
        if due:
            self._wake()
        return len(due)

    async def mark_again(self) -> None:
        """Send the marker of the present version into every partition of the events topic there is by now.

        Whoever changed the list under an older count had it locked before: this version is theirs or a later one.
        """
        async with self._database.transaction("loops") as connection:
            version = await store.lock_list(connection, self._turns.wait)
            await store.mark_version(connection, version, self._partitions())
        self._wake()

    @contextlib.asynccontextmanager
    async def _change(self) -> AsyncIterator[tuple[AsyncConnection, int]]:
        """A transaction that has the list to itself, and the list's version. The turn comes before the connection."""
        async with self._turns.taken(), self._database.transaction() as connection:
            yield connection, await store.lock_list(connection, self._turns.wait)

    async def _changes(
        self, connection: AsyncConnection, bodies: Sequence[Body], author: Author, why: str | None
    ) -> list[Change]:
        """What the bodies change, each of the entry that it is known by."""
        known_by = [identity(body) for body in bodies]
        active = await store.active_ids(connection, author.agency, known_by)
        held = await store.find_entries(connection, [lasting_id(author.agency, one) for one in known_by])
        ids = resolved(author.agency, known_by, active, held)
        return [Change(ids[one], completed(body), why) for one, body in zip(known_by, bodies, strict=True)]

    async def _must_be_free(self, connection: AsyncConnection, body: Body, before: AnyEntry) -> None:
        wanted = identity(body)
        other = (await store.active_ids(connection, before.originator, [wanted])).get(wanted)
        if other is not None and other != before.entry_id:
            raise IdentityTakenError(other)

    async def _editable(
        self, connection: AsyncConnection, entry_id: UUID, kind: type[AnyEntry], author: Author, expected: int | None
    ) -> AnyEntry:
        found = (await store.find_entries(connection, [entry_id])).get(entry_id)
        if not isinstance(found, kind) or not author.may_see(found):
            raise EntryUnknownError
        if not author.may_edit(found):
            raise NotIssuerError
        if expected is not None and expected != found.version:
            raise EntryDiffersError(found)
        return found

    async def _write(
        self, connection: AsyncConnection, changes: Sequence[tuple[Change, AnyEntry | None]], author: Author, at: int
    ) -> list[AnyEntry]:
        now = self._clock.now()
        written = [
            next_version(change, before, author, list_version=at + number, now=now)
            for number, (change, before) in enumerate(changes, start=1)
        ]
        await store.write_entries(connection, written, self._partitions())
        return written


def _differs(change: Change, before: AnyEntry | None) -> bool:
    return before is None or before.ended_at is not None or before.body != change.body


def _outcome(key: UUID, before: dict[UUID, AnyEntry], written: dict[UUID, AnyEntry]) -> Outcome:
    if key not in written:
        return Outcome(Verdict.UNCHANGED, before[key])
    return Outcome(Verdict.REVISED if key in before else Verdict.CREATED, written[key])
