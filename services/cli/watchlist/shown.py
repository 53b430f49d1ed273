"""An import in words and tables: counts beside the files' own, faults by place, the difference field by field."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.cli.watchlist.faults import by_kind, fault_as_json, plain
from services.cli.watchlist.lists import List

_SUMS: Final = {
    "added": "added", "again": "listed again", "changed": "changed", "removed": "removed", "unchanged": "unchanged", "doubled": "stand twice",
}  # fmt: skip
_SURPRISING: Final = frozenset({"removed", "doubled"})
_ALWAYS: Final = frozenset({"added", "changed", "removed", "unchanged"})
_WORDS: Final = {"removed": "gone, and ended", "doubled": "a second row of a number", "again": "listed again", "added": "added"}


def show_counts(console: Console, read: List) -> None:
    """Everything the files have, beside what was read of it."""
    title = f"{read.form.name}: {', '.join(read.files.values())}"
    table = Table(title=Text(plain(title, None)), title_justify="left")
    for heading in ("", "in the files", "read", "told of below", "lost"):
        table.add_column(heading, justify="left" if not heading else "right")
    for count in read.counts:
        own = "–" if count.own is None else str(count.own)
        table.add_row(
            count.what, own, str(count.read), str(count.left) if count.left else "", str(count.lost) if count.lost else ""
        )
    console.print(table)


def show_difference(
    console: Console, found: dict[str, Any], items: Sequence[dict[str, Any]], *, whole: bool, numbers: bool
) -> None:
    """What would be done: the counts, then every change field by field, then the numbers of what goes, and of what comes if told so."""
    counts = found["counts"]
    sums = ", ".join(f"{counts[what]} {word}" for what, word in _SUMS.items() if counts.get(what) or what in _ALWAYS)
    console.print(f"{sums}.")
    if counts.get("needs_second"):
        console.print(f"{counts['needs_second']} of the changes wait for a second person.")
    for item in items:
        if item["what"] == "changed":
            console.print(changes_table(f"changed: {plain(item['source_id'])}", item.get("fields", ())))
    for what, word in _WORDS.items():
        named = [str(item["source_id"]) for item in items if item["what"] == what]
        if named and (numbers or what in _SURPRISING):
            console.print(Text(f"{word}: {plain(', '.join(named), None)}"), soft_wrap=True)
    if not whole and (numbers or any(counts[what] for what in ("changed", *_SURPRISING))):
        console.print("… and more; `atalaya watchlist diff` shows all.")


def changes_table(title: str, fields: Iterable[dict[str, Any]]) -> Table:
    """Fields before and after; of lists, what went and what came."""
    table = Table("field", "before", "after", title=Text(title), title_justify="left")
    for one in fields:
        table.add_row(one["field"], *(Text(plain(told)) for told in _cells(one["before"], one["after"])))
    return table


def list_as_json(read: List) -> dict[str, Any]:
    """What was read, for machines."""
    return {
        "format": read.form.name,
        "files": dict(read.files),
        "list_date": read.list_date.isoformat() if read.list_date else None,
        "counts": [
            {"what": one.what, "in_files": one.own, "read": one.read, "faulty": one.left, "lost": one.lost} for one in read.counts
        ],
        "faults": [fault_as_json(one) for one in read.faults],
        "faults_by_kind": [
            {"code": code, "column": column, "warning": warning, "count": count}
            for (code, column, warning), count in by_kind(read.faults)
        ],
    }


def _cells(before: Any, after: Any) -> tuple[str, str]:
    if not (isinstance(before, list | None) and isinstance(after, list | None)):
        return said(before), said(after)
    gone, come = (
        [one for one in before or () if one not in (after or ())],
        [one for one in after or () if one not in (before or ())],
    )
    return "; ".join(map(said, gone)), "; ".join(map(said, come))


def said(value: Any) -> str:
    """A value in its plainest words."""
    if isinstance(value, dict):
        if {"nation", "reason"} <= value.keys():
            return f"{value['nation']}: {value['reason']}"
        for name in ("full", "text", "number", "name", "since"):
            if isinstance(told := value.get(name), str):
                return told
        return ", ".join(f"{name} {said(told)}" for name, told in value.items() if told not in (None, [], ""))
    if isinstance(value, list):
        return "; ".join(map(said, value))
    return "" if value is None else str(value)
