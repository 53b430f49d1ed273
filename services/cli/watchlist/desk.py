"""A command at work: the API, the terminal or JSON, and the exit code that it ends with."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import typer
from rich.console import Console

from services.cli.watchlist.api import ListApi
from services.cli.watchlist.errors import INTERRUPTED, OK, ImportFailedError
from services.cli.watchlist.faults import plain
from services.cli.watchlist.reach import Reach
from services.cli.watchlist.settings import ImportSettings, WatchlistSettings
from shared.platform.settings import load_settings


@dataclass(slots=True)
class Desk:
    """What a command works with. What it returns is told as JSON; on a terminal it shows as it goes. `code` is its exit code."""

    api: ListApi
    settings: ImportSettings
    console: Console
    quiet: bool
    code: int = OK


def at_desk(reach: Reach, do: Callable[[Desk], Awaitable[Any]], *, as_json: bool) -> int:
    """Do it; the exit code."""
    settings = load_settings(WatchlistSettings).watchlist
    try:
        told, code = asyncio.run(_done(reach, settings, do, quiet=as_json))
    except ImportFailedError as error:
        typer.echo(plain(error, None), err=True)
        told, code = {"error": str(error)}, error.code
    except KeyboardInterrupt:
        typer.echo("Interrupted.", err=True)
        told, code = {"error": "interrupted"}, INTERRUPTED
    if as_json:
        typer.echo(json.dumps(told, default=str))
    return code


async def _done(reach: Reach, settings: ImportSettings, do: Callable[[Desk], Awaitable[Any]], *, quiet: bool) -> tuple[Any, int]:
    async with reach.api(settings) as api:
        desk = Desk(api, settings, Console(width=None), quiet)
        return await do(desk), desk.code
