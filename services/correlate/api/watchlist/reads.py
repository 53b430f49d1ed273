"""What every route that reads the list needs, and the past's errors as problems."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.domain.life.policy import LifePolicy
from services.correlate.reading_settings import ReadingSettings
from services.correlate.watchlist.past import Moment, NotYetError, list_version_of
from shared.platform.clock import Clock
from shared.platform.database.engine import Database
from shared.platform.faults import Fault
from shared.platform.http.cursors import Cursors
from shared.platform.http.problems import InvalidInputError


@dataclass(frozen=True, slots=True)
class Reads:
    """The list, for reading: the database, the seal of cursors, the time it is, how much one question may read, and what is expected of an entry."""

    database: Database
    cursors: Cursors
    clock: Clock
    bounds: ReadingSettings
    policy: LifePolicy

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that reads."""
        async with self.database.transaction() as connection:
            yield connection

    async def version(self, connection: AsyncConnection, moment: Moment, name: str) -> int:
        """The version of the list at a moment that a parameter gave. Raises InvalidInputError for one that lies ahead."""
        with _of_parameter(name):
            return await list_version_of(connection, moment, self.clock.now())


@contextlib.contextmanager
def _of_parameter(name: str) -> Iterator[None]:
    try:
        yield
    except NotYetError as error:
        detail = f"That lies ahead: the list is at version {error.newest} now."
        raise InvalidInputError([Fault("", "not_yet", detail, parameter=name)]) from None
