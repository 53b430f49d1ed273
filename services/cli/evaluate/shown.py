"""The figures as a person reads them."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from services.cli.evaluate.measuring import Measured
from services.cli.evaluate.running import Outcome

_PER: Final = 10_000


def show(console: Console, every: Sequence[dict[str, Any]]) -> None:
    """A table of recall and one of false alarms, a column for each method; then the trade-off."""
    names = [one["method"] for one in every]
    recall = Table(
        "found, of the listed persons", *(f"{name} (95%)" for name in names), title="Recall at the method's own threshold"
    )
    for group in ("recall", "recall_by_kind"):
        for row in every[0][group]:
            recall.add_row(f"{row} ({every[0][group][row]['of']:,})", *(_share(one[group][row]) for one in every))
        recall.add_section()
    recall.add_row("compared at all", *(_share(one["compared"]) for one in every))
    console.print(recall)
    raised = Table("alerted, of who is nobody on the list", *(f"{name} (95%)" for name in names), title="False alarms of 10,000")
    for row in every[0]["alerted"]:
        raised.add_row(f"{row} ({every[0]['alerted'][row]['of']:,})", *(_of_many(one["alerted"][row]) for one in every))
    console.print(raised)
    curve = Table(
        "strangers alerted of 10,000", *(f"{name}: recall (threshold)" for name in names), title="What each budget buys"
    )
    for number, point in enumerate(every[0]["trade_off"]):
        curve.add_row(f"{point['alerts_per_10000']:g}", *(_point(one["trade_off"][number]) for one in every))
    console.print(curve)


def _share(told: dict[str, Any]) -> str:
    return f"{told['share']:.3f} ({told['low']:.3f}–{told['high']:.3f})" if told["of"] else "–"


def _of_many(told: dict[str, Any]) -> str:
    return f"{told['share'] * _PER:.1f} ({told['low'] * _PER:.1f}–{told['high'] * _PER:.1f})" if told["of"] else "–"


def _point(told: dict[str, Any]) -> str:
    return f"{told['recall']:.3f} ({told['threshold']:g})"


def wrong(outcome: Outcome) -> Iterator[str]:
    """A line for each listed person that was not found, and for each alert on somebody else."""
    for row in outcome.rows:
        one = row.traveller
        if one.truth is not None and not row.is_recalled(outcome.threshold):
            compared = "" if row.compared else ", not compared"
            yield f"missed\t{one.kind}\t{one.name}\t{one.birth_date or ''}\t{one.nationality or ''}\t{one.truth.full}{compared}\t{row.right:.1f}"
        elif one.truth is None and row.is_alerted(outcome.threshold):
            yield f"raised\t{one.group}: {one.kind}\t{one.name}\t{one.birth_date or ''}\t{one.nationality or ''}\t{_listed(row)}\t{row.strongest:.1f}"


def _listed(row: Measured) -> str:
    return str(row.found)
