"""`atalaya down`: ends exactly what `atalaya up` started under a folder."""

from pathlib import Path

import typer

from services.cli.up import DEFAULT_VAR, Var


def down(*, var: Var = DEFAULT_VAR) -> None:
    """End the services, then PostgreSQL and Kafka. The data stays; `up` goes on from it."""
    from services.cli.running.detached import stop  # noqa: PLC0415 - so that help is there at once

    folder = Path(var).absolute()
    ended = stop(folder)
    typer.echo(f"Ended: {', '.join(ended)}. The data is kept in {folder}." if ended else f"Nothing runs under {folder}.")
