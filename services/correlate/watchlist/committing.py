"""An import done: one transaction, one range of versions of the list. Stopped at any moment, the list is the old one or the new one."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import orjson
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.domain.life.strength import needs_second
from services.correlate.entries.bodies import completed
from services.correlate.entries.versions import Author, Change, next_version
from services.correlate.lists.difference import merged, merged_again
from services.correlate.store import entries as list_store
from services.correlate.store import imports as store
from services.correlate.store import steps, taking
from services.correlate.store.entries import Said
from services.correlate.store.imports import Import
from services.correlate.watchlist.drafts import restored
from services.correlate.watchlist.editing import edited
from services.correlate.watchlist.errors import BodyFaultyError
from services.correlate.watchlist.import_errors import ImportEndedError, ImportUnknownError, ListChangedError, NotAgreedError
from services.correlate.watchlist.importing import Imports, patient
from services.correlate.watchlist.pauses import Pauses
from services.correlate.watchlist.writing import OpenList
from shared.contracts.vocabulary import ActorKind, EntryChange, EntryState
from shared.contracts.watchlist import ENTRY, ActorBody, ActorEntry
from shared.platform.errors import TransientError

log = structlog.get_logger()

_MANY: Final = 1_000
"""Versions of one import after which the list has another size."""
_PAGED: Final = (steps.AGAIN, steps.CHANGED, steps.REMOVED)
"""What is done entry by entry: their present versions have to be read for it."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What whoever commits agrees to. `approves`: the key may approve, so it is a second person where another has opened the import."""

    removals: bool = False
    faults: bool = False
    doubled: bool = False
    approves: bool = False
    seen_version: int | None = None
    rows: int | None = None
    list_date: date | None = None
    """The list's own date, where it was not known before it was read."""


@dataclass(slots=True)
class _Commit:
    """A commit under way: who does it in whose name, and how far the versions of the list have come."""

    row: Import
    opened: OpenList
    author: Author
    second: bool
    now: datetime
    list_date: date | None
    at: int
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def why(self) -> str:
        """Kept in the history of each entry."""
        dated = f"{self.row.source} of {self.list_date}" if self.list_date else str(self.row.source)
        return self.row.why or dated

    @property
    def head(self) -> dict[str, Any]:
        """Whose words the entries are, and who stands for them beside."""
        return {"written_by": self.row.opened_by, "approved_by": self.author.by if self.second else None}


