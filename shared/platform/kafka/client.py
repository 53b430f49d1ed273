"""Opening and closing consumers of the client, each within its deadline."""

import asyncio
from typing import Any

from aiokafka import AIOKafkaConsumer

from shared.platform.kafka.closing import ended_within
from shared.platform.kafka.codecs import bound_the_client
from shared.platform.kafka.connection import client_options, milliseconds
from shared.platform.settings import KafkaSettings

_POLL_INTERVAL_MS = 3_600_000
"""The client's own watch over idle consumers dies with one cancelled poll; ours is in the session."""
_HEARTBEATS_PER_SESSION = 6
_FETCH_WAIT_MS = 500
_LAST_SECONDS = 1.0
_FETCH_BYTES_PER_PARTITION = 1_048_576


async def open_consumer(settings: KafkaSettings, *, group: str | None) -> AIOKafkaConsumer:
    """A started consumer without topics: an offset is never reset for us, none is committed on its own.

    Raises KafkaError, OSError or TimeoutError when no broker answers within the request timeout.
    """
    bound_the_client()
    options: dict[str, Any] = client_options(settings)
    if group is not None:
        options |= {
            "group_id": settings.topic(group),
            "group_instance_id": settings.group_instance_id,
            "session_timeout_ms": milliseconds(settings.session_timeout_seconds),
            "heartbeat_interval_ms": milliseconds(settings.session_timeout_seconds) // _HEARTBEATS_PER_SESSION,
            "max_poll_interval_ms": _POLL_INTERVAL_MS,
        }
    consumer = AIOKafkaConsumer(
        **options,
        enable_auto_commit=False,
        auto_offset_reset="none",
        fetch_max_wait_ms=min(_FETCH_WAIT_MS, milliseconds(settings.request_timeout_seconds) // 2),
        max_partition_fetch_bytes=_FETCH_BYTES_PER_PARTITION,
    )
    try:
        async with asyncio.timeout(settings.request_timeout_seconds):
            await consumer.start()
    except BaseException:
        await retire(consumer, settings.stop_deadline_seconds)
        raise
    return consumer


async def retire(consumer: AIOKafkaConsumer, seconds: float) -> None:
    """Close a consumer, leaving its group if that can be done in so many seconds. Never hangs, whatever the broker does.

    Where the client's own `stop` would wait on, its tasks are ended from outside.
    """
    if consumer._closed or await ended_within(consumer.stop(), seconds):  # noqa: SLF001 - see above
        return
    for owner, name in (
        (consumer._coordinator, "_coordination_task"),  # noqa: SLF001 - see above
        (consumer._coordinator, "_heartbeat_task"),  # noqa: SLF001 - see above
        (consumer._coordinator, "_commit_refresh_task"),  # noqa: SLF001 - see above
    ):
        task = getattr(owner, name, None)
        if task is not None:
            task.cancel()
    if consumer._fetcher is not None:  # noqa: SLF001 - see above
        await ended_within(consumer._fetcher.close(), _LAST_SECONDS)  # noqa: SLF001 - see above
    await ended_within(consumer._client.close(), _LAST_SECONDS)  # noqa: SLF001 - see above
