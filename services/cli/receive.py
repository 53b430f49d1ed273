"""`atalaya receive`: a partner's endpoint in one command. It verifies each webhook and prints what it says."""

import asyncio
import json
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import typer

Verify = Callable[[bytes, Mapping[str, str]], None]
"""Raises standardwebhooks' WebhookVerificationError for what was not signed with the subscription's secret."""


@dataclass(slots=True)
class Received:
    """What has come so far, and whether that is enough."""

    wanted: int
    ids: set[str] = field(default_factory=set)
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, webhook_id: str) -> bool:
        """Whether it came before: a webhook is sent at least once, each time under the same id."""
        again = webhook_id in self.ids
        self.ids.add(webhook_id)
        if self.wanted and len(self.ids) >= self.wanted:
            self.enough.set()
        return again


def _line(message: dict[str, Any]) -> str:
    data = message.get("data", {})
    headline = data.get("headline", {})
    subject = data.get("subject", {}).get("key", "")
    return f"{message.get('type')} revision {data.get('revision')} {subject}: {headline.get('en', '')}"


async def _serve(port: int, verify: Verify | None, received: Received, *, as_json: bool) -> None:
    from aiohttp import web  # noqa: PLC0415 - the command line starts without it
    from standardwebhooks import WebhookVerificationError  # noqa: PLC0415

    async def take(request: web.Request) -> web.Response:
        body = await request.read()
        if verify is not None:
            try:
                verify(body, request.headers)
            except WebhookVerificationError:
                typer.echo("refused: the signature does not verify", err=True)
                return web.Response(status=401)
        webhook_id = request.headers.get("webhook-id", "")
        again = " (again)" if received.note(webhook_id) else ""
        word = "verified" if verify else "NOT verified"
        typer.echo(body.decode() if as_json else f"{word}{again} {webhook_id} {_line(json.loads(body))}")
        return web.Response(status=204)

    app = web.Application(client_max_size=4 * 1024 * 1024)
    app.router.add_post("/{path:.*}", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        typer.echo(f"waiting for webhooks on http://127.0.0.1:{runner.addresses[0][1]}/ (Ctrl-C ends)", err=True)
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, received.enough.set)
        await received.enough.wait()
    finally:
        await runner.cleanup()  # answers what is under way first


def _verifier(secret: str) -> Verify:
    from standardwebhooks import Webhook  # noqa: PLC0415

    webhook = Webhook(secret)

    def verify(body: bytes, headers: Mapping[str, str]) -> None:
        webhook.verify(body, {name.lower(): value for name, value in headers.items()})

    return verify


def receive(
    port: Annotated[int, typer.Option(help="port on 127.0.0.1; 0 takes a free one")] = 9009,
    secret: Annotated[
        str | None, typer.Option(help="the subscription's secret, whsec_…; without it nothing is verified and each line says so")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print each body as one line of JSON")] = False,
    count: Annotated[int, typer.Option(help="end after so many webhooks; 0 goes on until it is stopped")] = 0,
) -> None:
    """Receives webhooks on this machine, verifies their Standard Webhooks signature and prints them. Answers 204, or 401 to a wrong signature."""
    asyncio.run(_serve(port, _verifier(secret) if secret else None, Received(count), as_json=as_json))
