"""What the tests of notify share: alerts, a partner's receiver, and a dispatcher on a real database."""

import asyncio
import contextlib
import json
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, Self
from uuid import UUID

from aiohttp import web
from pydantic import SecretStr
from sqlalchemy import text

from services.notify.courier import Courier
from services.notify.dispatcher import Dispatcher
from services.notify.domain.plan import Form
from services.notify.domain.retry import SCHEDULE
from services.notify.domain.subscription import Filter, Format
from services.notify.fanout import Arrived, Spread, spread
from services.notify.notices import ArrivedNotice, spread_notices
from services.notify.redelivery import Redelivery
from services.notify.registry import Registry
from services.notify.settings import NotifySettings
from services.notify.store.queue import Claimed
from services.notify.vault import Vault
from services.notify.webhooks import Webhooks
from shared.contracts.alerts import AlertMessage
from shared.contracts.notices import Notice
from shared.platform.clock import SystemClock
from shared.platform.database.engine import Database
from shared.platform.database.settings import DatabaseSettings
from shared.platform.readiness import Readiness

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
NEVER = datetime(2999, 1, 1, tzinfo=UTC)


SOMEBODY = UUID(int=1)


def claimed(subscription: UUID = SOMEBODY) -> Claimed:
    return Claimed(
        uuid.uuid4(), uuid.uuid4(), subscription, uuid.uuid4(), 1, 0, False, Form.FULL, "", Format.JSON, (), None, AT, b"", None
    )  # fmt: skip


def alert_message(
    *,
    identity: UUID | None = None,
    revision: int = 1,
    nations: Sequence[str] = ("GT", "SV"),
    kind: str = "alert.opened",
    **more: Any,
) -> AlertMessage:
    data = {
        "id": identity or uuid.uuid4(),
        "revision": revision,
        "cause": "actor",
        "severity": "high",
        "score": 0.9,
        "requested_action": "INQUIRY_CHECK",
        "executed_action": "INQUIRY_CHECK",
        "headline": {"es": "Vehículo señalado", "en": "Listed vehicle"},
        "subject": {"kind": "vehicle", "key": "vehicle:GT:C123BCD"},
        "evidence": [{"event_id": uuid.uuid4(), "occurred_at": AT, "place": {"code": "GT-SV-01", "nations": ["GT", "SV"]}}],
        "handling": {"tlp": "AMBER", "releasable_to": tuple(nations)},
        "opened_at": AT,
        "revised_at": AT,
        "expires_at": NEVER,
        **more,
    }
    return AlertMessage.model_validate({"type": kind, "timestamp": AT, "data": data})


def notice(**more: Any) -> Notice:
    """A notice to an agency of Guatemala."""
    told = {
        "id": uuid.uuid4(), "type": "entry.review_due", "at": AT, "agency": "GT-PNC", "nation": "GT", "entry_id": uuid.uuid4(),
        "entry_type": "actor", "version": 3, "source": "own", "source_id": "V-1", "due_at": AT + timedelta(days=120),
        "text": {"es": "La entrada debe revisarse", "en": "The entry is to be reviewed"},
    }  # fmt: skip
    return Notice.model_validate({**told, **more})


@dataclass
class Receipt:
    """One request as a receiver saw it."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


Answer = Callable[[web.Request, Receipt], Awaitable[web.StreamResponse]]


async def take(_request: web.Request, _receipt: Receipt) -> web.StreamResponse:
    return web.Response(status=204)


@dataclass
class Receiver:
    """A partner's endpoint on loopback; `answer` decides what it says."""

    answer: Answer = take
    receipts: list[Receipt] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def ids(self) -> list[str]:
        return [receipt.id for receipt in self.receipts]

    @property
    def revisions(self) -> list[int]:
        """Of the alerts that came, in the order they came."""
        return [json.loads(receipt.body)["data"]["revision"] for receipt in self.receipts]

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=4_000_000)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        receipt = Receipt(request.path, headers, body, time.perf_counter())
        self.receipts.append(receipt)
        return await self.answer(request, receipt)

    async def wait_for(self, count: int, seconds: float = 10) -> None:
        await until(lambda: len(self.receipts) >= count, seconds)


