"""`atalaya watchlist show|export|approve|review|act`: looking things up, and doing what is due."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from services.cli.watchlist.options import DEFAULT_VAR, AsJson, Key, Service, Var, done

AsOf = Annotated[
    str | None,
    typer.Option("--as-of", help="as it was: a moment with its offset (2026-11-24T06:00:00Z), or a version of the list"),
]


def add_looking(app: typer.Typer) -> None:
    """Join the commands to the app."""
    for command in (show, export, approve, review, act):
        app.command()(command)


def show(
    wanted: Annotated[str, typer.Argument(help="an entry's id, or part of any name or number")],
    *,
    as_of: AsOf = None,
    version: Annotated[int | None, typer.Option(min=1, help="this version of the entry")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="of what is found so many at most")] = 20,
    service: Service = None,
    key: Key = None,
    var: Var = DEFAULT_VAR,
    as_json: AsJson = False,
) -> None:
    """Show an entry with its life, its history and its cases; or what is found by a name or number."""
    from services.cli.watchlist.showing import shown  # noqa: PLC0415 - so that help is there at once

    done(service, key, var, lambda desk: shown(desk, wanted, as_of=as_of, version=version, limit=limit), as_json=as_json)


def export(
    out: Annotated[Path, typer.Argument(help="the file to write: .jsonl, .csv or .xlsx; it must not be there yet")],
    *,
    source: Annotated[str | None, typer.Option(help="only entries of this source")] = None,
    state: Annotated[str, typer.Option(help="active (not ended), alerting, ended, all, or one state")] = "active",
    mine: Annotated[bool, typer.Option("--mine", help="only what your agency issued")] = False,
    as_of: AsOf = None,
    service: Service = None,
    key: Key = None,
    var: Var = DEFAULT_VAR,
    as_json: AsJson = False,
) -> None:
    """Write actors of the list to a file that `atalaya watchlist import` reads again. Interrupted, no file is left."""
    from services.cli.watchlist.exporting import exported  # noqa: PLC0415

    query = {"source": source, "state": state, "mine": mine or None, "as_of": as_of}
    done(service, key, var, lambda desk: exported(desk, out, query), as_json=as_json)


def approve(
    wanted: Annotated[list[str], typer.Argument(help="ids of entries or of cases; or `import` and the id of one that waits")],
    *,
    reject: Annotated[bool, typer.Option("--reject", help="say no instead; takes --why")] = False,
    why: Annotated[str | None, typer.Option(help="kept in the history")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
    service: Service = None,
    key: Key = None,
    var: Var = DEFAULT_VAR,
    as_json: AsJson = False,
) -> None:
    """Be the second person: show what waits, and approve or reject it. Nobody approves what they wrote."""
    from services.cli.watchlist.approving import approved  # noqa: PLC0415

    done(
        service,
        key,
        var,
        lambda desk: approved(desk, wanted, why=why, reject=reject, sure=yes or as_json),
        as_json=as_json,
    )


def review(
    *,
    within: Annotated[int, typer.Option(min=1, help="days ahead to look for reviews")] = 30,
    service: Service = None,
    key: Key = None,
    var: Var = DEFAULT_VAR,
    as_json: AsJson = False,
) -> None:
    """Show what waits for your agency: reviews that are due, approvals, cases with their days, and the latest notices."""
    from services.cli.watchlist.reviewing import reviewed  # noqa: PLC0415

    done(service, key, var, lambda desk: reviewed(desk, within), as_json=as_json)


def act(
    action: Annotated[
        str, typer.Argument(help="submit, suspend, resume, extend, flag, unflag, clear, unclear, execute, keep, revoke or delete")
    ],
    entries: Annotated[list[str], typer.Argument(help="ids of entries")],
    *,
    why: Annotated[str | None, typer.Option(help="kept in the history")] = None,
    until: Annotated[
        str | None, typer.Option(help="of a suspension, a flag, keeping or clearing: a moment with its offset")
    ] = None,
    person: Annotated[
        str | None,
        typer.Option(
            help="of clearing: who is somebody else, as JSON with name, birth_date and documents; a file of it; - is standard input"
        ),
    ] = None,
    review_on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="of an extension: the new day of review")
    ] = None,
    valid_to: Annotated[
        str | None, typer.Option(help="of an extension: the new end of validity, a moment with its offset")
    ] = None,
    service: Service = None,
    key: Key = None,
    var: Var = DEFAULT_VAR,
    as_json: AsJson = False,
) -> None:
    """Do something to entries, each answered for itself."""
    from services.cli.watchlist.acting import acted, person_told  # noqa: PLC0415

    said = {
        "person": person_told(person),
        "reason": why,
        "until": until,
        "review_on": review_on.date().isoformat() if review_on else None,
        "valid_to": valid_to,
    }
    done(service, key, var, lambda desk: acted(desk, action, entries, said), as_json=as_json)