class Committing:
    """Makes the list of a source what an import says."""

    def __init__(self, imports: Imports) -> None:
        self._imports = imports
        self._writer = imports.writer
        self._settings = imports.settings

    async def commit(self, import_id: UUID, who: Author, consent: Consent) -> Import:
        """The import, done; one that is done already stays as it is, so that a lost answer may be asked for again.

        Raises ImportUnknownError, ImportEndedError, RowsMissingError, ListChangedError, NotAgreedError, or ListBusyError; nothing is done then.
        """
        done = await self._committed(import_id, who, consent)
        if (done.to_version or 0) - (done.after_version or 0) >= _MANY:
            await self._measured()
        return done

    async def _measured(self) -> None:
        """Tell the planner of the list's new size now: left to itself the server looks a minute later, and reads whole tables until then."""
        try:
            async with self._writer.database.transaction("loops", deadline_seconds=self._settings.compare_seconds) as connection:
                await patient(connection, self._settings.compare_seconds)
                await list_store.measure(connection)
        except TransientError as error:
            log.warning("list.not_measured", error=type(error).__name__)

    async def _committed(self, import_id: UUID, who: Author, consent: Consent) -> Import:
        seconds = self._settings.commit_seconds
        async with self._writer.opened(deadline_seconds=seconds) as opened:
            await patient(opened.connection, seconds)
            row = await store.find(opened.connection, import_id, lock=True)
            if row is None or not (who.admin or row.agency == who.agency):
                raise ImportUnknownError
            if row.state == store.DONE:
                return row
            if row.state != store.OPEN:
                raise ImportEndedError(row.state)
            row = await self._current(opened.connection, row, consent)
            second = consent.approves and who.by != row.opened_by
            _guard(orjson.loads(row.counts), consent, self._settings.removals_percent, second=second)
            author = Author(row.agency, row.nation, who.by, who.admin)
            dated = row.list_date or consent.list_date
            commit = _Commit(row, opened, author, second, self._writer.clock.now(), dated, opened.version)
            await self._apply(commit)
            return await self._closed(commit)

    async def _current(self, connection: AsyncConnection, row: Import, consent: Consent) -> Import:
        if consent.rows is not None and consent.rows != row.rows:
            raise NotAgreedError("rows_differ", f"{row.rows} rows are there, not {consent.rows}.", {"rows": row.rows})
        current = await self._imports.is_current(connection, row)
        if consent.seen_version is not None and not (current and row.seen_version == consent.seen_version):
            raise ListChangedError(row.seen_version)
        return row if current else await self._imports.worked_out(connection, row)

    async def _apply(self, commit: _Commit) -> None:
        found = await steps.sums(commit.opened.connection, commit.row.import_id)
        added = found.get(steps.ADDED, 0)
        await taking.take(commit.opened.connection, self._taking(commit), commit.at, added, self._settings.slice_rows)
        commit.at += added
        commit.counts = {steps.ADDED: added}
        for what in _PAGED:
            commit.counts[what] = await self._paged(commit, what)
        for what in (steps.SAME, steps.CHANGED, steps.AGAIN):
            await taking.remember(commit.opened.connection, commit.row.import_id, what)

    def _taking(self, commit: _Commit) -> taking.Taking:
        row = commit.row
        sample = ActorBody(kind=ActorKind.PERSON, source=row.source)
        states = {EntryState.ACTIVE: {"renewed_at": row.opened_at}, EntryState.SUBMITTED: {}}
        active, submitted = (
            self._next(
                commit, Change(row.import_id, sample, EntryChange.IMPORTED, commit.why, state, commit.head | more), None, 1
            )
            for state, more in states.items()
        )
        return taking.Taking(row.import_id, row.agency, row.nation, row.source, row.opened_by, commit.second, active, submitted)

    async def _paged(self, commit: _Commit, what: str) -> int:
        """Do the steps of a kind, some at a time; how many were done."""
        after, done, pauses = 0, 0, Pauses(self._settings.busy_ms)
        connection, own = commit.opened.connection, commit.row.import_id
        while pairs := await steps.pairs(connection, own, what, after, self._settings.page_rows):
            written: list[ActorEntry] = []
            waiting: list[int] = []
            for pair in pairs:
                before = _entry(pair.content)
                change = self._change(commit, what, pair, before)
                if change is None:
                    waiting.append(pair.place)
                else:
                    written.append(self._next(commit, change, before, commit.at + len(written) + 1))
                await pauses.take()
            await list_store.put_entries(connection, written, self._writer.policy)
            await steps.settle(connection, own, waiting, steps.WAITING)
            commit.at += len(written)
            done += len(written)
            after = pairs[-1].place
        return done

    def _change(self, commit: _Commit, what: str, pair: Any, before: ActorEntry) -> Change | None:
        """What becomes of an entry; None where it stays, since it takes a second person or its own dates forbid it."""
        if what == steps.REMOVED:
            return Change(before.entry_id, before.body, EntryChange.REVOKED, commit.why, EntryState.REVOKED)
        draft, policy, row = restored(pair.body, pair.said), self._writer.policy, commit.row
        if what == steps.AGAIN:
            body = draft if before.state is EntryState.DELETED else merged_again(before.body, draft)
            active = commit.second or not needs_second(body, policy)
            state = EntryState.ACTIVE if active else EntryState.SUBMITTED
            head = {**commit.head, "renewed_at": row.opened_at if active else None}
            return Change(before.entry_id, body, EntryChange.IMPORTED, commit.why, state, head)
        return self._edit(commit, before, draft)

    def _edit(self, commit: _Commit, before: ActorEntry, draft: ActorBody) -> Change | None:
        """The same that an edit by hand would do; what that would submit to a second person is done where one commits."""
        policy, at = self._writer.policy, commit.row.opened_at
        body = completed(merged(before.body, draft), policy, at, before.body)
        try:
            edit = edited(before, body, commit.why, at, policy)
        except BodyFaultyError:
            return None
        if edit.waits and not commit.second:
            return None
        state, head = edit.change.state, {**edit.change.head, **commit.head}
        if commit.second and state is EntryState.SUBMITTED:
            state, head = EntryState.ACTIVE, {**head, "renewed_at": at}
        return Change(before.entry_id, body, EntryChange.IMPORTED, commit.why, state, head)

    def _next(self, commit: _Commit, change: Change, before: ActorEntry | None, version: int) -> ActorEntry:
        entry = next_version(change, before, commit.author, list_version=version, now=commit.now)
        if not isinstance(entry, ActorEntry):
            raise TypeError("an actor's next version is an actor")
        return entry

    async def _closed(self, commit: _Commit) -> Import:
        connection, row, first, now = commit.opened.connection, commit.row, commit.opened.version + 1, commit.now
        if commit.at >= first:
            said = Said(commit.author.by, row.agency, EntryChange.IMPORTED, commit.why, row.import_id)
            await list_store.close_change(connection, first, commit.at, now, said, self._writer.partitions())
        counts = orjson.loads(row.counts) | commit.counts
        counts["waiting"] = orjson.loads(row.counts)[steps.CHANGED] - commit.counts[steps.CHANGED]
        await store.change(
            connection, row.import_id, list_date=commit.list_date, state=store.DONE, ended_at=now, ended_by=commit.author.by,
            after_version=commit.opened.version, to_version=commit.at, counts=orjson.dumps(counts).decode(),
        )  # fmt: skip
        done = await store.find(connection, row.import_id)
        if done is None:
            raise ImportUnknownError
        return done


