"""`atalaya offsets show|reset`."""

import asyncio
import json
import sys
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.key_doors import FAILED, NOT_FOUND, UNREACHABLE, USAGE
from services.cli.up import DEFAULT_VAR, Var

if TYPE_CHECKING:
    from services.cli.offsets.standing import Standing

app = typer.Typer(help="How far each consumer is, and moving it when an operator must.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="print JSON, for machines")]


@app.command()
def show(*, as_json: AsJson = False, var: Var = DEFAULT_VAR) -> None:
    """Show every consumer's place on every partition, beside what the topic holds. Exit code 1: one halts."""
    from services.cli.offsets.standing import standings  # noqa: PLC0415 - so that help is there at once
    from services.cli.reach import database_address, kafka_settings  # noqa: PLC0415

    found: list[Standing] = _run(standings(kafka_settings(var), database_address(var)))
    if as_json:
        typer.echo(json.dumps([_shown(each) for each in found]))
    else:
        for each in found:
            typer.echo(_line(each))
    if any(each.broken is not None for each in found):
        raise typer.Exit(FAILED)


@app.command()
def reset(
    consumer: Annotated[str, typer.Argument(help="as `show` names it: track")],
    topic: Annotated[str, typer.Argument(help="atalaya.sightings")],
    partition: Annotated[int, typer.Argument(min=0)],
    to: Annotated[str, typer.Option(help="first, end, or an offset that the topic holds")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
    var: Var = DEFAULT_VAR,
) -> None:
    """Move one consumer on one partition, after records were lost or a topic was made anew. What it passes over is kept among the
    dead letters. A process whose partition halted must be started anew afterwards; one that is at work notices by itself.
    """
    from services.cli.offsets.moving import MoveRefusedError, move, target, told  # noqa: PLC0415
    from services.cli.offsets.standing import standings  # noqa: PLC0415
    from services.cli.reach import database_address, kafka_settings  # noqa: PLC0415

    kafka, database = kafka_settings(var), database_address(var)
    wanted = (consumer, topic, partition)
    found: list[Standing] = _run(standings(kafka, database))
    standing = next((each for each in found if (each.consumer, each.topic, each.partition) == wanted), None)
    if standing is None:
        typer.echo(f"{consumer} has no place on {topic}/{partition}; `atalaya offsets show` lists those there are.", err=True)
        raise typer.Exit(NOT_FOUND)
    try:
        new = target(standing, to)
    except MoveRefusedError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(USAGE) from None
    typer.echo(told(standing, new), err=True)
    if not yes and not (sys.stdin.isatty() and typer.confirm("Do it?", err=True)):
        typer.echo("Nothing was changed; --yes does it.", err=True)
        raise typer.Exit(USAGE)
    try:
        _run(move(kafka, database, standing, new))
    except MoveRefusedError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(FAILED) from None
    typer.echo(f"{consumer} {topic}/{partition} {new}")


def _shown(each: "Standing") -> dict[str, Any]:
    return {
        "consumer": each.consumer,
        "topic": each.topic,
        "partition": each.partition,
        "stored": each.stored,
        "first": each.first,
        "end": each.end,
        "lag": each.lag,
        "idle_seconds": None if each.idle is None else round(each.idle.total_seconds(), 1),
        "broken": each.broken,
    }


def _line(each: "Standing") -> str:
    where = f"{each.consumer:8} {each.topic}/{each.partition}"
    still = "" if each.idle is None else f", moved {each.idle.total_seconds():.0f} s ago"
    halted = "" if each.broken is None else f"  HALTS: {each.broken}"
    return f"{where:42} at {each.stored if each.stored is not None else '-'} of {each.first}..{each.end}, {each.lag} wait{still}{halted}"


def _run(doing: Coroutine[Any, Any, Any]) -> Any:
    import psycopg  # noqa: PLC0415

    from services.cli.reach import UNREACHABLE_ERRORS  # noqa: PLC0415

    try:
        return asyncio.run(doing)
    except (*UNREACHABLE_ERRORS, psycopg.Error) as error:
        typer.echo(f"Kafka or PostgreSQL does not answer ({type(error).__name__}); `atalaya doctor` says which.", err=True)
        raise typer.Exit(UNREACHABLE) from None
