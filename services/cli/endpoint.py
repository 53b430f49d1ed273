"""A partner's endpoint on this machine: verifies every webhook with the `standardwebhooks` library and hands on what it said."""

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Self

from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

LARGEST_BODY = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Arrival:
    """A webhook that was taken. `at` is `perf_counter` when its body was in."""

    webhook_id: str
    body: bytes
    at: float


class Endpoint:
    """Answers 204 to what verifies and 401 to the rest, both counted; 503 until it knows the secret, unless it takes what is `unverified`."""

    def __init__(
        self, take: Callable[[Arrival], None], *, unverified: bool = False, refuse: Callable[[], None] = lambda: None
    ) -> None:
        self.url = ""
        self.verified = 0
        self.refused = 0
        self._take = take
        self._unverified = unverified
        self._refuse = refuse
        self._webhook: Webhook | None = None

    def trust(self, secret: str) -> None:
        """Take the subscription's secret."""
        self._webhook = Webhook(secret)

    @contextlib.asynccontextmanager
    async def listening(self, port: int = 0) -> AsyncIterator[Self]:
        """Serves on this port of 127.0.0.1, 0 for a free one, while the body runs; what is under way then is answered first."""
        app = web.Application(client_max_size=LARGEST_BODY)
        app.router.add_post("/{path:.*}", self._answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
            self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
            yield self
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        body = await request.read()
        at = perf_counter()
        if self._webhook is not None:
            try:
                self._webhook.verify(body, {name.lower(): value for name, value in request.headers.items()})
            except WebhookVerificationError:
                self.refused += 1
                self._refuse()
                return web.Response(status=401)
            self.verified += 1
        elif not self._unverified:
            return web.Response(status=503, headers={"Retry-After": "1"})
        self._take(Arrival(request.headers.get("webhook-id", ""), body, at))
        return web.Response(status=204)
