"""`atalaya receive`: a partner's endpoint in one command. It verifies each webhook and prints what it says."""

import asyncio
import json
import signal
from dataclasses import dataclass, field
from typing import Annotated, Any

import typer


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


def line_of(message: dict[str, Any]) -> str:
    """What a webhook says, in a line."""
    data = message.get("data", {})
    if "entry_id" in data:
        return f"{message.get('type')} entry {data['entry_id']}: {data.get('text', {}).get('en', '')}"
    if "alerts" in data:
        return f"{message.get('type')}: {data.get('count')} alerts that were not delivered in time"
    headline = data.get("headline", {})
    subject = data.get("subject", {}).get("key", "")
    return f"{message.get('type')} revision {data.get('revision')} {subject}: {headline.get('en', '')}"


async def _serve(port: int, secret: str | None, received: Received, *, as_json: bool) -> None:
    from services.cli.endpoint import Arrival, Endpoint  # noqa: PLC0415 - the command line starts without it

    def take(arrival: Arrival) -> None:
        again = " (again)" if received.note(arrival.webhook_id) else ""
        word = "verified" if secret else "NOT verified"
        line = f"{word}{again} {arrival.webhook_id} {line_of(json.loads(arrival.body))}"
        typer.echo(arrival.body.decode() if as_json else line)

    def refuse() -> None:
        typer.echo("refused: the signature does not verify", err=True)

    endpoint = Endpoint(take, unverified=secret is None, refuse=refuse)
    if secret is not None:
        endpoint.trust(secret)
    async with endpoint.listening(port):
        typer.echo(f"waiting for webhooks on {endpoint.url} (Ctrl-C ends)", err=True)
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, received.enough.set)
        await received.enough.wait()


def receive(
    port: Annotated[int, typer.Option(help="port on 127.0.0.1; 0 takes a free one")] = 9009,
    secret: Annotated[
        str | None, typer.Option(help="the subscription's secret, whsec_…; without it nothing is verified and each line says so")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print each body as one line of JSON")] = False,
    count: Annotated[int, typer.Option(help="end after so many webhooks; 0 goes on until it is stopped")] = 0,
) -> None:
    """Receives webhooks on this machine, verifies their Standard Webhooks signature and prints them. Answers 204, or 401 to a wrong signature."""
    asyncio.run(_serve(port, secret or None, Received(count), as_json=as_json))
