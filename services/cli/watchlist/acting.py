"""Many actions at once, each answered for itself."""

import json
import sys
from pathlib import Path
from typing import Any, Final

import typer

from services.cli.watchlist.desk import Desk
from services.cli.watchlist.errors import FAILED, PARTIAL
from services.cli.watchlist.faults import plain

ACTIONS: Final = "/v1/watchlist/actions"


async def acted(desk: Desk, action: str, entries: list[str], said: dict[str, Any]) -> list[dict[str, Any]]:
    """Do it; what became of each."""
    told = {name: value for name, value in said.items() if value is not None}
    answers: list[dict[str, Any]] = (
        await desk.api.post(ACTIONS, [{"entry_id": entry, "action": action, **told} for entry in entries])
    )["items"]
    refused = [one for one in answers if is_refused(one)]
    if not desk.quiet:
        for entry, one in zip(entries, answers, strict=True):
            typer.echo(f"{plain(entry)}: {outcome(one)}", err=is_refused(one))
    if refused:
        desk.code = FAILED if len(refused) == len(answers) else PARTIAL
    return answers


def person_told(said: str | None) -> dict[str, Any] | None:
    """Who is told of, from JSON, a file of it or standard input. Raises BadParameter for what is no JSON object."""
    if said is None or said.lstrip().startswith("{"):
        text = said
    elif said == "-":
        text = sys.stdin.read()
    else:
        try:
            text = Path(said).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise typer.BadParameter(f"{plain(said)} cannot be read: {error}", param_hint="--person") from error
    if text is None:
        return None
    try:
        person = json.loads(text)
    except ValueError as error:
        raise typer.BadParameter(f"no JSON: {error}", param_hint="--person") from error
    if not isinstance(person, dict):
        raise typer.BadParameter("one JSON object is wanted", param_hint="--person")
    return person


def is_refused(answer: dict[str, Any]) -> bool:
    """Whether an item of the answer was not done."""
    return bool(answer["status"] == "refused")


def outcome(answer: dict[str, Any]) -> str:
    """In words."""
    if is_refused(answer):
        problem = answer["problem"]
        faults = "; ".join(f"{one.get('pointer', '')} {one['detail']}".strip() for one in problem.get("errors") or ())
        return f"refused: {plain(problem.get('detail', problem.get('title')), 300)} {plain(faults, 300)}".strip()
    return f"{answer['status']}: {answer['state']}, version {answer['version']}"