async def until(condition: Callable[[], bool | Awaitable[bool]], seconds: float = 10) -> None:
    """Wait for an effect; TimeoutError when it does not come."""
    async with asyncio.timeout(seconds):
        while True:
            found = condition()
            if found if isinstance(found, bool) else await found:
                return
            await asyncio.sleep(0.005)


class RawRecord(NamedTuple):
    """A record as a consumer hands it over; its trace context would break a request."""

    offset: int
    value: bytes
    timestamp: int = 0
    key: bytes | None = None
    headers: tuple[tuple[str, bytes], ...] = (("traceparent", b"bad\r\nheader: 1"),)


class Station:
    """The working parts of notify on a real database, without a broker."""

    def __init__(self, database: Database, settings: NotifySettings, webhooks: Webhooks, vault: Vault) -> None:
        self.database = database
        self.settings = settings
        self.clock = SystemClock()
        self.readiness = Readiness()
        schedule = tuple(timedelta(seconds=seconds) for seconds in settings.retry_seconds) or SCHEDULE
        self.courier = Courier(webhooks, vault, self.clock, lambda: 0.5, schedule)
        self.dispatcher = Dispatcher(database, self.courier, settings, self.clock, self.readiness)
        self.registry = Registry(database, vault, settings, self.clock)
        self.redelivery = Redelivery(database, self.clock, self.dispatcher.wake)

    async def subscribe(
        self, url: str, partner: str = "SV", *, form: Format = Format.JSON, agency: str | None = None, **wanted: Any
    ) -> tuple[UUID, str]:
        """A subscription; with an agency, one that gets its notices."""
        wanted = {"notices": agency is not None, **wanted}
        row, secret = await self.registry.subscribe(partner, url, form, "es", Filter(**wanted), agency=agency)
        return row.id, secret

    async def arrive(self, *messages: AlertMessage) -> None:
        await self._arrive(spread, [Arrived(message) for message in messages])

    async def tell(self, *notices: Notice) -> None:
        await self._arrive(spread_notices, [ArrivedNotice(notice) for notice in notices])

    async def _arrive(self, spread_them: Any, arrived: Sequence[Any]) -> None:
        made = Spread()
        since = asyncio.get_running_loop().time()
        async with self.database.pipeline() as pipe:
            await spread_them(pipe, arrived, self.clock.now(), self.dispatcher.reserve, self.dispatcher.lease, made)
        await made.settle()
        self.dispatcher.release(made.void)
        self.dispatcher.give(made.leased, since)
        self.dispatcher.wake(made.queued)

    async def rows(self, query: str, **values: Any) -> Sequence[Any]:
        async with self.database.transaction() as connection:
            return (await connection.execute(text(query), values)).all()

    async def states(self) -> dict[str, int]:
        return {row[0]: row[1] for row in await self.rows("SELECT state, count(*) FROM notify.delivery GROUP BY state")}

    async def settled(self, seconds: float = 10) -> None:
        async def nothing_waits() -> bool:
            return not await self.rows("SELECT 1 FROM notify.queue LIMIT 1")

        await until(nothing_waits, seconds)

    @contextlib.asynccontextmanager
    async def dispatching(self) -> AsyncIterator[None]:
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(self.dispatcher.run(stop))
            try:
                yield
            finally:
                stop.set()


def notify_settings(**more: Any) -> NotifySettings:
    return NotifySettings(
        **{
            "allowed_networks": "127.0.0.0/8", "total_seconds": 2, "lease_seconds": 6, "poll_seconds": 0.1, "missed_every_seconds": 0.001,
            "retry_seconds": (0.05, 0.1, 0.2, 0.2, 0.2, 0.2), **more,
        }
    )  # fmt: skip


@contextlib.asynccontextmanager
async def station(database_url: str, **more: Any) -> AsyncIterator[Station]:
    settings = notify_settings(**more)
    async with (
        Database(DatabaseSettings(url=SecretStr(database_url))) as database,
        Webhooks(settings) as webhooks,
    ):
        yield Station(database, settings, webhooks, Vault(settings.secret_keys))
