"""Imports that were made: shown, dropped, undone."""

from typing import Any

import typer
from rich.table import Table
from rich.text import Text

from services.cli.watchlist.api import IMPORTS
from services.cli.watchlist.desk import Desk
from services.cli.watchlist.errors import PARTIAL
from services.cli.watchlist.faults import plain

_SHOWN = 50


async def listed(desk: Desk) -> list[dict[str, Any]]:
    """The latest imports."""
    items = [item async for page in desk.api.pages(IMPORTS, _SHOWN, limit=_SHOWN) for item in page["items"]][:_SHOWN]
    if not desk.quiet:
        table = Table("import", "source", "state", "opened", "by", "rows", "versions", "undoes")
        for item in items:
            versions = f"{item['from_version']}–{item['to_version']}" if item["from_version"] else ""
            cells = (
                item["import_id"],
                item["source"],
                item["state"],
                item["opened_at"][:19],
                item["opened_by"],
                item["rows"],
                versions,
            )
            table.add_row(*(Text(plain(cell)) for cell in (*cells, item["undoes"] or "")))
        desk.console.print(table)
    return items


async def dropped(desk: Desk, import_id: str) -> dict[str, Any]:
    """Forget one."""
    await desk.api.drop(import_id)
    if not desk.quiet:
        typer.echo("Dropped. The list is as it was.")
    return {"import_id": import_id, "state": "dropped"}


async def undone(desk: Desk, import_id: str, why: str, *, dry_run: bool) -> dict[str, Any]:
    """Undo one, or say what that would do."""
    done = await desk.api.post(f"{IMPORTS}/{import_id}/undo", {"why": why}, dry_run=dry_run)
    if not desk.quiet:
        counts = done["counts"]
        typer.echo(
            ", ".join(f"{count} {word.replace('_', ' ')}" for word, count in counts.items() if count) or "Nothing to undo."
        )
        for one in done["left"]:
            typer.echo(f"left: {plain(one['source_id'] or one['entry_id'])}: {plain(one['why'], 300)}", err=True)
        if done.get("import_id"):
            typer.echo(f"Undone itself by: atalaya watchlist undo {done['import_id']}", err=True)
    if done["left"] and not dry_run:
        desk.code = PARTIAL
    return done
