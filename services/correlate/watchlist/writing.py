"""One transaction on the list: a turn, a connection, the list locked; versions out of it with their history and messages."""

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.domain.life.clock import caught_up
from services.correlate.domain.life.policy import LifePolicy
from services.correlate.entries.bodies import AnyEntry
from services.correlate.entries.differences import entry_changes
from services.correlate.entries.versions import Author, Change, next_version
from services.correlate.store import entries as store
from services.correlate.store.due import version_of
from services.correlate.store.entries import Said
from services.correlate.store.forgetting import forget
from services.correlate.store.messages import PARTITIONS
from services.correlate.store.notices import post_notices
from services.correlate.watchlist.errors import EntryDiffersError, EntryEndedError, EntryUnknownError, NotIssuerError
from services.correlate.watchlist.notices import notices_of
from services.correlate.watchlist.turns import Turns
from shared.contracts.topics import EVENTS
from shared.contracts.vocabulary import EntryState
from shared.platform.clock import Clock
from shared.platform.database.engine import Database, Pool


@dataclass(frozen=True, slots=True)
class OpenList:
    """The list, locked: its version when it was, and the connection that holds it."""

    connection: AsyncConnection
    version: int


class ListWriter:
    """What every use case of the list changes it by. `wake` tells the relay once a transaction has committed.

    A transaction may write once: its versions are one range, with one note of who and why, and one marker a partition behind them.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        wake: Callable[[], None],
        *,
        policy: LifePolicy | None = None,
        turns: Turns | None = None,
        partitions: Callable[[], int] = lambda: PARTITIONS[EVENTS],
    ) -> None:
        self.database = database
        self.clock = clock
        self.policy = policy or LifePolicy()
        self.turns = turns or Turns()
        self.partitions = partitions
        self.wake = wake

    @contextlib.asynccontextmanager
    async def opened(self, pool: Pool = "api", *, deadline_seconds: float | None = None) -> AsyncIterator[OpenList]:
        """A transaction that has the list to itself; the turn comes before the connection. Raises ListBusyError with nothing done.

        It is over after the usual deadline, or the one given.

        The clock's own passes, on the pool `loops`, need no turn: there is one of them, and it has its own connections.
        """
        async with contextlib.AsyncExitStack() as stack:
            if pool == "api":
                await stack.enter_async_context(self.turns.taken())
            connection = await stack.enter_async_context(self.database.transaction(pool, deadline_seconds=deadline_seconds))
            yield OpenList(connection, await store.lock_list(connection, self.turns.wait))
        self.wake()

    async def write(
        self, opened: OpenList, changes: Sequence[tuple[Change, AnyEntry | None]], author: Author, said: Said | None = None
    ) -> list[AnyEntry]:
        """The next version of each entry, stored, noted and on its way. What is said of the transaction is what its first change says."""
        if not changes:
            return []
        now = self.clock.now()
        written = [
            next_version(change, before, author, list_version=opened.version + number, now=now)
            for number, (change, before) in enumerate(changes, start=1)
        ]
        first = changes[0][0]
        said = said or Said(author.by, author.agency, first.kind, first.why)
        await store.write_entries(opened.connection, written, said, self.policy, self.partitions())
        await post_notices(opened.connection, notices_of(written, self.policy))
        await forget(opened.connection, [entry for entry in written if entry.state is EntryState.DELETED], now)
        return written

    async def seen(self, connection: AsyncConnection, entry_id: UUID, kind: type[AnyEntry] | None, author: Author) -> AnyEntry:
        """An entry that the author may know of; raises EntryUnknownError."""
        found = (await store.find_entries(connection, [entry_id])).get(entry_id)
        if found is None or (kind is not None and not isinstance(found, kind)) or not author.may_see(found):
            raise EntryUnknownError
        return found

    async def editable(
        self, connection: AsyncConnection, entry_id: UUID, kind: type[AnyEntry] | None, author: Author, expected: int | None
    ) -> AnyEntry:
        """An entry that the author may change and that is at the version it expects. Raises EntryUnknownError, NotIssuerError or EntryDiffersError."""
        found = await self.seen(connection, entry_id, kind, author)
        if not author.may_edit(found):
            raise NotIssuerError
        if expected is not None and expected != found.version:
            raise await self.differing(connection, found, expected)
        return found

    async def differing(self, connection: AsyncConnection, entry: AnyEntry, seen: int) -> EntryDiffersError:
        """Why a change made for a version that was seen is refused: which fields changed since."""
        past = await version_of(connection, entry.entry_id, seen)
        changes = entry_changes(past, entry) if past is not None else []
        return EntryDiffersError(entry, [change.field for change in changes])

    async def living(
        self, connection: AsyncConnection, entry_id: UUID, kind: type[AnyEntry] | None, author: Author, expected: int | None
    ) -> AnyEntry:
        """The same of one that has not ended; raises EntryEndedError too."""
        found = await self.editable(connection, entry_id, kind, author, expected)
        now_is, moves = caught_up(found, self.clock.now(), self.policy)
        if now_is.ended_at is not None:
            raise EntryEndedError
        return now_is if moves else found
