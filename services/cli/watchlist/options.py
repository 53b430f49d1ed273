"""What the commands of the watchlist have in common: where the service is, with which key, and how an answer is told."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from services.cli.watchlist.desk import Desk

Service = Annotated[str | None, typer.Option(help="address of correlate, http://…", envvar="ATALAYA_SERVICE")]
Key = Annotated[
    str | None,
    typer.Option("--key", help="a key with watchlist:read, and watchlist:write to change anything, atk_…", envvar="ATALAYA_KEY"),
]
Var = Annotated[Path, typer.Option("--var", help="folder where `atalaya up` left addresses and the first key")]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON, for machines")]
DEFAULT_VAR = Path("var")


def done(service: str | None, key: str | None, var: Path, do: "Callable[[Desk], Awaitable[Any]]", *, as_json: bool) -> None:
    """Do something at the desk, tell it, and end with its exit code."""
    from services.cli.watchlist.desk import at_desk  # noqa: PLC0415 - so that help is there at once
    from services.cli.watchlist.reach import Reach  # noqa: PLC0415

    raise typer.Exit(at_desk(Reach(service, key, var), do, as_json=as_json))
