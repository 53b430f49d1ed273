"""Opens ingest: what it serves, what it runs, and what both need."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from services.ingest.api import batches_router, events_router
from services.ingest.consumer import KINDS, KafkaDoor
from services.ingest.helping import Helper, Judges
from services.ingest.intake import Intake
from services.ingest.recent import RecentEvents
from services.ingest.reporters import Reporters
from services.ingest.rules import rules_of
from services.ingest.settings import IngestSettings, Settings
from shared.contracts.topics import DEAD_LETTERS, KEYS
from shared.platform.auth.access import Access
from shared.platform.auth.open import open_keys
from shared.platform.clock import Clock, SystemClock
from shared.platform.kafka.consumer import PartitionedConsumer
from shared.platform.kafka.dead_letters import TopicDeadLetters
from shared.platform.kafka.producer import KafkaProducer
from shared.platform.readiness import Readiness
from shared.platform.supervisor import Service, Worker

GROUP = "atalaya.ingest"


@dataclass(frozen=True)
class IngestService(Service):
    """Ingest, opened; `access` guards its routes."""

    access: Access | None = None


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
        rules = rules_of(ingest)
        intake = Intake(producer, rules=rules, recent=recent, clock=clock)
        reporters = Reporters(ingest.kafka_agencies, keys.ring, keys.worker.ready, clock, any_topic=ingest.kafka_open)
        raw = KafkaDoor(intake, reporters, slice_records=ingest.batch_chunk_items)
        door = PartitionedConsumer(
            settings.kafka,
            group=GROUP,
            topics=list(KINDS),
            handle=raw.handle,
            offsets=None,
            dead_letters=TopicDeadLetters(producer, DEAD_LETTERS, service="ingest", clock=clock),
            readiness=readiness,
            source_of=raw.agency_of,
            halts_are_notes=True,
        )
        helper = Helper(ingest) if _wants_helper(ingest) else None
        judges = Judges(rules, clock, helper)
        routers = [events_router(intake), batches_router(intake, judges, ingest), keys.router]
        workers: list[Worker] = [keys.worker, door]
        if helper is not None:
            workers.append(helper)
        yield IngestService(routers=routers, workers=workers, readiness=readiness, access=keys.access)


def _wants_helper(settings: IngestSettings) -> bool:
    return (os.cpu_count() or 1) > 1 if settings.helper is None else settings.helper
