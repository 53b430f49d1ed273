"""An import on its way in: opened, filled with rows, compared with the list. Nothing here changes the list; `committing` does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import orjson
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.entries.versions import Author
from services.correlate.import_settings import ImportSettings
from services.correlate.lists.difference import FieldChange, changes, merged
from services.correlate.store import entries as list_store
from services.correlate.store import imports as store
from services.correlate.store import steps
from services.correlate.store.imports import Import
from services.correlate.watchlist.drafts import Ground, ready, restored
from services.correlate.watchlist.editing import waits
from services.correlate.watchlist.import_errors import (
    ImportEndedError,
    ImportOpenError,
    ImportUnknownError,
    NotAgreedError,
    RowsMissingError,
)
from services.correlate.watchlist.pauses import Pauses
from services.correlate.watchlist.writing import ListWriter
from shared.contracts.watchlist import ENTRY, ActorEntry
from shared.platform.faults import Fault

_DROPPED_AT_ONCE = 5000
SHOWN: tuple[str, ...] = (steps.CHANGED, steps.REMOVED, steps.DOUBLED, steps.AGAIN, steps.ADDED)
"""The steps that a difference shows, in this order: what may surprise first."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an import is opened for."""

    source: str
    list_date: date | None = None
    why: str | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that an import would do to one entry."""

    what: str
    place: int
    number: int | None
    source_id: str
    entry_id: UUID | None
    version: int | None = None
    fields: tuple[FieldChange, ...] = ()
    needs_second: bool = False


class Imports:
    """The use cases of imports that are open. Each agency knows of its own, an administrator of all."""

    def __init__(self, writer: ListWriter, settings: ImportSettings) -> None:
        self.writer = writer
        self.settings = settings
        self._database = writer.database

    async def open(self, wanted: Wanted, who: Author) -> tuple[Import, bool]:
        """A new import, or the open one of the same digest; whether it is new. Raises ImportOpenError.

        One that nobody touched for as long as they are kept is dropped for it.
        """
        now = self.writer.clock.now()
        new = uuid4()
        row = {
            "import_id": new, "agency": who.agency, "nation": who.nation, "source": wanted.source, "state": store.OPEN,
            "digest": wanted.digest, "opened_at": now, "opened_by": who.by, "touched_at": now, "list_date": wanted.list_date,
            "why": wanted.why, "rows": 0, "steps": 0, "cleared": False,
        }  # fmt: skip
        async with self._database.transaction() as connection:
            before = await store.find_open(connection, who.agency, wanted.source)
            if before is not None and before.touched_at < now - self.settings.keep:
                await store.change(connection, before.import_id, state=store.DROPPED, ended_at=now)
                before = None
            if before is None and await store.add(connection, row):
                return await self._found(connection, new, who), True
            before = before or await store.find_open(connection, who.agency, wanted.source)
        if before is None or wanted.digest is None or before.digest != wanted.digest:
            raise ImportOpenError(before.import_id if before else new, before.opened_by if before else who.by)
        return before, False

    async def find(self, import_id: UUID, who: Author) -> tuple[Import, int, list[dict[str, Any]]]:
        """An import, how many of its rows are no entries, and the first of those. Raises ImportUnknownError."""
        async with self._database.transaction() as connection:
            row = await self._found(connection, import_id, who)
            return row, *await store.faults_of(connection, import_id, self.settings.page_rows)

    async def page(self, who: Author, before: datetime | None, limit: int) -> Sequence[Import]:
        """Imports that the author may know of, the latest opened first."""
        async with self._database.transaction() as connection:
            return await store.page(connection, None if who.admin else who.agency, before, limit)

    async def drop(self, import_id: UUID, who: Author) -> Import:
        """Forget an import that was not committed. Raises ImportUnknownError, or ImportEndedError where it was."""
        async with self._database.transaction() as connection:
            row = await self._found(connection, import_id, who, lock=True)
            if row.state == store.DONE:
                raise ImportEndedError(row.state)
            if row.state == store.OPEN:
                now = self.writer.clock.now()
                await store.change(connection, import_id, state=store.DROPPED, ended_at=now, ended_by=who.by)
            return await self._found(connection, import_id, who)

    async def put(self, import_id: UUID, who: Author, first: int, lines: Sequence[bytes]) -> tuple[int, dict[int, list[Fault]]]:
        """Take rows in, the first of them with this number; how many there are now, and the faults of those that are no entries.

        The same rows again change nothing. Raises ImportUnknownError, ImportEndedError, or RowsMissingError where some before them are missing.
        """
        async with self._database.transaction() as connection:
            row = await self._open(connection, import_id, who)
        if first + len(lines) > self.settings.most_rows:
            raise NotAgreedError("too_many_rows", f"An import has {self.settings.most_rows} rows at most.", {"rows": row.rows})
        rows, faults = await self._ready(lines, first, row)
        async with self._database.transaction() as connection:
            row = await self._open(connection, import_id, who, lock=True)
            there = await store.rows_there(connection, import_id)
            if first > there:
                await store.change(connection, import_id, rows=there, seen_version=None)
            else:
                told = {number: [fault.as_dict() for fault in found] for number, found in faults.items()}
                await store.put_rows(connection, import_id, first, rows, told)
                count, now = max(there, first + len(lines)), self.writer.clock.now()
                await store.change(connection, import_id, rows=count, seen_version=None, touched_at=now)
        if first > there:
            raise RowsMissingError(there)
        return count, faults

    async def compare(self, import_id: UUID, who: Author) -> Import:
        """The import with its difference from the list as it is now worked out. Raises ImportUnknownError, ImportEndedError or RowsMissingError."""
        seconds = self.settings.compare_seconds
        async with self._database.transaction(deadline_seconds=seconds) as connection:
            await patient(connection, seconds)
            row = await self._open(connection, import_id, who, lock=True)
            if not await self.is_current(connection, row):
                row = await self.worked_out(connection, row)
        return row

    async def steps(self, row: Import, what: str, after: int, limit: int) -> list[Step]:
        """The next steps of a kind, with what changes in each field."""
        async with self._database.transaction() as connection:
            if what != steps.CHANGED:
                found = await steps.numbers(connection, row.import_id, what, after, limit)
                return [Step(what, one.place, one.number, one.source_id, one.entry_id) for one in found]
            pairs = await steps.pairs(connection, row.import_id, what, after, limit)
        return [self._changed(pair) for pair in pairs]

    async def is_current(self, connection: AsyncConnection, row: Import) -> bool:
        """Whether the steps are those that the list as it is would give. Raises RowsMissingError where a crash took rows away."""
        there = await store.rows_there(connection, row.import_id)
        if there != row.rows:
            raise RowsMissingError(there)
        if row.seen_version is None or sum((await steps.sums(connection, row.import_id)).values()) != row.steps:
            return False
        return not await steps.changed_since(connection, row.agency, row.source, row.seen_version)

    async def worked_out(self, connection: AsyncConnection, row: Import) -> Import:
        """The import with its steps worked out anew, in this transaction."""
        version = await list_store.list_version_now(connection)
        await store.measure(connection)
        await steps.fill(connection, row.import_id, row.agency, row.source, self.settings.sort_memory_mb)
        second = await self._compared(connection, row)
        found = await steps.sums(connection, row.import_id)
        listed = await steps.living(connection, row.agency, row.source)
        shown = {what: found.get(what, 0) for what in SHOWN}
        faulty, _ = await store.faults_of(connection, row.import_id, 0)
        unchanged = listed - shown[steps.CHANGED] - shown[steps.REMOVED]
        counts = {"rows": row.rows, "listed": listed, **shown, "unchanged": unchanged, "faulty": faulty, "needs_second": second}
        values = {"seen_version": version, "steps": sum(found.values()), "counts": orjson.dumps(counts).decode()}
        await store.change(connection, row.import_id, **values)
        changed = await store.find(connection, row.import_id)
        if changed is None:
            raise ImportUnknownError
        return changed

    async def tidy(self) -> int:
        """Drop what was abandoned, and delete the rows of what has ended, some at a time; how many."""
        now = self.writer.clock.now()
        async with self._database.transaction("loops") as connection:
            for import_id in await store.abandoned(connection, now - self.settings.keep, 100):
                await store.change(connection, import_id, state=store.DROPPED, ended_at=now)
        async with self._database.transaction("loops") as connection:
            return await store.clear_one(connection, _DROPPED_AT_ONCE)

    async def _ready(
        self, lines: Sequence[bytes], first: int, row: Import
    ) -> tuple[list[dict[str, Any]], dict[int, list[Fault]]]:
        ground = Ground(row.import_id, row.agency, row.nation, row.source, row.opened_at, self.writer.policy)
        pauses, rows, faults = Pauses(self.settings.busy_ms), [], {}
        for number, line in enumerate(lines, start=first):
            found = ready(line, number, ground)
            if isinstance(found, list):
                faults[number] = found
            else:
                rows.append(found)
            await pauses.take()
        return rows, faults

    async def _compared(self, connection: AsyncConnection, row: Import) -> int:
        """Look into every entry whose draft is not the last one's; how many of the changes take a second person."""
        after, second, pauses = 0, 0, Pauses(self.settings.busy_ms)
        while pairs := await steps.pairs(connection, row.import_id, steps.CHANGED, after, self.settings.page_rows):
            same = []
            for pair in pairs:
                step = self._changed(pair)
                second += step.needs_second
                if not step.fields:
                    same.append(pair.place)
                await pauses.take()
            await steps.settle(connection, row.import_id, same, steps.SAME)
            after = pairs[-1].place
        return second

    def _changed(self, pair: Any) -> Step:
        before = ENTRY.validate_json(pair.content)
        if not isinstance(before, ActorEntry):
            raise TypeError("a step is of an actor")
        body = merged(before.body, restored(pair.body, pair.said))
        fields = tuple(changes(before.body, body))
        second = bool(fields) and waits(before, body, self.writer.policy)
        return Step(steps.CHANGED, pair.place, pair.number, pair.source_id, pair.entry_id, before.version, fields, second)

    async def _open(self, connection: AsyncConnection, import_id: UUID, who: Author, *, lock: bool = False) -> Import:
        row = await self._found(connection, import_id, who, lock=lock)
        if row.state != store.OPEN:
            raise ImportEndedError(row.state)
        return row

    async def _found(self, connection: AsyncConnection, import_id: UUID, who: Author, *, lock: bool = False) -> Import:
        row = await store.find(connection, import_id, lock=lock)
        if row is None or not (who.admin or row.agency == who.agency):
            raise ImportUnknownError
        return row


async def patient(connection: AsyncConnection, seconds: float) -> None:
    """Let the statements of this transaction take as long as it may."""
    await connection.execute(select(func.set_config("statement_timeout", f"{round(seconds * 1000)}ms", True)))  # noqa: FBT003 - SQL's own: for this transaction
