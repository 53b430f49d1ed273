"""A tracker on a real database, fed with batches by hand: what a consumer would give it, without a broker."""

import contextlib
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, SecretStr
from sqlalchemy import text

from services.correlate.domain.track.policy import TrackPolicy
from services.correlate.entries.versions import Author
from services.correlate.tracker import Tracker
from services.correlate.watchlist.changing import Watchlist
from services.correlate.watchlist.writing import ListWriter
from shared.contracts.alerts import AlertMessage
from shared.contracts.codec import encode
from shared.contracts.sightings import Sighting
from shared.contracts.topics import ALERTS, SIGHTINGS
from shared.contracts.watchlist import ActorBody, ActorEntry, RouteBody, RouteEntry
from shared.platform.clock import SystemClock
from shared.platform.database.engine import Database
from shared.platform.database.settings import DatabaseSettings
from shared.platform.kafka.messages import Batch, SalvagedRecord

HN = Author("hn-police", "HN", "key")


def batch(messages: Sequence[BaseModel | bytes], *, start: int = 0, expected: int | None = None, partition: int = 0) -> Batch:
    """Messages as the consumer hands them over."""
    records = [
        SalvagedRecord(start + number, 0, b"k", one if isinstance(one, bytes) else encode(one), ())
        for number, one in enumerate(messages)
    ]
    return Batch(SIGHTINGS, partition, records, expected, start + len(records))


@dataclass
class Track:
    """A tracker, its database, and how far it was fed."""

    database: Database
    tracker: Tracker
    watchlist: Watchlist
    offsets: dict[int, int | None] = field(default_factory=dict)

    async def feed(self, messages: Iterable[BaseModel], *, partition: int = 0) -> None:
        """One batch on a partition, behind what came there before."""
        expected = self.offsets.get(partition)
        one = batch(list(messages), start=expected or 0, expected=expected, partition=partition)
        await self.tracker.handle(one)
        self.offsets[partition] = one.next_offset

    async def rows(self, statement: str, **values: Any) -> list[Any]:
        async with self.database.transaction() as connection:
            return list((await connection.execute(text(statement), values)).all())

    async def told(self) -> list[AlertMessage]:
        """The alert messages in the outbox, in order."""
        rows = await self.rows("SELECT value FROM correlate.outbox WHERE topic = :topic ORDER BY id", topic=ALERTS)
        return [AlertMessage.model_validate_json(bytes(row.value)) for row in rows]

    async def sent_again(self) -> list[Sighting]:
        """The sightings in the outbox, in order; taken out of it."""
        rows = await self.rows("DELETE FROM correlate.outbox WHERE topic = :topic RETURNING value, id", topic=SIGHTINGS)
        return [Sighting.model_validate_json(bytes(row.value)) for row in sorted(rows, key=lambda row: row.id)]

    async def digests(self) -> dict[str, tuple[str, str]]:
        """Every alert's state and digest."""
        rows = await self.rows("SELECT alert_id, state, digest FROM correlate.alert")
        return {str(row.alert_id): (row.state, row.digest) for row in rows}

    async def list_actor(self, **body: Any) -> ActorEntry:
        entry = (await self.watchlist.add(ActorBody(**{"kind": "vehicle", **body}), HN)).entry
        assert isinstance(entry, ActorEntry)
        return entry

    async def list_route(self, body: RouteBody) -> RouteEntry:
        entry = (await self.watchlist.add(body, HN)).entry
        assert isinstance(entry, RouteEntry)
        return entry


def nothing() -> None:
    """Nobody to wake."""


def tracker_on(database: Database) -> Tracker:
    return Tracker(
        database,
        SystemClock(),
        policy=TrackPolicy(horizon=timedelta(days=45)),
        wake=nothing,
        passed=nothing,
    )


@contextlib.asynccontextmanager
async def tracking(migrated_url: str) -> AsyncIterator[Track]:
    """A tracker on a migrated database."""
    async with Database(DatabaseSettings(url=SecretStr(migrated_url)), application_name="test") as database:
        yield Track(database, tracker_on(database), Watchlist(ListWriter(database, SystemClock(), nothing)))
