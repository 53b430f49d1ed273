"""Puts the service together: what it opens, serves and runs."""

import contextlib
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

from services.notify.api.deliveries import deliveries_router
from services.notify.api.partners import partners_router
from services.notify.api.subscriptions import subscriptions_router
from services.notify.consumer import CONSUMER, AlertHandler, NoticeHandler, by_topic
from services.notify.courier import Courier
from services.notify.dispatcher import Dispatcher
from services.notify.domain.retry import SCHEDULE
from services.notify.missed import Deadlines
from services.notify.purge import Purge
from services.notify.redelivery import Redelivery
from services.notify.registry import Registry
from services.notify.settings import Settings
from services.notify.tables import consumer_offset
from services.notify.vault import Vault
from services.notify.webhooks import Webhooks
from shared.contracts.topics import ALERTS, DEAD_LETTERS, KEYS, NOTICES
from shared.platform.auth.access import Access
from shared.platform.auth.open import open_keys
from shared.platform.clock import Clock, SystemClock
from shared.platform.database.engine import Database
from shared.platform.database.offsets import SqlOffsetStore
from shared.platform.http.cursors import Cursors
from shared.platform.kafka.consumer import PartitionedConsumer
from shared.platform.kafka.dead_letters import TopicDeadLetters
from shared.platform.kafka.producer import KafkaProducer
from shared.platform.supervisor import Service


@dataclass(frozen=True)
class NotifyService(Service):
    """The opened service, with the door for `create_app`."""

    access: Access | None = None


@contextlib.asynccontextmanager
async def open_notify(settings: Settings, clock: Clock | None = None) -> AsyncIterator[NotifyService]:
    """Open the adapters and yield what runs on them; everything is closed on the way out. The database is migrated already."""
    clock = clock or SystemClock()
    notify = settings.notify
    vault = Vault(notify.secret_keys)
    async with (
        Database(settings.database, application_name="atalaya-notify") as database,
        KafkaProducer(settings.kafka) as producer,
        Webhooks(notify) as webhooks,
    ):
        service = NotifyService(routers=[], workers=[])
        readiness = service.readiness
        readiness.register("database", database.check)
        readiness.register("kafka", producer.ready)
        keys = open_keys(settings.kafka, producer, settings.keys, KEYS, readiness=readiness, clock=clock)
        schedule = tuple(timedelta(seconds=seconds) for seconds in notify.retry_seconds) or SCHEDULE
        courier = Courier(webhooks, vault, clock, random.random, schedule)
        dispatcher = Dispatcher(database, courier, notify, clock, readiness)
        consumer = PartitionedConsumer(
            settings.kafka,
            group="atalaya.notify",
            topics=[ALERTS, NOTICES],
            handle=by_topic(
                {
                    ALERTS: AlertHandler(database, clock, dispatcher).handle,
                    NOTICES: NoticeHandler(database, clock, dispatcher).handle,
                }
            ),
            offsets=SqlOffsetStore(database, consumer_offset, CONSUMER),
            dead_letters=TopicDeadLetters(producer, DEAD_LETTERS, service="notify", clock=clock),
            readiness=readiness,
        )
        registry = Registry(database, vault, notify, clock)
        redelivery = Redelivery(database, clock, dispatcher.wake)
        yield NotifyService(
            routers=[
                partners_router(registry),
                subscriptions_router(registry, redelivery),
                deliveries_router(database, redelivery, Cursors(settings.http.cursor_secret)),
                keys.router,
            ],
            workers=[
                keys.worker,
                consumer,
                dispatcher,
                Deadlines(database, notify, clock, dispatcher.wake),
                Purge(database, notify, clock),
            ],
            readiness=readiness,
            access=keys.access,
        )
