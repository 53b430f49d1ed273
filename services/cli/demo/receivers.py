"""The partners' side: an endpoint of each nation that verifies every webhook with the `standardwebhooks` library and keeps what it said."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

LARGEST_BODY = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Receipt:
    """A verified webhook. `at` is the loop's clock when its body was in."""

    partner: str
    webhook_id: str
    at: float
    type: str
    alert: dict[str, Any]


class Receiver:
    """One partner's endpoint. What does not verify is refused and counted; without a secret it answers 503."""

    def __init__(self, partner: str, keep: Callable[[Receipt], None]) -> None:
        self.partner = partner
        self.url = ""
        self.refused = 0
        self.verified = 0
        self._keep = keep
        self._webhook: Webhook | None = None

    def trust(self, secret: str) -> None:
        """Take the subscription's secret."""
        self._webhook = Webhook(secret)

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator["Receiver"]:
        """Serves on a free port of this machine while the body runs."""
        app = web.Application(client_max_size=LARGEST_BODY)
        app.router.add_post("/", self._take)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            host, port = runner.addresses[0][:2]
            self.url = f"http://{host}:{port}/"
            yield self
        finally:
            await runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        at = asyncio.get_running_loop().time()
        if self._webhook is None:
            return web.Response(status=503, headers={"Retry-After": "1"})
        try:
            self._webhook.verify(body, dict(request.headers))
        except WebhookVerificationError:
            self.refused += 1
            return web.Response(status=401)
        self.verified += 1
        message = json.loads(body)
        self._keep(Receipt(self.partner, request.headers["webhook-id"], at, str(message.get("type")), message.get("data") or {}))
        return web.Response(status=204)
