"""Opens correlate in the roles it is given: what it serves, what it runs, and what both need."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from fastapi import APIRouter

from services.correlate.api.alerts import alerts_router
from services.correlate.api.screen import screen_router
from services.correlate.api.watchlist.imports import imports_router
from services.correlate.api.watchlist.reads import Reads
from services.correlate.api.watchlist.routes import watchlist_routers
from services.correlate.housekeeping import Expiry, Periodic, Purge
from services.correlate.index_feed import IndexFeed
from services.correlate.life_parts import life_api, life_workers
from services.correlate.lookback.pages import Bounds
from services.correlate.lookback.worker import LookBack
from services.correlate.partitions import PartitionWatch
from services.correlate.screener import CONSUMER as SCREEN
from services.correlate.screener import Screening, ScreenWorker
from services.correlate.settings import Settings
from services.correlate.tables import consumer_offset, outbox
from services.correlate.tracker import CONSUMER as TRACK
from services.correlate.tracker import Tracker
from services.correlate.watchlist.changing import Watchlist
from services.correlate.watchlist.committing import Committing
from services.correlate.watchlist.importing import Imports
from services.correlate.watchlist.turns import Turns
from services.correlate.watchlist.undoing import Undoing
from services.correlate.watchlist.writing import ListWriter
from shared.contracts.topics import ALERTS, DEAD_LETTERS, EVENTS, KEYS, SIGHTINGS
from shared.platform.auth.access import Access
from shared.platform.auth.open import open_keys
from shared.platform.clock import Clock, SystemClock
from shared.platform.database.engine import Database
from shared.platform.database.offsets import SqlOffsetStore
from shared.platform.database.relay import OutboxRelay
from shared.platform.http.cursors import Cursors
from shared.platform.kafka.consumer import PartitionedConsumer
from shared.platform.kafka.dead_letters import TopicDeadLetters
from shared.platform.kafka.messages import Handler
from shared.platform.kafka.producer import KafkaProducer
from shared.platform.readiness import Readiness
from shared.platform.supervisor import Service, Worker

RELAYING = frozenset({"api", "track"})
"""The roles that write what is to be sent."""


@dataclass(frozen=True)
class CorrelateService(Service):
    """Correlate, opened; `access` guards its routes."""

    access: Access | None = None


class _Parts:
    """The parts of one process, by role."""

    def __init__(
        self, settings: Settings, database: Database, producer: KafkaProducer, readiness: Readiness, clock: Clock
    ) -> None:
        self.settings = settings
        self.database = database
        self.producer = producer
        self.readiness = readiness
        self.clock = clock
        self.relay = OutboxRelay(database, outbox, producer, settings.database, name="correlate-relay", urgent=ALERTS)
        correlate = settings.correlate
        turns = Turns(correlate.list_writers, timedelta(seconds=correlate.change_wait_seconds))
        self.partitions = PartitionWatch(
            producer.partitions,
            every_seconds=correlate.partitions_every_seconds,
            grown=self._mark_again,
            topic_name=settings.kafka.topic,
        )
        readiness.register("topics", self.partitions.check)
        self.writer = ListWriter(
            database,
            clock,
            self.relay.wake,
            policy=correlate.life.policy(),
            turns=turns,
            partitions=self.partitions.events,
        )
        self.watchlist = Watchlist(self.writer)
        self.imports = Imports(self.writer, correlate.imports)

    async def _mark_again(self) -> None:
        """Of no use where no relay is: the copies that have one see to it."""
        if self.settings.correlate.role_set & RELAYING:
            await self.watchlist.mark_again()

    @cached_property
    def feed(self) -> IndexFeed:
        """The list in memory, for the roles that judge by it; tracking does without."""
        return IndexFeed(self.settings.kafka, self.readiness, self.settings.correlate.screen.weights)

    def api(self) -> list[APIRouter]:
        """Watchlist, alerts, ad hoc screening."""
        cursors = Cursors(self.settings.http.cursor_secret)
        chunk = self.settings.correlate.import_chunk
        return [
            *watchlist_routers(
                self.watchlist,
                Reads(self.database, cursors, self.clock, self.settings.correlate.reading, self.writer.policy),
                chunk,
            ),
            *life_api(self.writer, self.watchlist, self.settings.correlate, cursors),
            imports_router(self.imports, Committing(self.imports), Undoing(self.imports), cursors),
            alerts_router(self.database, cursors),
            screen_router(
                self.feed,
                self.clock,
                slice_seconds=self.settings.correlate.screen_slice_ms / 1000,
                most=self.settings.correlate.screen_queries,
            ),
        ]

    def screen(self) -> list[Worker]:
        """Events in, sightings out."""
        correlate = self.settings.correlate
        screening = Screening(
            self.feed,
            self.producer,
            self.database,
            slice_seconds=correlate.screen_slice_ms / 1000,
            list_wait_seconds=correlate.list_wait_seconds,
        )
        return [ScreenWorker(self.feed, self._consumer(SCREEN, EVENTS, screening.handle))]

    def track(self) -> list[Worker]:
        """Sightings in, alerts out; the look back and what time alone brings."""
        correlate, policy = self.settings.correlate, self.settings.correlate.track.policy()
        look_back = LookBack(
            self.database,
            self.clock,
            bounds=Bounds(policy, correlate.look_back_slice, correlate.screen_slice_ms / 1000),
            most_versions=correlate.look_back_versions,
            ways=self.partitions.ways,
            poll_seconds=correlate.look_back_poll_seconds,
            wake=self.relay.wake,
            weights=correlate.screen.weights,
        )
        tracker = Tracker(self.database, self.clock, policy=policy, wake=self.relay.wake, passed=look_back.passed)
        expiry = Expiry(self.database, self.clock, self.relay.wake)
        purge = Purge(self.database, self.clock, timedelta(days=correlate.retention_days))
        return [
            self._consumer(TRACK, SIGHTINGS, tracker.handle),
            look_back,
            Periodic("expiry", correlate.expire_every_seconds, expiry.once),
            *life_workers(self.writer, self.watchlist, correlate),
            Periodic("imports", correlate.expire_every_seconds, self.imports.tidy, at_once=1),
            Periodic("purge", correlate.purge_every_seconds, purge.once),
        ]

    def _consumer(self, consumer: str, topic: str, handle: Handler) -> PartitionedConsumer:
        return PartitionedConsumer(
            self.settings.kafka,
            group=f"atalaya.{consumer}",
            topics=[topic],
            handle=handle,
            offsets=SqlOffsetStore(self.database, consumer_offset, consumer),
            dead_letters=TopicDeadLetters(self.producer, DEAD_LETTERS, service="correlate", clock=self.clock),
            readiness=self.readiness,
        )


@asynccontextmanager
async def open_correlate(settings: Settings, clock: Clock | None = None) -> AsyncIterator[CorrelateService]:
    """Correlate with its adapters open, in the roles of the settings; closed on the way out. The database is migrated already."""
    clock, roles = clock or SystemClock(), settings.correlate.role_set
    readiness = Readiness()
    async with (
        Database(settings.database, application_name="atalaya-correlate") as database,
        KafkaProducer(settings.kafka) as producer,
    ):
        readiness.register("database", database.check)
        readiness.register("producer", producer.ready)
        keys = open_keys(settings.kafka, producer, settings.keys, KEYS, readiness=readiness, clock=clock)
        parts = _Parts(settings, database, producer, readiness, clock)
        routers: list[APIRouter] = [keys.router]
        workers: list[Worker] = [keys.worker, parts.partitions]
        if roles & {"api", "screen"}:
            workers.append(parts.feed.worker)
        if "api" in roles:
            routers = [*parts.api(), keys.router]
        if "screen" in roles:
            workers += parts.screen()
        if "track" in roles:
            workers += parts.track()
        if roles & RELAYING:
            workers.append(parts.relay)
        yield CorrelateService(routers=routers, workers=workers, readiness=readiness, access=keys.access)
