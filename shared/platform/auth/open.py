"""All that a process needs for keys, put together: the ring and its worker, the door, the router."""

from dataclasses import dataclass

from fastapi import APIRouter

from shared.platform.auth.access import Access
from shared.platform.auth.api import keys_router
from shared.platform.auth.ring import KeyRing
from shared.platform.auth.settings import KeysSettings
from shared.platform.auth.store import KeyStore, RecordSink
from shared.platform.clock import Clock
from shared.platform.kafka.table import CompactedTable
from shared.platform.readiness import Readiness
from shared.platform.settings import KafkaSettings


@dataclass(frozen=True)
class Keys:
    """`access` goes to `create_app`, `router` among the service's routers, `worker` among its workers."""

    ring: KeyRing
    store: KeyStore
    access: Access
    router: APIRouter
    worker: CompactedTable


def open_keys(
    kafka: KafkaSettings,
    sink: RecordSink,
    settings: KeysSettings,
    topic: str,
    *,
    readiness: Readiness | None = None,
    clock: Clock | None = None,
) -> Keys:
    """The keys of a process, materialised from `topic` (named without the installation's prefix) while `worker` runs."""
    ring = KeyRing(settings)
    store = KeyStore(ring, sink, topic, settings, clock)
    worker = CompactedTable(kafka, topic, apply=ring.apply, reset=ring.clear, readiness=readiness)
    return Keys(ring, store, Access(ring, clock, settings), keys_router(store), worker)