def removals_percent(counts: dict[str, int]) -> float:
    """The share of the listed entries that an import ends."""
    return 100 * counts[steps.REMOVED] / counts["listed"] if counts["listed"] else 0.0


def against(counts: dict[str, int], most_percent: float) -> list[tuple[str, str]]:
    """What speaks against an import where nobody has agreed to anything: a code and a sentence each."""
    return list(_against(counts, Consent(), most_percent, second=False))


def _guard(counts: dict[str, int], consent: Consent, most_percent: float, *, second: bool) -> None:
    """Raises NotAgreedError."""
    for code, detail in _against(counts, consent, most_percent, second=second):
        raise NotAgreedError(code, detail, counts)


def _against(counts: dict[str, int], consent: Consent, most_percent: float, *, second: bool) -> Iterator[tuple[str, str]]:
    if counts["faulty"] and not consent.faults:
        yield "faulty_rows", f"{counts['faulty']} rows are no entries. Mend them, or agree to leave them out."
    if counts[steps.DOUBLED] and not consent.doubled:
        yield (
            "doubled_rows",
            f"{counts[steps.DOUBLED]} rows have the number of another. Mend the list, or agree to the first of each.",
        )
    percent = removals_percent(counts)
    if percent <= most_percent:
        return
    would = f"The import would end {counts[steps.REMOVED]} of {counts['listed']} entries, {percent:.1f}%; {most_percent:g}% are let pass."
    if not consent.removals:
        yield "too_many_removals", f"{would} Is it the whole list, and the right one? If so, a second person may commit it."
    elif not second:
        yield "second_person", f"{would} It takes a second person: another key than opened it, that may approve."


def _entry(content: str) -> ActorEntry:
    found = ENTRY.validate_json(content)
    if not isinstance(found, ActorEntry):
        raise TypeError("a step is of an actor")
    return found
