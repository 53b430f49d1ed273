"""`atalaya keys`: make, list and end API keys, through a running service or (`--bootstrap`) straight on the topic."""

import asyncio
import json
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from services.cli.key_doors import DENIED, USAGE, KeyCommandError, KeyDoor, ServiceDoor, TopicDoor

app = typer.Typer(help="API keys: make, list, end.", no_args_is_help=True)

Var = Annotated[Path, typer.Option("--var", help="folder where `atalaya up` left addresses and the first key")]
Service = Annotated[str | None, typer.Option(help="address of any service, http://…", envvar="ATALAYA_SERVICE")]
AdminKey = Annotated[str | None, typer.Option(help="a key with the scope admin, atk_…", envvar="ATALAYA_ADMIN_KEY")]
Bootstrap = Annotated[str | None, typer.Option(help="write to the topic on these brokers, past the services: host:port")]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON, for machines")]
DEFAULT_VAR = Path("var")


@app.command()
def create(
    agency: Annotated[str, typer.Option(help="the agency that gets the key: GT-SAT")],
    nation: Annotated[str, typer.Option(help="its nation, ISO 3166-1 alpha-2: GT")],
    scope: Annotated[list[str], typer.Option(help="what the key may do: events:write; may be given several times")],
    expires: Annotated[str, typer.Option(help="its life: 12h, 90d, 8w, 1y")] = "90d",
    topic: Annotated[list[str] | None, typer.Option(help="a raw topic the agency's Kafka principal may report through")] = None,
    note: Annotated[str | None, typer.Option(help="what it is for")] = None,
    as_json: AsJson = False,
    service: Service = None,
    admin_key: AdminKey = None,
    bootstrap: Bootstrap = None,
    var: Var = DEFAULT_VAR,
) -> None:
    """Make a key. Its token is shown this once and stored nowhere."""
    wanted = {"agency": agency, "nation": nation, "scopes": scope, "expires": expires, "topics": topic or [], "note": note}
    made = _run(_door(service, admin_key, bootstrap, var), lambda door: door.create(wanted))
    typer.echo(json.dumps(made) if as_json else f"{made['token']}\nid {made['id']}, expires {made['expires_at']}")


@app.command("list")
def show(
    as_json: AsJson = False,
    service: Service = None,
    admin_key: AdminKey = None,
    bootstrap: Bootstrap = None,
    var: Var = DEFAULT_VAR,
) -> None:
    """List all keys, the newest first; never their tokens."""
    keys = _run(_door(service, admin_key, bootstrap, var), lambda door: door.list())
    if as_json:
        typer.echo(json.dumps(keys))
        return
    for key in keys:
        state = f"revoked {key['revoked_at']}" if key["revoked_at"] else f"expires {key['expires_at']}"
        typer.echo(f"{key['id']}  {key['agency']:12} {key['nation']}  {','.join(key['scopes'])}  {state}")


@app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(help="the key's id, the middle part of its token")],
    as_json: AsJson = False,
    service: Service = None,
    admin_key: AdminKey = None,
    bootstrap: Bootstrap = None,
    var: Var = DEFAULT_VAR,
) -> None:
    """End a key for ever, in every process within seconds."""
    ended = _run(_door(service, admin_key, bootstrap, var), lambda door: door.revoke(key_id))
    typer.echo(json.dumps(ended) if as_json else f"{ended['id']} revoked {ended['revoked_at']}")


def _door(service: str | None, admin_key: str | None, bootstrap: str | None, var: Path) -> KeyDoor:
    if bootstrap is not None:
        from services.cli.settings import UpSettings  # noqa: PLC0415 - only this way needs Kafka
        from shared.platform.logs import configure_logging  # noqa: PLC0415

        configure_logging(service="keys", level="warning", form="console")
        return TopicDoor(UpSettings().kafka.model_copy(update={"bootstrap_servers": bootstrap}))
    left = _left_by_up(var)
    service, admin_key = service or left.get("correlate"), admin_key or left.get("admin_key")
    if service is None:
        typer.echo(f"Nothing runs under {var}. Say where: --service http://… or --bootstrap host:port.", err=True)
        raise typer.Exit(USAGE)
    if admin_key is None:
        typer.echo("A key with the scope admin is needed: --admin-key, or ATALAYA_ADMIN_KEY.", err=True)
        raise typer.Exit(DENIED)
    return ServiceDoor(service, admin_key)


def _left_by_up(var: Path) -> dict[str, str]:
    try:
        left: dict[str, str] = json.loads((var / "atalaya.json").read_text())
    except (OSError, ValueError):
        return {}
    return left


def _run(door: KeyDoor, act: Any) -> Any:
    doing: Coroutine[Any, Any, Any] = act(door)
    try:
        return asyncio.run(doing)
    except KeyCommandError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(error.code) from None
