"""What time alone brings to the list: a pass over the entries that are due. Any number of copies may make it, and be stopped at any moment."""

from services.correlate.domain.life.clock import Move, moved
from services.correlate.entries.bodies import AnyEntry, emptied
from services.correlate.entries.versions import Author, Change
from services.correlate.store import entries as store
from services.correlate.watchlist.writing import ListWriter
from shared.contracts.vocabulary import EntryState

_TIME = Author("", "", "atalaya", admin=True)
"""In the history: nobody's decision."""


class ListClock:
    """Moves entries when their date comes, in the name of nobody."""

    def __init__(self, writer: ListWriter) -> None:
        self._writer = writer

    async def once(self, limit: int = 500) -> int:
        """Move what is due, the longest overdue first; how many. Whoever comes second finds it moved."""
        now = self._writer.clock.now()
        async with self._writer.database.transaction("loops") as connection:
            if not await store.overdue(connection, now, 1):
                return 0
        async with self._writer.opened("loops") as opened:
            due = await store.overdue(opened.connection, now, limit)
            moves = [(entry, move) for entry in due if (move := moved(entry, now, self._writer.policy))]
            await self._writer.write(opened, [(_change(entry, move), entry) for entry, move in moves], _TIME)
        return len(moves)


def _change(entry: AnyEntry, move: Move) -> Change:
    body = emptied(entry.body) if move.state is EntryState.DELETED else entry.body
    return Change(entry.entry_id, body, move.change, move.why, move.state, move.head)
