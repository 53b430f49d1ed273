"""The second person at the terminal: what waits is shown before it is approved."""

from typing import Any, Final

import typer

from services.cli.watchlist.acting import ACTIONS, is_refused, outcome
from services.cli.watchlist.api import IMPORTS, RefusedError
from services.cli.watchlist.desk import Desk
from services.cli.watchlist.errors import FAILED, NOT_FOUND, PARTIAL, USAGE, ImportFailedError
from services.cli.watchlist.faults import plain
from services.cli.watchlist.showing import changed, find, is_id, show_entry
from services.cli.watchlist.shown import show_difference

CASES: Final = "/v1/watchlist/cases"
_IMPORT: Final = "import"


async def approved(desk: Desk, wanted: list[str], *, why: str | None, reject: bool, sure: bool) -> Any:
    """Show, ask, and answer."""
    if reject and not why:
        raise ImportFailedError("A rejection says why: --why.", USAGE)
    if wanted[0] == _IMPORT:
        if reject or len(wanted) != 2:  # noqa: PLR2004 - the word and an id
            raise ImportFailedError("Write: approve import ID. To reject it: imports --drop ID.", USAGE)
        return await _import(desk, wanted[1], sure=sure)
    answers = [await _one(desk, one, why=why, reject=reject, sure=sure) for one in wanted]
    refused = [one for one in answers if one.get("refused")]
    if refused:
        desk.code = FAILED if len(refused) == len(answers) else PARTIAL
    return answers


async def _one(desk: Desk, wanted: str, *, why: str | None, reject: bool, sure: bool) -> dict[str, Any]:
    if not is_id(wanted):
        raise ImportFailedError(f"{plain(wanted)} is no id of an entry or a case.", USAGE)
    try:
        case = await desk.api.get(f"{CASES}/{wanted}")
    except RefusedError as error:
        if error.code != NOT_FOUND:
            raise
        return await _entry(desk, wanted, why=why, reject=reject, sure=sure)
    if not desk.quiet:
        typer.echo(plain(f"{case['kind']} by {case['agency']}: {case['text']}", None))
        typer.echo(plain(changed(case.get("changes") or ()), None))
    _ask(sure=sure, reject=reject)
    try:
        answer = await desk.api.post(f"{CASES}/{wanted}/{'reject' if reject else 'accept'}", {"reason": why} if why else {})
    except RefusedError as error:
        typer.echo(str(error), err=True)
        return {"id": wanted, "refused": str(error)}
    if not desk.quiet:
        typer.echo(f"{wanted}: {answer['state']}")
    return {"id": wanted, "case": answer}


async def _entry(desk: Desk, wanted: str, *, why: str | None, reject: bool, sure: bool) -> dict[str, Any]:
    _, entry = await find(desk, wanted)
    if not desk.quiet:
        show_entry(desk, entry)
        await _show_edits(desk, wanted)
    _ask(sure=sure, reject=reject)
    item = {"entry_id": wanted, "action": "reject" if reject else "approve", "version": entry["version"]}
    (answer,) = (await desk.api.post(ACTIONS, [item | ({"reason": why} if why else {})]))["items"]
    if not desk.quiet or is_refused(answer):
        typer.echo(f"{wanted}: {outcome(answer)}", err=is_refused(answer))
    return {"id": wanted, "answer": answer, **({"refused": outcome(answer)} if is_refused(answer) else {})}


async def _show_edits(desk: Desk, entry_id: str) -> None:
    """What waits is not always the entry: of an edit, what it would change is what is approved."""
    for case in (await desk.api.get(CASES, entry_id=entry_id, kind="edit", state="open"))["items"]:
        whole = await desk.api.get(f"{CASES}/{case['case_id']}")
        typer.echo(plain(f"An edit waits, by {whole['opened_by']}: {whole['text']}", None))
        typer.echo(plain(changed(whole.get("changes") or ()), None))


async def _import(desk: Desk, import_id: str, *, sure: bool) -> dict[str, Any]:
    """The difference as it is now, and the commit of exactly that."""
    found = await desk.api.get(f"{IMPORTS}/{import_id}/difference", limit=desk.settings.shown)
    if not desk.quiet:
        show_difference(desk.console, found, found["items"], whole=found["next_cursor"] is None, numbers=True)
        for one in found["against"]:
            typer.echo(one["detail"], err=True)
    _ask(sure=sure, reject=False)
    headers = {"If-Match": f'"{found["list_version"]}"'}
    done = await desk.api.post(f"{IMPORTS}/{import_id}/commit", headers=headers, accept_removals=True)
    if not desk.quiet:
        typer.echo(f"Done: versions {done['from_version']} to {done['to_version']} of the list.")
    return done


def _ask(*, sure: bool, reject: bool) -> None:
    if not sure and not typer.confirm("Reject it?" if reject else "Approve it?"):
        raise ImportFailedError("Nothing was done.", FAILED)
