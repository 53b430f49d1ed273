"""What time alone brings to the list: a pass over what is due. Any number of copies may make it, and be stopped at any moment."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from pydantic import ValidationError

from services.correlate.domain.life.clock import CLOCK, Move, caught_up, due_at
from services.correlate.entries.bodies import AnyEntry, emptied
from services.correlate.entries.versions import Author, Change
from services.correlate.store.due import Due, due_entries, put_due
from services.correlate.watchlist.writing import ListWriter, OpenList
from shared.contracts.vocabulary import EntryState
from shared.contracts.watchlist import ENTRY
from shared.platform.errors import TransientError

log = structlog.get_logger()

_TIME = Author("", "", CLOCK, admin=True)
"""In the history: nobody's decision."""
_AGAIN: Final = timedelta(hours=1)
"""After which one that could not be moved is tried again."""


class ListClock:
    """Moves entries when their date comes, in the name of nobody.

    Each pass is one transaction: cut at any moment, nothing of it is done, and the next pass does it. An entry that cannot be moved is
    said in the log, left for an hour, and holds up no other.
    """

    def __init__(self, writer: ListWriter) -> None:
        self._writer = writer
        self._stuck: dict[UUID, datetime] = {}

    async def once(self, limit: int = 500) -> int:
        """Move what is due, the longest overdue first; how many entries it looked at. Whoever comes second finds it moved."""
        now = self._writer.clock.now()
        self._stuck = {key: until for key, until in self._stuck.items() if until > now}
        async with self._writer.database.transaction("loops") as connection:
            if not await due_entries(connection, now, 1, but=self._stuck):
                return 0
        try:
            return await self._pass(now, limit)
        except TransientError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever one entry holds, the others are moved: each on its own, the culprit is found
            log.warning("clock.pass_split", error=type(error).__name__)
        return await self._one_by_one(now, limit)

    async def _pass(self, now: datetime, limit: int) -> int:
        async with self._writer.opened("loops") as opened:
            due = await due_entries(opened.connection, now, limit, but=self._stuck)
            await self._move(opened, due, now)
        return len(due)

    async def _one_by_one(self, now: datetime, limit: int) -> int:
        async with self._writer.database.transaction("loops") as connection:
            due = await due_entries(connection, now, limit, but=self._stuck)
        for one in due:
            try:
                await self._alone(one.entry_id, now)
            except TransientError:
                raise
            except Exception as error:  # noqa: BLE001 - as above
                self._leave(one.entry_id, now, type(error).__name__)
        return len(due)

    async def _alone(self, entry_id: UUID, now: datetime) -> None:
        """One entry in a transaction of its own, if it is still due."""
        async with self._writer.opened("loops") as opened:
            due = await due_entries(opened.connection, now, 1, only=entry_id)
            await self._move(opened, due, now)

    async def _move(self, opened: OpenList, due: Sequence[Due], now: datetime) -> None:
        changes: list[tuple[Change, AnyEntry | None]] = []
        early: dict[UUID, datetime | None] = {}
        for one in due:
            entry = self._read(one, now)
            if entry is None:
                continue
            moved, moves = caught_up(entry, now, self._writer.policy)
            if moves:
                changes.append((_change(entry, moved, moves), entry))
            else:
                early[one.entry_id] = due_at(entry, self._writer.policy)
        await put_due(opened.connection, early)
        await self._writer.write(opened, changes, _TIME)

    def _read(self, one: Due, now: datetime) -> AnyEntry | None:
        try:
            return ENTRY.validate_json(one.content)
        except ValidationError:
            self._leave(one.entry_id, now, "unreadable")
            return None

    def _leave(self, entry_id: UUID, now: datetime, error: str) -> None:
        log.error("entry.not_moved", entry_id=str(entry_id), error=error)
        self._stuck[entry_id] = now + _AGAIN


def _change(before: AnyEntry, after: AnyEntry, moves: Sequence[Move]) -> Change:
    """All moves as one version, called as the last that led to another state."""
    states = [before.state, *(move.state for move in moves)]
    leading = [move for move, was in zip(moves, states, strict=False) if move.state is not was]
    told = (leading or moves)[-1]
    head = {name: value for move in moves for name, value in move.head.items()}
    body = emptied(after.body) if after.state is EntryState.DELETED else after.body
    return Change(after.entry_id, body, told.change, told.why, after.state, head, after.ended_at)
