"""Opens ingest: what it serves, what it runs, and what both need."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from services.ingest.api import batches_router, events_router
from services.ingest.consumer import KINDS, KafkaDoor
from services.ingest.domain.normalise import Rules
from services.ingest.intake import Intake
from services.ingest.places import Checkpoints
from services.ingest.recent import RecentEvents
from services.ingest.settings import IngestSettings, Settings
from shared.contracts.topics import DEAD_LETTERS, KEYS
from shared.platform.auth.access import Access
from shared.platform.auth.open import open_keys
from shared.platform.clock import Clock, SystemClock
from shared.platform.kafka.consumer import PartitionedConsumer
from shared.platform.kafka.dead_letters import TopicDeadLetters
from shared.platform.kafka.producer import KafkaProducer
from shared.platform.readiness import Readiness
from shared.platform.supervisor import Service

GROUP = "atalaya.ingest"


@dataclass(frozen=True)
class IngestService(Service):
    """Ingest, opened; `access` guards its routes."""

    access: Access | None = None


def rules_of(settings: IngestSettings) -> Rules:
    """What holds for every submission, as set."""
    return Rules(
        register=Checkpoints(),
        earliest=settings.earliest,
        clock_skew=timedelta(seconds=settings.clock_skew_seconds),
        strict=settings.strict,
        widest=settings.widest_handling,
    )


@asynccontextmanager
async def open_ingest(settings: Settings, clock: Clock | None = None) -> AsyncIterator[IngestService]:
    """Ingest with its producer open. It has no database: it accepts while PostgreSQL and the other services are away."""
    clock = clock or SystemClock()
    readiness = Readiness()
    ingest = settings.ingest
    recent = RecentEvents(entries=ingest.recent_entries, age=timedelta(seconds=ingest.recent_seconds), clock=clock)
    async with KafkaProducer(settings.kafka) as producer:
        readiness.register("producer", producer.ready)
        keys = open_keys(settings.kafka, producer, settings.keys, KEYS, readiness=readiness, clock=clock)
        intake = Intake(producer, rules=rules_of(ingest), recent=recent, clock=clock)
        raw = KafkaDoor(intake, ingest.kafka_agencies, slice_records=ingest.batch_chunk_items)
        door = PartitionedConsumer(
            settings.kafka,
            group=GROUP,
            topics=list(KINDS),
            handle=raw.handle,
            offsets=None,
            dead_letters=TopicDeadLetters(producer, DEAD_LETTERS, service="ingest", clock=clock),
            readiness=readiness,
            source_of=raw.agency_of,
        )
        routers = [events_router(intake), batches_router(intake, ingest), keys.router]
        yield IngestService(routers=routers, workers=[keys.worker, door], readiness=readiness, access=keys.access)
