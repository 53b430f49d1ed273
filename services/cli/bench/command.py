"""The command `atalaya bench`."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from services.cli.running import System

app = typer.Typer(
    help="Measures a hot path beside its practical limit, in the same run. Read the ratios: absolute figures are this machine's.",
    no_args_is_help=True,
)

Json = Annotated[bool, typer.Option("--json", help="one JSON document on stdout")]
Var = Annotated[
    Path, typer.Option(help="where the engines of the measurement keep their data, new for each run and gone after it")
]


def _measured(var: Path, measure: Callable[["System"], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
    from services.cli.running import UNLIMITED, running  # noqa: PLC0415 - the command line starts without it

    async def run(fresh: Path) -> dict[str, Any]:
        async with running(fresh, environment=UNLIMITED, say=lambda text: typer.echo(text, err=True)) as system:
            return await measure(system)

    var.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=var, prefix="run-") as fresh:
        return asyncio.run(run(Path(fresh)))


def _print(result: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(result, indent=2, ensure_ascii=False))
        return
    for row in result.get("latencies", ()):
        typer.echo(
            f"{row['what']}: p50 {row['p50']} ms, p90 {row['p90']} ms, p99 {row['p99']} ms, max {row['max']} ms over {row['count']}"
        )
    for row in result.get("phases", ()):
        typer.echo(f"{row['what']}: {row['rows']:,} in {row['seconds']:,.1f} s, {row['per_second']:,.0f}/s")
    for row in result.get("peak_memory_mib", ()):
        sizes = ", ".join(f"{name} {size:,} MiB" for name, size in row.items() if name != "when")
        typer.echo(f"peak memory, {row['when']}: {sizes}")
    for row in result.get("rates", ()):
        typer.echo(f"{row['name']}: {median(row['rounds']):,.0f}/s")
    for row in result.get("comparisons", ()):
        path, limit = sorted(row["path"]["rounds"]), sorted(row["limit"]["rounds"])
        typer.echo(
            f"{row['what']}: {path[len(path) // 2]:,.0f}/s, {row['ratio']:.0%} of {row['limit']['name']} ({limit[len(limit) // 2]:,.0f}/s); goal {row['goal']:.0%}"
        )


@app.command()
def ingest(
    rounds: Annotated[int, typer.Option(min=1, help="rounds of each, alternating")] = 5,
    seconds: Annotated[float, typer.Option(min=0.5, help="length of a round of single posts")] = 3.0,
    var: Var = Path("var/bench"),
    *,
    as_json: Json = False,
) -> None:
    """One event per POST beside a bare endpoint, and an NDJSON batch beside a bare producer."""
    from services.cli.bench.ingest import measure_ingest  # noqa: PLC0415

    _print(_measured(var, lambda system: measure_ingest(system, rounds=rounds, seconds=seconds)), as_json=as_json)


@app.command()
def road(
    rate: Annotated[int, typer.Option(min=1, help="events a second, each of which opens an alert")] = 200,
    seconds: Annotated[float, typer.Option(min=1, help="how long it is measured")] = 20.0,
    var: Var = Path("var/bench"),
    *,
    as_json: Json = False,
) -> None:
    """From the accepted event to the received webhook at a steady rate, beside three bare hops and two bare commits."""
    from services.cli.bench.road import measure_road  # noqa: PLC0415

    _print(_measured(var, lambda system: measure_road(system, rate=rate, seconds=seconds)), as_json=as_json)


@app.command()
def deliver(
    burst: Annotated[int, typer.Option(min=100, help="alerts of a burst")] = 20_000,
    rate: Annotated[int, typer.Option(min=1, help="alerts a second of the steady phase")] = 200,
    seconds: Annotated[float, typer.Option(min=1, help="length of each steady phase")] = 20.0,
    kills: Annotated[int, typer.Option(min=0, help="SIGKILLs for the sender in the middle of a burst")] = 1,
    var: Var = Path("var/bench"),
    *,
    many: Annotated[bool, typer.Option(help="also to a thousand endpoints")] = True,
    as_json: Json = False,
) -> None:
    """Webhooks from the alerts topic to 1, 10 and 1,000 endpoints, steadily, with one that hangs or drips, and with the sender killed."""
    from services.cli.bench.deliver.measure import Wanted, measure_deliver, sentences  # noqa: PLC0415

    def say(text: str) -> None:
        typer.echo(text, err=True)

    wanted = Wanted(burst, rate, seconds, kills, many)
    result = _measured(var, lambda system: measure_deliver(system, wanted, say))
    if as_json:
        typer.echo(json.dumps(result, indent=2, ensure_ascii=False))
        return
    for sentence in sentences(result):
        typer.echo(sentence)


@app.command()
def watchlist(
    entries: Annotated[
        int, typer.Option(min=1000, help="generated entries; a million takes some minutes and gigabytes")
    ] = 100_000,
    var: Var = Path("var/bench"),
    *,
    as_json: Json = False,
) -> None:
    """A large list in, changed and undone: rows a second beside a bare COPY, memory, and how long one waits at each door meanwhile."""
    from services.cli.bench.watchlist import measure_watchlist  # noqa: PLC0415

    def say(text: str) -> None:
        typer.echo(text, err=True)

    _print(_measured(var, lambda system: measure_watchlist(system, entries=entries, say=say)), as_json=as_json)


@app.command()
def screen(
    entries: Annotated[
        int, typer.Option(min=0, help="generated entries; a million takes some minutes and gigabytes, 0 leaves them out")
    ] = 1_000_000,
    persons: Annotated[int, typer.Option(min=100, help="travellers of a round")] = 20_000,
    rounds: Annotated[int, typer.Option(min=1, help="rounds of each, alternating")] = 3,
    lists: Annotated[
        Path | None,
        typer.Option(help="folder of list files, as `atalaya screen --lists` takes it; else those of the package: OFAC and UN"),
    ] = None,
    *,
    nomenklatura: Annotated[bool, typer.Option(help="beside it too, where it is installed (the extra peers); takes 20 s")] = True,
    as_json: Json = False,
) -> None:
    """Persons a second on one core over real lists and over generated ones, candidates, memory, building and changing; beside rapidfuzz and nomenklatura."""
    from services.cli.bench.screen import measure_screen  # noqa: PLC0415
    from services.cli.bench.screen_shown import sentences  # noqa: PLC0415
    from services.cli.bench.screening import Load  # noqa: PLC0415

    load = Load(persons, rounds, nomenklatura)
    result = measure_screen(lists, load, entries=entries, say=lambda text: typer.echo(text, err=True))
    if as_json:
        typer.echo(json.dumps(result, indent=2, ensure_ascii=False))
        return
    for sentence in sentences(result):
        typer.echo(sentence)
