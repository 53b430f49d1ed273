"""The figures as Markdown tables: what the documentation shows is what the command wrote."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from services.cli.evaluate.budget import Allowed
from services.cli.evaluate.figures import BUDGETS
from services.cli.evaluate.shown import PER, at_budget, in_full, of_many

Told = dict[str, Any]


def tables(every: Sequence[Told], thresholds: Sequence[Allowed]) -> Iterator[str]:
    """Recall, false alarms, what each budget buys, and the thresholds: a column for each method."""
    names = [f"{one['method']} at {one['threshold']:g}" for one in every]
    yield from _table(["found, of the listed persons", *names], _rows(every, ("recall", "recall_by_kind"), in_full))
    yield ""
    yield from _table([f"alerted of {PER:,} who are nobody on the list", *names], _rows(every, ("alerted",), of_many))
    yield ""
    budgets = [[f"{budget:g}", *(at_budget(one["trade_off"], budget) for one in every)] for budget in BUDGETS]
    yield from _table([f"strangers alerted of {PER:,}", *(f"{one['method']}: recall (threshold)" for one in every)], budgets)
    yield ""
    head = ["entries", "persons", f"budget of {PER:,}", "threshold it allows", "alerted at the built-in threshold"]
    yield from _table(head, [_budget(one) for one in thresholds])


def _rows(every: Sequence[Told], groups: Sequence[str], cell: Callable[[Told], str]) -> Iterator[list[str]]:
    for group in groups:
        for row in every[0][group]:
            counts = dict.fromkeys(f"{one[group][row]['of']:,}" for one in every)
            yield [f"{row} ({', '.join(counts)})", *(cell(one[group][row]) for one in every)]


def _budget(one: Allowed) -> list[str]:
    at = "any" if one.threshold is None else f"{one.threshold:.2f}"
    return [one.category, f"{one.persons:,}", f"{one.budget:g}", at, f"{one.alerted:.2f}"]


def _table(head: Sequence[str], rows: Iterator[list[str]] | Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    for row in rows:
        yield f"| {' | '.join(row)} |"
