"""The reverse of an import, in one transaction: what it listed is revoked, what it changed gets its former body back, what it ended comes back.

What anybody has changed since is left as it is, and named. An undoing is noted as an import is, so that it can be undone the same way.
No marking is lowered: where the import had narrowed who may see an entry, it stays as narrow, and is counted.
"""

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import orjson

from services.correlate.domain.life.clock import due_at
from services.correlate.entries.identities import identity
from services.correlate.entries.versions import Author, Change, next_version
from services.correlate.lists.difference import narrowed
from services.correlate.store import entries as list_store
from services.correlate.store import imports as store
from services.correlate.store import undoing
from services.correlate.store.entries import Said
from services.correlate.store.imports import Import
from services.correlate.store.undoing import Range
from services.correlate.watchlist.import_errors import ImportEndedError, ImportUnknownError, NotAgreedError
from services.correlate.watchlist.importing import Imports, patient
from services.correlate.watchlist.pauses import Pauses
from services.correlate.watchlist.writing import OpenList
from shared.contracts.vocabulary import ActorKind, EntryChange, EntryState
from shared.contracts.watchlist import ENTRY, ActorBody, ActorEntry

_NAMED: Final = 100
"""Entries that are named of those that are left; the count has all."""
_HEAD: Final = ("written_by", "approved_by", "renewed_at", "confirm_by", "resume_at", "keep_until", "flags", "cleared")
REVOKED, RESTORED, RETURNED, LEFT, MARKINGS_KEPT = "revoked", "restored", "returned", "left", "markings_kept"


