"""`atalaya watchlist import|diff|template`."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from services.cli.watchlist.importing import Wanted

app = typer.Typer(help="The watchlist: take lists in, and see what that would change.", no_args_is_help=True)

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
Service = Annotated[str | None, typer.Option(help="address of correlate, http://…", envvar="ATALAYA_SERVICE")]
ApiKey = Annotated[
    str | None, typer.Option("--key", help="a key with watchlist:read and watchlist:write, atk_…", envvar="ATALAYA_KEY")
]
Agency = Annotated[
    str | None, typer.Option(help="the key's agency, unless the key may ask for it: GT-SAT", envvar="ATALAYA_AGENCY")
]
Var = Annotated[Path, typer.Option("--var", help="folder where `atalaya up` left addresses and the first key")]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON, for machines")]
DEFAULT_VAR = Path("var")


@app.command("import")
def take_in(
    source: Source,
    files: Files,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="show counts and difference, and change nothing")] = False,
    accept_removals: Annotated[
        bool, typer.Option("--accept-removals", help="end entries however many are gone from the list")
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
    key: ApiKey = None,
    agency: Agency = None,
    var: Var = DEFAULT_VAR,
    as_json: AsJson = False,
) -> None:
    """Make an agency's entries of a source what its list says now. Interrupted, it is run again: what is done already is no difference."""
    said = {"requested_action": action, "severity": severity, "category": category, "tlp": tlp, "releasable_to": releasable_to}
    wanted = _wanted(source, files, form, list_date, said, service, key, agency, var)
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
    key: ApiKey = None,
    agency: Agency = None,
    var: Var = DEFAULT_VAR,
    as_json: AsJson = False,
) -> None:
    """Show everything that an import would change, field by field, and change nothing."""
    said = {"requested_action": action, "severity": severity, "category": category, "tlp": tlp, "releasable_to": releasable_to}
    wanted = _wanted(source, files, form, list_date, said, service, key, agency, var)
    _run(wanted, dry_run=True, removals=True, faults=True, why=None, as_json=as_json, every=True)


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
    agency: str | None,
    var: Path,
) -> "Wanted":
    from services.cli.watchlist.importing import Wanted  # noqa: PLC0415

    day = list_date.date() if list_date else None
    return Wanted(source, tuple(files), form, day, said, service=service, key=key, agency=agency, var=var)


def _run(wanted: "Wanted", *, dry_run: bool, removals: bool, faults: bool, why: str | None, as_json: bool, every: bool) -> None:
    from services.cli.watchlist.importing import Consent, run  # noqa: PLC0415

    code = run(wanted, Consent(dry_run=dry_run, removals=removals, faults=faults), why=why, as_json=as_json, every=every)
    if code:
        raise typer.Exit(code)
