"""The command `atalaya evaluate`."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from services.cli.evaluate.people import Half


def evaluate(
    half: Annotated[
        Half,
        typer.Option(help="which half of the listed people: weights are chosen on `tune`, figures are published of `report`"),
    ] = Half.REPORT,
    strangers: Annotated[int, typer.Option(min=1000, help="strangers drawn for both halves together")] = 100_000,
    near: Annotated[
        int, typer.Option(min=100, help="near strangers drawn for both halves; a fifth as many siblings and twins")
    ] = 10_000,
    peers: Annotated[
        bool, typer.Option("--peers", help="also rapidfuzz alone and, where the extra `peers` is installed, nomenklatura")
    ] = False,
    sample: Annotated[
        int, typer.Option(min=50, help="travellers of each group that a peer is asked about; ten times as many strangers")
    ] = 400,
    budget: Annotated[
        list[str] | None,
        typer.Option(
            help="alerts on 10,000 strangers that are accepted (1 unless told), or of a category of entries (terrorism=0.2): "
            "the threshold that each allows is told"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document on stdout")] = False,
    wrong: Annotated[
        Path | None, typer.Option(help="a file for every listed person that was missed and every alert on somebody else")
    ] = None,
    table: Annotated[Path | None, typer.Option(help="a file for the tables as Markdown, as docs/screening.md has them")] = None,
    plot: Annotated[Path | None, typer.Option(help="a file for the trade-off as a picture (SVG)")] = None,
) -> None:
    """Measure screening: recall by kind of slip against alerts on strangers, on generated travellers and the real lists of OFAC and the UN.

    Everything is generated from one seed: the same version gives the same figures. Interrupt it at any time; nothing is left behind.
    """
    from rich.console import Console  # noqa: PLC0415 - the command line starts without it
    from rich.progress import Progress  # noqa: PLC0415

    from services.cli.evaluate import shown as told  # noqa: PLC0415
    from services.cli.evaluate.budget import allowed, budget_of, check_known  # noqa: PLC0415
    from services.cli.evaluate.counted import counted, described  # noqa: PLC0415
    from services.cli.evaluate.markdown import tables  # noqa: PLC0415
    from services.cli.evaluate.peers import is_there  # noqa: PLC0415
    from services.cli.evaluate.running import Plan, evaluated  # noqa: PLC0415
    from services.cli.reference import listed  # noqa: PLC0415

    plan = Plan(half, strangers, near, peers, sample)
    if peers and not is_there():
        typer.echo("nomenklatura is not installed (pip install 'atalaya[peers]'): only rapidfuzz is measured beside.", err=True)
    try:
        accepted = budget_of(budget or ())
        entries = listed()
        check_known(accepted, entries)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--budget") from None
    with ExitStack() as stack:
        bars = stack.enter_context(Progress(console=Console(stderr=True), transient=True))

        def step(name: str, total: int) -> Callable[[int], None]:
            task = bars.add_task(name, total=total)
            return lambda done: bars.update(task, completed=done)

        try:
            done = evaluated(entries, plan, step)
        except KeyboardInterrupt:
            raise typer.Exit(130) from None
    own = done.outcomes[0]
    every = [counted(outcome) for outcome in done.outcomes]
    thresholds = list(allowed(own.of("stranger"), entries, accepted, own.threshold))
    if wrong is not None:
        names = {entry.entry_id: entry.body.names[0].text for entry in entries if entry.body.names}
        wrong.write_text("".join(f"{line}\n" for line in told.wrong(own, names)), encoding="utf-8")
    if table is not None:
        table.write_text("".join(f"{line}\n" for line in tables(every, thresholds)), encoding="utf-8")
    if plot is not None:
        plot.write_text(told.drawn(done.outcomes), encoding="utf-8")
    if as_json:
        whole = {"half": half.value, "set": described(done.travelling), "methods": every, "budget": [*map(asdict, thresholds)]}
        typer.echo(json.dumps(whole, indent=2))
    else:
        told.show(Console(), every)
        told.show_budget(Console(), thresholds, own.threshold)
