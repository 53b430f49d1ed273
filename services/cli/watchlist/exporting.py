"""The list into a file that an import reads again: whole, or not there."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import typer
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from services.cli.watchlist.desk import Desk
from services.cli.watchlist.errors import NOT_FOUND, USAGE, ImportFailedError
from services.correlate.lists.writing import WRITERS
from shared.contracts.watchlist import ActorBody

_PAGE: Final = 500
_FIELDS: Final = {field.alias or name for name, field in ActorBody.model_fields.items()}


async def exported(desk: Desk, out: Path, query: dict[str, Any]) -> dict[str, Any]:
    """Write it beside its place, and put it there when it is whole. Entries without a number of their own get their id as one."""
    make = WRITERS.get(out.suffix)
    if make is None:
        raise ImportFailedError(f"{out}: what ends so cannot be written; end it in {', '.join(WRITERS)}.", USAGE)
    if await asyncio.to_thread(out.exists):
        raise ImportFailedError(f"{out} is there already.", USAGE)
    beside = out.with_name(f"{out.name}.part")
    count = 0
    try:
        with beside.open("wb") as file, make(file) as writer, _bar(desk) as progress:
            bar = progress.add_task("exporting", total=None, rows=0)
            async for item in _items(desk, query):
                writer.write(_body(item))
                count += 1
                progress.update(bar, rows=f"{count:,}")
        beside.rename(out)
    except OSError as error:
        raise ImportFailedError(f"{out}: {error.strerror or error}.", NOT_FOUND) from None
    finally:
        beside.unlink(missing_ok=True)
    if not desk.quiet:
        typer.echo(f"{count} entries in {out}.")
    return {"file": str(out), "entries": count}


async def _items(desk: Desk, query: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
    """The entries of one moment, each once, whatever changes while they are read."""
    asked = {"as_of": "now", **{name: value for name, value in query.items() if value is not None}}
    async for page in desk.api.pages("/v1/watchlist/actors", limit=_PAGE, **asked):
        for item in page["items"]:
            yield item


def _body(item: dict[str, Any]) -> ActorBody:
    told = {name: value for name, value in item.items() if name in _FIELDS and value is not None}
    return ActorBody.model_validate({**told, "source_id": told.get("source_id") or item["entry_id"]})


def _bar(desk: Desk) -> Progress:
    columns = (TextColumn("{task.description}"), TextColumn("{task.fields[rows]} entries"), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), disable=desk.quiet or not sys.stderr.isatty())
