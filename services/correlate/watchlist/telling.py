"""What was told is kept for a while, and then goes."""

from datetime import timedelta

from services.correlate.store.notices import purge_notices
from shared.platform.clock import Clock
from shared.platform.database.engine import Database


class NoticePurge:
    """Deletes notices that are older than is useful, some at a time. Any number of copies may work."""

    def __init__(self, database: Database, clock: Clock, kept: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._kept = kept

    async def once(self, limit: int = 500) -> int:
        """Delete some; how many."""
        async with self._database.transaction("loops") as connection:
            return await purge_notices(connection, self._clock.now() - self._kept, limit)
