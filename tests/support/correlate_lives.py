"""A list on a real database and a clock that stands until it is moved; no broker."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import text

from services.correlate.domain.life.policy import LifePolicy
from services.correlate.domain.life.wishes import Action, Wish
from services.correlate.entries.bodies import AnyEntry
from services.correlate.entries.versions import Author
from services.correlate.watchlist.cases import Cases
from services.correlate.watchlist.changing import Entrance, Watchlist
from services.correlate.watchlist.clock import ListClock
from services.correlate.watchlist.life import Asked, Life
from services.correlate.watchlist.writing import ListWriter
from shared.contracts.notices import Notice
from shared.contracts.topics import NOTICES
from shared.contracts.watchlist import ENTRY, ActorBody
from shared.platform.database.engine import Database
from shared.platform.database.settings import DatabaseSettings
from tests.support.correlate import NOON

WRITER = Author("hn-police", "HN", "writer")
SECOND = Author("hn-police", "HN", "second")
PARTNER = Author("gt-police", "GT", "partner")
STRONG = {
    "kind": "person",
    "names": [{"full": "Nadie Ejemplo Prueba"}],
    "birth_dates": ["1971"],
    "handling": {"releasable_to": ["GT"]},
}
WEAK = {name: value for name, value in STRONG.items() if name != "birth_dates"}


@dataclass
class Hand:
    """A clock that stands where it is put."""

    moment: datetime = NOON

    def now(self) -> datetime:
        return self.moment

    def go(self, by: timedelta) -> None:
        self.moment += by


@dataclass
class Lives:
    """The use cases of the list over one database, under one hand."""

    database: Database
    policy: LifePolicy = field(default_factory=LifePolicy)
    hand: Hand = field(default_factory=Hand)

    def __post_init__(self) -> None:
        self.writer = ListWriter(self.database, self.hand, lambda: None, policy=self.policy)
        self.watchlist = Watchlist(self.writer)
        self.life = Life(self.writer)
        self.cases = Cases(self.writer, self.watchlist)
        self.clock = ListClock(self.writer)

    async def listed(self, entrance: Entrance = Entrance.USUAL, **body: Any) -> AnyEntry:
        given = ActorBody.model_validate({**STRONG, **body})
        return (await self.watchlist.add(given, WRITER, None, entrance)).entry

    async def act(self, entry: AnyEntry, action: Action, author: Author = WRITER, **wish: Any) -> AnyEntry:
        asked = Asked(entry.entry_id, Wish(action, **{"reason": "reason", **wish}))
        return (await self.life.act(asked, author)).entry

    async def now_is(self, entry_id: UUID) -> AnyEntry:
        rows = await self.rows("SELECT content FROM correlate.entry WHERE entry_id = :id", id=entry_id)
        return ENTRY.validate_json(rows[0].content)

    async def told(self, agency: str = "hn-police") -> list[Notice]:
        """What was told to an agency, the first first."""
        rows = await self.rows("SELECT content FROM correlate.entry_notice WHERE agency = :agency", agency=agency)
        return sorted((Notice.model_validate_json(row.content) for row in rows), key=lambda one: (one.at, one.version))

    async def sent(self) -> list[Notice]:
        """The notices in the outbox, in order."""
        rows = await self.rows("SELECT value FROM correlate.outbox WHERE topic = :topic ORDER BY id", topic=NOTICES)
        return [Notice.model_validate_json(bytes(row.value)) for row in rows]

    async def rows(self, statement: str, **values: Any) -> list[Any]:
        async with self.database.transaction() as connection:
            return list((await connection.execute(text(statement), values)).all())

    async def do(self, statement: str, **values: Any) -> None:
        async with self.database.transaction() as connection:
            await connection.execute(text(statement), values)


@contextlib.asynccontextmanager
async def lives(migrated_url: str, policy: LifePolicy | None = None) -> AsyncIterator[Lives]:
    """A list on a migrated database, at noon."""
    async with Database(DatabaseSettings(url=SecretStr(migrated_url)), application_name="test") as database:
        yield Lives(database, policy or LifePolicy())
