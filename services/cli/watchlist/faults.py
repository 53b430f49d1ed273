"""What is wrong with a list, in tables: how often which, and the first of them cell by cell."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.correlate.lists.reading import RowFault

CELLS_SHOWN: Final = 50
_CELL: Final = 60
_SENTENCE: Final = 300

Kind: TypeAlias = tuple[str, str | None, bool]
"""A fault's code and column, and whether it only warns."""


def plain(value: Any, longest: int | None = _CELL) -> str:
    """A value for a terminal: nothing in it commands one, nor the table."""
    text = "" if value is None else str(value)
    text = "".join(char if char.isprintable() else "\ufffd" for char in text)
    return text if longest is None or len(text) <= longest else f"{text[: longest - 1]}…"


def by_kind(faults: Sequence[RowFault]) -> list[tuple[Kind, int]]:
    """How often each kind of fault is in each column, the most frequent first."""
    return Counter((one.code, one.column, one.warning) for one in faults).most_common()


def show_faults(console: Console, faults: Sequence[RowFault]) -> None:
    """How often which, and the first of them: faults before warnings, else as they stand in the files."""
    if not faults:
        return
    if len(faults) > 1:
        console.print(_counts(faults))
    first = sorted(faults, key=lambda one: one.warning)[:CELLS_SHOWN]
    console.print(_cells(first))
    if len(faults) > CELLS_SHOWN:
        console.print(f"… and {len(faults) - CELLS_SHOWN} more; --json has all.")


def fault_as_json(fault: RowFault) -> dict[str, Any]:
    """One fault for machines."""
    told = ("file", "sheet", "line", "cell", "column", "code", "what", "advice", "value", "warning")
    return {name: getattr(fault, name) for name in told}


def _counts(faults: Sequence[RowFault]) -> Table:
    rows = len({one.row for one in faults if not one.warning})
    warned = sum(one.warning for one in faults)
    title = f"Faults: {len(faults) - warned}, in {rows} rows. Warnings: {warned}."
    table = Table("fault", "column", title=title, title_justify="left")
    table.add_column("times", justify="right")
    for (code, column, warning), count in by_kind(faults):
        table.add_row(Text(_called(code, warning=warning)), Text(plain(column)), str(count))
    return table


def _cells(faults: Sequence[RowFault]) -> Table:
    """No cell is cut off that says where and what to do: those fold."""
    table = Table("where", "what was given", "what is wrong", "what to do", show_lines=True)
    one_file = len({fault.file for fault in faults}) == 1
    for fault in faults:
        where = fault.where if one_file else fault.place
        what = f"Warning: {fault.what}" if fault.warning else fault.what
        told = (plain(where, _SENTENCE), plain(fault.value), plain(what, _SENTENCE), plain(fault.advice, _SENTENCE))
        table.add_row(*map(Text, told))
    return table


def _called(code: str, *, warning: bool) -> str:
    return f"{code.replace('_', ' ')} (warning)" if warning else code.replace("_", " ")
