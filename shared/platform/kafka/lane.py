"""One idempotent producer of the client, kept alive: replaced, one at a time, when it breaks."""

import asyncio
import contextlib

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.producer.message_accumulator import MessageAccumulator

from shared.platform.kafka.closing import ended_within
from shared.platform.kafka.connection import client_options
from shared.platform.kafka.metrics import PRODUCERS_REPLACED
from shared.platform.settings import KafkaSettings

log = structlog.get_logger()

_FLUSH_OF_BROKEN_SECONDS = 1.0
_LAST_SECONDS = 1.0
_REOPEN_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0)
_LARGEST_REQUEST = 16 * 1024 * 1024
"""The client's own limit is out of the way: sizes are checked against the topic."""


class ProducerLane:
    """The client numbers a partition's batches before it knows their outcome, so one that fails breaks all later ones.

    Therefore a producer that failed a batch is closed and a new one opened. The old one is gone before the new one sends:
    what it still held cannot land after what comes later.
    """

    def __init__(self, settings: KafkaSettings, batch_bytes: int) -> None:
        self._settings = settings
        self._batch_bytes = batch_bytes
        self._producer: AIOKafkaProducer | None = None
        self._ready = asyncio.Event()
        self._fault = asyncio.Event()
        self._closing = False
        self._late_since: float | None = None

    @property
    def connected(self) -> bool:
        """Whether a producer is open."""
        return self._producer is not None

    async def producer(self) -> AIOKafkaProducer:
        """The producer to use now; waits while there is none, as long as the caller's deadline lets it."""
        while self._producer is None:
            await self._ready.wait()
        return self._producer

    def uses(self, producer: AIOKafkaProducer) -> bool:
        """Whether this is still the producer of the lane."""
        return self._producer is producer

    def broken(self, producer: AIOKafkaProducer) -> None:
        """Say that a batch failed on this producer; only the first word about it counts."""
        if producer is self._producer:
            self._withdraw()
            self._fault.set()

    def acknowledged(self) -> None:
        """Say that a batch was acknowledged."""
        self._late_since = None

    def late(self, producer: AIOKafkaProducer) -> None:
        """Say that a batch was not acknowledged in time.

        When none is for the stall limit the producer is replaced: it asks only brokers it knows, and they may be gone.
        """
        now = asyncio.get_running_loop().time()
        if self._late_since is None:
            self._late_since = now
        elif now - self._late_since > self._settings.stall_limit_seconds:
            self._late_since = None
            self.broken(producer)

    def close(self) -> None:
        """Let `keep` flush, close and return."""
        self._closing = True
        self._fault.set()
        self._ready.set()

    async def keep(self) -> None:
        """Hold a producer open until closed."""
        while not self._closing:
            producer = await self._open()
            if producer is None:
                return
            self._producer = producer
            self._ready.set()
            try:
                await self._fault.wait()
            finally:
                self._withdraw()
                await retire(producer, self._settings.stop_deadline_seconds if self._closing else _FLUSH_OF_BROKEN_SECONDS)
            if not self._closing:
                self._fault.clear()
                PRODUCERS_REPLACED.inc()
                log.warning("producer.replaced")

    def _withdraw(self) -> None:
        self._producer = None
        if not self._closing:
            self._ready.clear()

    async def _open(self) -> AIOKafkaProducer | None:
        attempt = 0
        while not self._closing:
            producer = AIOKafkaProducer(
                **client_options(self._settings),
                acks="all",
                enable_idempotence=True,
                linger_ms=self._settings.linger_ms,
                max_batch_size=self._batch_bytes,
                max_request_size=_LARGEST_REQUEST,
                compression_type=None if self._settings.compression == "none" else self._settings.compression,
            )
            try:
                async with asyncio.timeout(self._settings.request_timeout_seconds):
                    await producer.start()
            except (KafkaError, OSError, TimeoutError) as error:
                await retire(producer, 0)
                log.warning("producer.refused", error=type(error).__name__, attempt=attempt)
                pause = _REOPEN_SECONDS[min(attempt, len(_REOPEN_SECONDS) - 1)]
                attempt += 1
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._fault.wait()
            except BaseException:
                await retire(producer, 0)
                raise
            else:
                return producer
        return None


async def retire(producer: AIOKafkaProducer, seconds: float) -> None:
    """Close a producer: flush for so many seconds, then drop what it holds. Never hangs, whatever the broker does.

    The client's own `stop` waits for the flush of batches that never expire; the second half reaches into it for that
    reason.
    """
    if seconds > 0 and await ended_within(producer.stop(), seconds):
        return
    producer._closed = True  # noqa: SLF001 - see above
    accumulator, task = producer._message_accumulator, producer._sender.sender_task  # noqa: SLF001 - see above
    if task is not None:
        task.cancel()
    await ended_within(producer.client.close(), _LAST_SECONDS)
    if task is not None:
        await asyncio.wait((task,), timeout=_LAST_SECONDS)
    _fail_all(accumulator, KafkaError("the producer was given up"))


def _fail_all(accumulator: MessageAccumulator, error: KafkaError) -> None:
    """The accumulator's own `fail_all`, without its complaints about outcomes that nobody looks at."""
    queued = {batch for batches in accumulator._batches.values() for batch in batches}  # noqa: SLF001 - see above
    accumulator._pending_batches |= queued  # noqa: SLF001 - a batch leaves it once more when it fails
    accumulator._exception = error  # noqa: SLF001 - what is still handed over is refused with it
    for batch in list(accumulator._pending_batches):  # noqa: SLF001 - see above
        batch.failure(error)
        if not batch._drain_waiter.cancelled():  # noqa: SLF001 - see above
            batch._drain_waiter.exception()  # noqa: SLF001 - see above
