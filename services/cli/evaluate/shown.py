"""The figures as a person reads them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from rich.console import Console
from rich.table import Table

from services.cli.evaluate import figures
from services.cli.evaluate.budget import Allowed
from services.cli.evaluate.plot import svg
from services.cli.evaluate.running import Outcome

PER: Final = 10_000


def show(console: Console, every: Sequence[dict[str, Any]]) -> None:
    """A table of recall and one of false alarms, a column for each method; then the trade-off."""
    names = [one["method"] for one in every]
    recall = Table(
        "found, of the listed persons", *(f"{name} (95%)" for name in names), title="Recall at the method's own threshold"
    )
    for group in ("recall", "recall_by_kind"):
        for row in every[0][group]:
            recall.add_row(f"{row} ({every[0][group][row]['of']:,})", *(in_full(one[group][row]) for one in every))
        recall.add_section()
    recall.add_row("compared at all", *(in_full(one["compared"]) for one in every))
    console.print(recall)
    raised = Table("alerted, of who is nobody on the list", *(f"{name} (95%)" for name in names), title="False alarms of 10,000")
    for row in every[0]["alerted"]:
        raised.add_row(f"{row} ({every[0]['alerted'][row]['of']:,})", *(of_many(one["alerted"][row]) for one in every))
    console.print(raised)
    curve = Table(
        "strangers alerted of 10,000", *(f"{name}: recall (threshold)" for name in names), title="What each budget buys"
    )
    for budget in figures.BUDGETS:
        curve.add_row(f"{budget:g}", *(at_budget(one["trade_off"], budget) for one in every))
    console.print(curve)


def in_full(told: dict[str, Any]) -> str:
    """A share with its interval; where a few are missing it is not rounded to all."""
    if not told["of"]:
        return "–"
    share = f"{told['share']:.3f}"
    if share == "1.000" and told["share"] < 1:
        share = f"{told['share']:.4f}"
    return f"{share} ({told['low']:.3f}–{told['high']:.3f})"


def of_many(told: dict[str, Any]) -> str:
    """The same of 10,000."""
    return f"{told['share'] * PER:.1f} ({told['low'] * PER:.1f}–{told['high'] * PER:.1f})" if told["of"] else "–"


def at_budget(points: Sequence[dict[str, Any]], budget: float) -> str:
    """At a budget; a dash where too few strangers were screened to say, `none` where no threshold that finds anybody keeps to it."""
    for told in points:
        if told["alerts_per_10000"] == budget:
            if not told["recall"]:
                return "none"
            return f"{told['recall']:.3f} ({'any' if told['threshold'] is None else told['threshold']})"
    return "–"


def show_budget(console: Console, every: Sequence[Allowed], built_in: float) -> None:
    """What threshold the budget allows, beside the one that is built in."""
    table = Table(
        "entries", "persons", "budget of 10,000", "threshold it allows", "built in", "alerted at that, of 10,000", title="Budget"
    )
    for one in every:
        at = "any" if one.threshold is None else f"{one.threshold:.2f}"
        table.add_row(one.category, f"{one.persons:,}", f"{one.budget:.2f}", at, f"{built_in:g}", f"{one.alerted:.2f}")
    console.print(table)


def wrong(outcome: Outcome, names: Mapping[UUID, str]) -> Iterator[str]:
    """A line for each listed person that was not found, and for each alert on somebody else; `names` are those of the entries."""
    for row in outcome.rows:
        one = row.traveller
        about = f"{one.name}\t{one.birth_date or ''}\t{one.nationality or ''}"
        if one.truth is not None and not row.is_recalled(outcome.threshold):
            compared = "" if row.compared else ", not compared"
            yield f"missed\t{one.kind}\t{about}\t{names[one.truth.entry.entry_id]}{compared}\t{row.right:.1f}"
        elif one.truth is None and row.found is not None and row.is_alerted(outcome.threshold):
            yield f"raised\t{one.group}: {one.kind}\t{about}\t{names[row.found]}\t{row.strongest:.1f}"


def drawn(outcomes: Sequence[Outcome]) -> str:
    """The trade-off of every method as one picture (SVG)."""
    curves = {one.name: figures.curve(one.of("slipped"), one.of("stranger")) for one in outcomes}
    own = {one.name: figures.point(one.of("slipped"), one.of("stranger"), one.threshold) for one in outcomes}
    return svg(curves, "Recall against alerts per 10,000 strangers", own)
