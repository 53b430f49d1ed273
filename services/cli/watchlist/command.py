"""`atalaya watchlist import|diff|undo|imports|template`, and the app that the other commands join."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.watchlist.looking import add_looking
from services.cli.watchlist.options import DEFAULT_VAR, AsJson, Key, Service, Var, done

if TYPE_CHECKING:
    from services.cli.watchlist.importing import Wanted

app = typer.Typer(help="The watchlist: lists in and out, and what is to be done about its entries.", no_args_is_help=True)
add_looking(app)

Source = Annotated[str, typer.Argument(help="whose list: ofac-sdn, ofac-cons, un-sc, opensanctions, or a name of your own")]
Files = Annotated[
    list[Path],
    typer.Argument(help="its files, also packed with gzip; of OFAC's CSV set sdn.csv alt.csv add.csv sdn_comments.csv"),
]
Form = Annotated[
    str | None,
    typer.Option("--format", help="ofac-csv, ofac-xml, un-xml, opensanctions-csv, ftm-jsonl, own-csv, own-jsonl, own-xlsx"),
]
ListDate = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="the list's date, where its files do not say it")]
Action = Annotated[str | None, typer.Option(help="what officers are asked to do: INFORM_ONLY, INQUIRY_CHECK, … ")]
Level = Annotated[str | None, typer.Option(help="low, medium, high or critical")]
Category = Annotated[str | None, typer.Option(help="why they are listed: arrest, inquiry_check, …")]
Label = Annotated[str | None, typer.Option(help="CLEAR, GREEN, AMBER, AMBER+STRICT or RED")]
Nations = Annotated[str | None, typer.Option(help="nations that may see them: GT,HN. No import widens what an entry has")]


@app.command("import")
def take_in(
    source: Source,
    files: Files,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="show counts and difference, and change nothing")] = False,
    accept_removals: Annotated[
        bool,
        typer.Option(
            "--accept-removals", help="end entries however many are gone from the list: a second person has to approve it"
        ),
    ] = False,
    accept_faults: Annotated[bool, typer.Option("--accept-faults", help="import without the rows that are faulty")] = False,
    why: Annotated[
        str | None, typer.Option(help="kept in the history of each entry; the source and its date unless told")
    ] = None,
    form: Form = None,
    list_date: ListDate = None,
    action: Action = None,
    severity: Level = None,
    category: Category = None,
    tlp: Label = None,
    releasable_to: Nations = None,
    service: Service = None,
    key: Key = None,
    var: Var = DEFAULT_VAR,
    as_json: AsJson = False,
) -> None:
    """Make your agency's entries of a source what its list says now, in one transaction. Interrupted, it is run again and goes on."""
    said = {"requested_action": action, "severity": severity, "category": category, "tlp": tlp, "releasable_to": releasable_to}
    wanted = _wanted(source, files, form, list_date, said, service, key, var)
    _run(wanted, dry_run=dry_run, removals=accept_removals, faults=accept_faults, why=why, as_json=as_json, every=False)


@app.command()
def diff(
    source: Source,
    files: Files,
    *,
    form: Form = None,
    list_date: ListDate = None,
    action: Action = None,
    severity: Level = None,
    category: Category = None,
    tlp: Label = None,
    releasable_to: Nations = None,
    service: Service = None,
    key: Key = None,
    var: Var = DEFAULT_VAR,
    as_json: AsJson = False,
) -> None:
    """Show everything that an import would change, field by field, and change nothing."""
    said = {"requested_action": action, "severity": severity, "category": category, "tlp": tlp, "releasable_to": releasable_to}
    wanted = _wanted(source, files, form, list_date, said, service, key, var)
    _run(wanted, dry_run=True, removals=True, faults=True, why=None, as_json=as_json, every=True)


@app.command()
def undo(
    import_id: Annotated[str, typer.Argument(help="the import, as `atalaya watchlist imports` shows it")],
    *,
    why: Annotated[str, typer.Option(help="kept in the history of each entry")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what it would do, and do nothing")] = False,
    service: Service = None,
    key: Key = None,
    var: Var = DEFAULT_VAR,
    as_json: AsJson = False,
) -> None:
    """Undo an import, or an undoing: what it added ends, what it changed and ended comes back. What changed since stays and is named."""
    from services.cli.watchlist.imports import undone  # noqa: PLC0415 - so that help is there at once

    done(service, key, var, lambda desk: undone(desk, import_id, why, dry_run=dry_run), as_json=as_json)


@app.command()
def imports(
    *,
    drop: Annotated[str | None, typer.Option(help="forget this import, which was not committed")] = None,
    service: Service = None,
    key: Key = None,
    var: Var = DEFAULT_VAR,
    as_json: AsJson = False,
) -> None:
    """Show the imports and undoings of your agency, the latest first."""
    from services.cli.watchlist.imports import dropped, listed  # noqa: PLC0415

    done(service, key, var, (lambda desk: dropped(desk, drop)) if drop else listed, as_json=as_json)


@app.command()
def template(
    kind: Annotated[
        str, typer.Argument(help="person, organisation, vehicle, trailer, vessel, aircraft, container, document or firearm")
    ],
    *,
    form: Annotated[str, typer.Option("--format", help="csv, jsonl or xlsx")] = "csv",
    out: Annotated[
        Path | None, typer.Option(help="write to this file, which must not be there yet; a workbook needs one")
    ] = None,
) -> None:
    """Write a file to fill in: every column explained, and a row that shows how."""
    from services.cli.watchlist.errors import USAGE  # noqa: PLC0415 - so that help is there at once
    from services.correlate.lists.template import csv_template, json_template  # noqa: PLC0415
    from services.correlate.lists.template_xlsx import xlsx_template  # noqa: PLC0415
    from shared.contracts.vocabulary import ActorKind  # noqa: PLC0415

    if kind not in set(ActorKind) or form not in {"csv", "jsonl", "xlsx"}:
        typer.echo(f"There is a template of {', '.join(ActorKind)}, as csv, jsonl or xlsx.", err=True)
        raise typer.Exit(USAGE)
    if form == "xlsx":
        content = xlsx_template(ActorKind(kind))
    else:
        content = {"csv": csv_template, "jsonl": json_template}[form](ActorKind(kind)).encode()
    if out is None and form == "xlsx":
        typer.echo("A workbook is written to a file: --out persons.xlsx.", err=True)
        raise typer.Exit(USAGE)
    if out is None:
        typer.echo(content.decode(), nl=False)
        return
    try:
        with out.open("xb") as file:
            file.write(content)
    except OSError as error:
        typer.echo(f"{out}: {error.strerror}.", err=True)
        raise typer.Exit(USAGE) from None


def _wanted(
    source: str,
    files: list[Path],
    form: str | None,
    list_date: datetime | None,
    said: dict[str, Any],
    service: str | None,
    key: str | None,
    var: Path,
) -> "Wanted":
    from services.cli.watchlist.importing import Wanted  # noqa: PLC0415
    from services.cli.watchlist.reach import Reach  # noqa: PLC0415

    day = list_date.date() if list_date else None
    return Wanted(source, tuple(files), form, day, said, Reach(service, key, var))


def _run(wanted: "Wanted", *, dry_run: bool, removals: bool, faults: bool, why: str | None, as_json: bool, every: bool) -> None:
    from services.cli.watchlist.importing import Consent, run  # noqa: PLC0415

    consent = Consent(dry_run=dry_run, removals=removals, faults=faults)
    raise typer.Exit(run(wanted, consent, why=why, as_json=as_json, every=every))
