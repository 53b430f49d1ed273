"""`atalaya receive`: a partner's endpoint in one command. It verifies each webhook and prints what it says."""

import json
from typing import Annotated, Any

import typer


def _line(message: dict[str, Any]) -> str:
    data = message.get("data", {})
    headline = data.get("headline", {})
    subject = data.get("subject", {}).get("key", "")
    return f"{message.get('type')} revision {data.get('revision')} {subject}: {headline.get('en', '')}"


def receive(
    port: Annotated[int, typer.Option(help="port on 127.0.0.1; 0 takes a free one")] = 9009,
    secret: Annotated[
        str | None, typer.Option(help="the subscription's secret, whsec_…; without it nothing is verified and each line says so")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print each body as one line of JSON")] = False,
    count: Annotated[int, typer.Option(help="end after so many verified webhooks; 0 goes on until it is stopped")] = 0,
) -> None:
    """Receives webhooks on this machine, verifies their Standard Webhooks signature and prints them. Answers 204, or 401 to a wrong signature."""
    from aiohttp import web  # noqa: PLC0415 - the command line starts without it
    from standardwebhooks import Webhook, WebhookVerificationError  # noqa: PLC0415

    verifier = Webhook(secret) if secret else None
    seen: set[str] = set()

    async def take(request: web.Request) -> web.Response:
        body = await request.read()
        if verifier is not None:
            try:
                verifier.verify(body, dict(request.headers))
            except WebhookVerificationError:
                typer.echo("refused: the signature does not verify", err=True)
                return web.Response(status=401)
        identity = request.headers.get("webhook-id", "")
        again = " (again)" if identity in seen else ""
        seen.add(identity)
        word = "verified" if verifier else "NOT verified"
        typer.echo(body.decode() if as_json else f"{word}{again} {identity} {_line(json.loads(body))}")
        if count and len(seen) >= count:
            raise web.GracefulExit
        return web.Response(status=204)

    app = web.Application(client_max_size=4 * 1024 * 1024)
    app.router.add_post("/{path:.*}", take)
    web.run_app(app, host="127.0.0.1", port=port, print=lambda text: typer.echo(text, err=True), access_log=None)
