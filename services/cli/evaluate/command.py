"""The command `atalaya evaluate`."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.evaluate.people import Half

if TYPE_CHECKING:
    from services.cli.evaluate.budget import Budget
    from services.cli.evaluate.running import Evaluated, Plan


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

    from services.cli.evaluate.budget import budget_of  # noqa: PLC0415
    from services.cli.evaluate.report import Report  # noqa: PLC0415
    from services.cli.evaluate.running import Plan  # noqa: PLC0415

    try:
        accepted = budget_of(budget or ())
        done = _evaluated(Plan(half, strangers, near, peers, sample), accepted)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--budget") from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    report = Report.of(half, done, accepted)
    report.write(wrong, table, plot)
    if as_json:
        typer.echo(report.document())
    else:
        report.show(Console())


def _evaluated(plan: "Plan", budget: "Budget") -> "Evaluated":
    """With progress on a terminal. Raises ValueError for the budget of a category that nobody listed has, before anything is measured."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    from services.cli.evaluate.budget import check_known  # noqa: PLC0415
    from services.cli.evaluate.peers import is_there  # noqa: PLC0415
    from services.cli.evaluate.running import evaluated  # noqa: PLC0415
    from services.cli.reference import listed  # noqa: PLC0415

    if plan.peers and not is_there():
        typer.echo("nomenklatura is not installed (pip install 'atalaya[peers]'): only rapidfuzz is measured beside.", err=True)
    with Progress(console=Console(stderr=True), transient=True) as bars:

        def step(name: str, total: int) -> Callable[[int], None]:
            task = bars.add_task(name, total=total)
            return lambda done: bars.update(task, completed=done)

        entries = listed()
        check_known(budget, entries)
        return evaluated(entries, plan, step)