@dataclass(frozen=True, slots=True)
class Left:
    """An entry that an undoing does not touch, and why: it changed since, or another goes by its number now."""

    entry_id: UUID
    source_id: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undoing did, or would do: its own row (none of a rehearsal), how much, and what it left."""

    row: Import | None
    counts: dict[str, int]
    left: list[Left]


@dataclass(slots=True)
class _Undoing:
    row: Import
    opened: OpenList
    author: Author
    why: str | None
    now: datetime
    dry: bool
    at: int
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys((REVOKED, RESTORED, RETURNED, LEFT, MARKINGS_KEPT), 0))
    left: list[Left] = field(default_factory=list)

    @property
    def done(self) -> Range:
        """The versions of the list that are undone."""
        return Range(self.row.after_version, self.row.to_version)


class Undoing:
    """Undoes imports, and undoings."""

    def __init__(self, imports: Imports) -> None:
        self._writer = imports.writer
        self._settings = imports.settings

    async def undo(self, import_id: UUID, who: Author, why: str | None, *, dry_run: bool = False) -> Undone:
        """Undo what was done. Raises ImportUnknownError, ImportEndedError where it was not, NotAgreedError where nothing is left to undo, or ListBusyError."""
        seconds = self._settings.commit_seconds
        async with self._opened(seconds, dry_run=dry_run) as opened:
            await patient(opened.connection, seconds)
            row = await store.find(opened.connection, import_id)
            if row is None or not (who.admin or row.agency == who.agency):
                raise ImportUnknownError
            if row.state != store.DONE:
                raise ImportEndedError(row.state)
            author = Author(row.agency, row.nation, who.by, who.admin)
            under_way = _Undoing(row, opened, author, why, self._writer.clock.now(), dry_run, opened.version)
            await self._listed(under_way)
            await self._others(under_way)
            if dry_run:
                return Undone(None, under_way.counts, under_way.left)
            return Undone(await self._closed(under_way), under_way.counts, under_way.left)

    @contextlib.asynccontextmanager
    async def _opened(self, seconds: float, *, dry_run: bool) -> AsyncIterator[OpenList]:
        """The list to oneself, or for a rehearsal to look at."""
        if not dry_run:
            async with self._writer.opened(deadline_seconds=seconds) as opened:
                yield opened
            return
        async with self._writer.database.transaction(deadline_seconds=seconds) as connection:
            yield OpenList(connection, await list_store.list_version_now(connection))

    async def _listed(self, under_way: _Undoing) -> None:
        """What the import listed for the first time; and what has changed since."""
        connection = under_way.opened.connection
        found = await undoing.sums(connection, under_way.done)
        under_way.counts[REVOKED], under_way.counts[LEFT] = found.listed, found.left
        changed = await undoing.left(connection, under_way.done, _NAMED)
        under_way.left = [Left(row.entry_id, row.source_id, "changed since") for row in changed]
        if not under_way.dry and found.listed:
            revoking = self._revoking(under_way)
            under_way.at += await undoing.revoke(connection, revoking, under_way.done, under_way.at, self._settings.slice_rows)

    def _revoking(self, under_way: _Undoing) -> undoing.Revoking:
        row = under_way.row
        sample = ActorBody(kind=ActorKind.PERSON, source=row.source)
        made = Author(row.agency, row.nation, row.opened_by)
        change = Change(
            row.import_id, sample, EntryChange.UNDONE, under_way.why, EntryState.REVOKED, {"written_by": row.opened_by}
        )
        active, submitted = (
            _next(
                under_way, change, next_version(self._first(row, sample, state), None, made, list_version=1, now=row.ended_at), 2
            )
            for state in (EntryState.ACTIVE, EntryState.SUBMITTED)
        )
        due = due_at(active, self._writer.policy)
        return undoing.Revoking(active, submitted, under_way.now, due)

    def _first(self, row: Import, sample: ActorBody, state: EntryState) -> Change:
        renewed_at = row.opened_at if state is EntryState.ACTIVE else None
        return Change(row.import_id, sample, EntryChange.IMPORTED, None, state, {"renewed_at": renewed_at})

    async def _others(self, under_way: _Undoing) -> None:
        """What had been listed before, entry by entry."""
        connection, done, pauses = under_way.opened.connection, under_way.done, Pauses(self._settings.busy_ms)
        while rows := await undoing.page(connection, done, self._settings.page_rows):
            pairs = [(_entry(row.content), _entry(row.former)) for row in rows]
            taken = await self._taken(under_way, pairs)
            written: list[ActorEntry] = []
            for now, former in pairs:
                if now.entry_id in taken:
                    self._leave(under_way, now)
                else:
                    change = self._change(under_way, now, former)
                    written.append(_next(under_way, change, now, under_way.at + len(written) + 1))
                await pauses.take()
            if not under_way.dry:
                await list_store.put_entries(connection, written, self._writer.policy)
                under_way.at += len(written)
            done = Range(rows[-1].list_version, done.upto)

    async def _taken(self, under_way: _Undoing, pairs: Sequence[tuple[ActorEntry, ActorEntry]]) -> set[UUID]:
        """Those that would come back under a number that another entry has by now."""
        back = {now.entry_id: identity(former.body) for now, former in pairs if now.ended_at and not former.ended_at}
        active = await list_store.active_ids(under_way.opened.connection, under_way.row.agency, list(back.values()))
        return {entry_id for entry_id, known_by in back.items() if active.get(known_by, entry_id) != entry_id}

    def _leave(self, under_way: _Undoing, now: ActorEntry) -> None:
        under_way.counts[LEFT] += 1
        if len(under_way.left) < _NAMED:
            under_way.left.append(Left(now.entry_id, now.body.source_id, "another entry has its number"))

    def _change(self, under_way: _Undoing, now: ActorEntry, former: ActorEntry) -> Change:
        """An entry as it was before, but for who may see it and for an end that had come to it."""
        deleted = former.state is EntryState.DELETED
        body = now.body if deleted else former.body
        handling = narrowed(now.body.handling, body.handling)
        under_way.counts[MARKINGS_KEPT] += handling != body.handling
        state = EntryState.REVOKED if former.ended_at else former.state
        under_way.counts[REVOKED if former.ended_at else RETURNED if now.ended_at else RESTORED] += 1
        head: dict[str, Any] = {name: getattr(former, name) for name in _HEAD}
        whole = body.model_copy(update={"handling": handling})
        return Change(now.entry_id, whole, EntryChange.UNDONE, under_way.why, state, head)

    async def _closed(self, under_way: _Undoing) -> Import:
        row, now, connection, own = under_way.row, under_way.now, under_way.opened.connection, uuid4()
        first = under_way.opened.version + 1
        if under_way.at < first:
            raise NotAgreedError("nothing_to_undo", "Every entry of it has changed since, or was undone.", under_way.counts)
        said = Said(under_way.author.by, row.agency, EntryChange.UNDONE, under_way.why, own)
        await list_store.close_change(connection, first, under_way.at, now, said, self._writer.partitions())
        values = {
            "import_id": own, "agency": row.agency, "nation": row.nation, "source": row.source, "state": store.DONE,
            "opened_at": now, "opened_by": under_way.author.by, "touched_at": now, "why": under_way.why, "rows": 0, "steps": 0,
            "counts": orjson.dumps(under_way.counts).decode(), "ended_at": now, "ended_by": under_way.author.by,
            "after_version": under_way.opened.version, "to_version": under_way.at, "undoes": row.import_id, "cleared": True,
        }  # fmt: skip
        await store.note(connection, values)
        done = await store.find(connection, own)
        if done is None:
            raise ImportUnknownError
        return done


def _next(under_way: _Undoing, change: Change, before: Any, list_version: int) -> ActorEntry:
    entry = next_version(change, before, under_way.author, list_version=list_version, now=under_way.now)
    if not isinstance(entry, ActorEntry):
        raise TypeError("an actor's next version is an actor")
    return entry


def _entry(content: str) -> ActorEntry:
    found = ENTRY.validate_json(content)
    if not isinstance(found, ActorEntry):
        raise TypeError("an import is of actors")
    return found
