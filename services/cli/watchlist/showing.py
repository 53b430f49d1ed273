"""An entry on a terminal: what it says, where it is in its life, what was changed by whom, and what waits for an answer."""

from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

import typer
from rich.table import Table
from rich.text import Text

from services.cli.watchlist.api import RefusedError
from services.cli.watchlist.desk import Desk
from services.cli.watchlist.errors import NOT_FOUND, ImportFailedError
from services.cli.watchlist.faults import plain
from services.cli.watchlist.shown import said

KINDS: Final = ("actors", "routes")
_LISTED: Final = "/v1/watchlist"
_HISTORY: Final = 20
_LONG: Final = 200


def is_id(text: str) -> bool:
    """Whether it is an entry's id."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


async def shown(desk: Desk, wanted: str, *, as_of: str | None, version: int | None, limit: int) -> dict[str, Any]:
    """The entry of an id, or the only one that is found, with history and cases; or those that are found. Raises ImportFailedError for none.

    The past is looked at entry by entry: what goes by a name is looked for in the list as it is.
    """
    if is_id(wanted):
        return await _one(desk, wanted, as_of=as_of, version=version)
    found: dict[str, Any] = {}
    for kind in KINDS:
        found[kind] = (await desk.api.get(f"{_LISTED}/{kind}", q=wanted, limit=limit, state="all"))["items"]
    every = [one for items in found.values() for one in items]
    if not every:
        raise ImportFailedError("Nothing in the list that this key may see is found by that.", NOT_FOUND)
    if len(every) == 1:
        return found | await _one(desk, every[0]["entry_id"], as_of=as_of, version=version)
    if not desk.quiet:
        desk.console.print(entries_table(every))
    if as_of is not None or version is not None:
        typer.echo("These are the entries as they are; say one by its id to see it as it was.", err=True)
    return found


async def find(desk: Desk, entry_id: str, **query: Any) -> tuple[str, dict[str, Any]]:
    """An entry and which kind it is. Raises ImportFailedError where it is not there, or not to be seen."""
    for kind in KINDS:
        try:
            return kind, await desk.api.get(f"{_LISTED}/{kind}/{quote(entry_id)}", **query)
        except RefusedError as error:
            if error.code != NOT_FOUND:
                raise
    raise ImportFailedError(f"There is no entry {entry_id} that this key may see.", NOT_FOUND)


async def _one(desk: Desk, entry_id: str, *, as_of: str | None, version: int | None) -> dict[str, Any]:
    kind, entry = await find(desk, entry_id, as_of=as_of, version=version)
    history = (await desk.api.get(f"{_LISTED}/{kind}/{entry_id}/history", limit=_HISTORY))["items"]
    cases = (await desk.api.get(f"{_LISTED}/{kind}/{entry_id}/cases"))["items"]
    if not desk.quiet:
        show_entry(desk, entry)
        desk.console.print(_versions(history))
        if cases:
            desk.console.print(cases_table(cases))
    return {"kind": kind, "entry": entry, "history": history, "cases": cases}


def show_entry(desk: Desk, entry: dict[str, Any]) -> None:
    """Every field that says something."""
    table = Table(
        "field", "", title=Text(f"{entry['entry_id']}, version {entry['version']}: {entry['state']}"), title_justify="left"
    )
    for name, value in entry.items():
        if value not in (None, [], "", {}):
            table.add_row(name, Text(plain(said(value), _LONG)))
    desk.console.print(table)


def entries_table(entries: Iterable[dict[str, Any]]) -> Table:
    """Entries one a row."""
    table = Table("entry", "kind", "names and numbers", "source", "state", "review on", "asks for")
    for one in entries:
        named = one.get("name") or said(one.get("names") or one.get("identifiers") or one.get("documents"))
        source = f"{one.get('source', '')} {one.get('source_id') or ''}"
        cells = (
            one["entry_id"],
            one.get("kind", "route"),
            named,
            source,
            one["state"],
            one.get("review_on"),
            one["requested_action"],
        )
        table.add_row(*(Text(plain(cell)) for cell in cells))
    return table


def cases_table(cases: Iterable[dict[str, Any]]) -> Table:
    """Cases one a row."""
    table = Table("case", "entry", "kind", "state", "opened", "by", "due", "says")
    for one in cases:
        due = (one.get("due_at") or "")[:16]
        cells = (
            one["case_id"],
            one["entry_id"],
            one["kind"],
            one["state"],
            one["opened_at"][:16],
            one["agency"],
            due,
            one["text"],
        )
        table.add_row(*(Text(plain(cell)) for cell in cells))
    return table


def changed(changes: Iterable[dict[str, Any]]) -> str:
    """What a version changed, in a line."""
    return "; ".join(_change(one) for one in changes)


def _versions(history: Iterable[dict[str, Any]]) -> Table:
    table = Table("version", "when", "who", "did", "why", "changed", title="history", title_justify="left")
    for one in history:
        cells = (one["version"], one["changed_at"][:19], one["changed_by"], one.get("change") or "", one.get("why"))
        table.add_row(*(Text(plain(cell)) for cell in cells), Text(plain(changed(one["changes"]), _LONG)))
    return table


def _change(one: dict[str, Any]) -> str:
    if one.get("gone") is None and one.get("come") is None:
        return f"{one['field']}: {said(one.get('before')) or '–'} → {said(one.get('after')) or '–'}"
    gone = [f"−{said(value)}" for value in one.get("gone") or ()]
    come = [f"+{said(value)}" for value in one.get("come") or ()]
    return f"{one['field']}: {' '.join(gone + come)}"
