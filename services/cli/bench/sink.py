"""A partner's endpoint that answers at once and notes when each alert came."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from time import perf_counter

import orjson
from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError


@dataclass(slots=True)
class Sink:
    """First arrivals by the subject's key, repeats and refusals counted."""

    secret: str | None = None
    url: str = ""
    arrived: dict[str, float] = field(default_factory=dict)
    webhook_ids: set[str] = field(default_factory=set)
    repeats: int = 0
    unverified: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        """Answers 204 to what verifies, 401 to the rest."""
        body = await request.read()
        now = perf_counter()
        if self.secret is None:
            return web.Response(status=503)
        try:
            Webhook(self.secret).verify(body, dict(request.headers))
        except WebhookVerificationError:
            self.unverified += 1
            return web.Response(status=401)
        identity = request.headers["webhook-id"]
        if identity in self.webhook_ids:
            self.repeats += 1
        self.webhook_ids.add(identity)
        self.arrived.setdefault(orjson.loads(body)["data"]["subject"]["key"], now)
        self.changed.set()
        return web.Response(status=204)


@contextlib.asynccontextmanager
async def opened_sink() -> AsyncIterator[Sink]:
    """A sink on a free port of 127.0.0.1 until the block ends. Set its secret once the subscription has given one."""
    sink = Sink()
    app = web.Application(client_max_size=4 * 1024 * 1024)
    app.router.add_post("/", sink.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        sink.url = f"http://{host}:{port}/"
        yield sink
    finally:
        await runner.cleanup()
