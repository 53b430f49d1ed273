"""The command `atalaya screen`."""

from pathlib import Path
from typing import Annotated

import typer

from services.cli.watchlist.options import DEFAULT_VAR, Var


def screen(
    file: Annotated[Path, typer.Argument(help="JSON Lines, packed by gzip or not; - for standard input")],
    *,
    lists: Annotated[
        Path | None, typer.Option(help="screen against the list files in this folder and below; no server is needed")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="write the answers to this file, which must not be there yet")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="answer each line with a line of JSON, in order")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="stop at the first line that is faulty")] = False,
    jobs: Annotated[int, typer.Option(min=0, help="processes that screen with --lists; 0 for one on each core")] = 1,
    language: Annotated[
        str, typer.Option(help="of the sentences without --json: es or en", envvar=["LC_ALL", "LC_MESSAGES", "LANG"])
    ] = "en",
    service: Annotated[
        str | None, typer.Option("--service", "--url", help="address of correlate, http://…", envvar="ATALAYA_SERVICE")
    ] = None,
    key: Annotated[str | None, typer.Option("--key", help="a key with the scope screen, atk_…", envvar="ATALAYA_KEY")] = None,
    var: Var = DEFAULT_VAR,
) -> None:
    """Screen each line of FILE, a person or a thing, against the watchlist of a running system, or against list files (--lists).

    A line in: {"id": 1, "name": "María López Tzul", "birth_date": "1971-05-09", "nationality": "GT", "documents": ["A1234567"]}

    Known are name (in full, or an object of its parts) or given, paternal and maternal; names (further ones); birth_date (1971, 1971-05 or 1971-05-09); nationality (a code of two or three letters or a name, one or several); sex; birth_place; documents (numbers, or objects of type, number and issuer); organisation; conveyances (objects of kind, plate, country, vin, imo, mmsi, registration and name); containers.

    A line out: {"id": 1, "hits": [{"source": "ofac-sdn", "source_id": "36", "score": 0.97, "alert": true, "explanation": […], "sentence": {"es": "…", "en": "…"}}]}, the surest hit first. alert is false for what is too weak to act on.

    A line that is faulty is not screened: {"id": 1, "line": 7, "error": [{"pointer": "/birth_date", "code": "…", "detail": "…"}]}

    Exit code: 0 every line was screened, whatever was found; 1 one was faulty, or the input breaks off; 2 wrong usage; 3 a file is not there; 4 the key may not; 5 no service; 130 interrupted: what was written is whole.
    """
    from services.cli.screen.doing import Wanted, do  # noqa: PLC0415 - so that help is there at once
    from services.cli.watchlist.reach import Reach  # noqa: PLC0415

    raise typer.Exit(do(Wanted(file, lists, out, as_json, strict, jobs, language, Reach(service, key, var))))
