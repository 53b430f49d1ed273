"""Many actions at once, each answered for itself."""

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
