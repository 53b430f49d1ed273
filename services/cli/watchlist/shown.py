"""An import in words and tables: counts beside the files' own, faults by place, the difference field by field."""

from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.cli.watchlist.faults import by_kind, fault_as_json, plain
from services.cli.watchlist.lists import List
from services.correlate.lists.difference import Changed, Difference, FieldChange

FAULTS_SHOWN: Final = 20
CHANGES_SHOWN: Final = 10


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


def show_difference(console: Console, found: Difference, *, shown: int | None) -> None:
    """What would be done; `shown` changes field by field."""
    sums = f"{len(found.added)} added, {len(found.changed)} changed, {len(found.removed)} removed, {found.unchanged} unchanged."
    console.print(sums if not found.doubled else f"{sums} {len(found.doubled)} stand twice in the list.")
    for change in found.changed[:shown]:
        table = Table("field", "before", "after", title=Text(f"changed: {plain(change.body.source_id)}"), title_justify="left")
        for one in change.fields:
            table.add_row(one.field, *(Text(plain(told)) for told in _cells(one)))
        console.print(table)
    if shown is not None and len(found.changed) > shown:
        console.print(f"… and {len(found.changed) - shown} more changes; `atalaya watchlist diff` shows all.")
    for word, numbers in (
        ("added", [one.source_id for one in found.added]),
        ("removed", [one.body.source_id for one in found.removed]),
    ):
        if numbers and shown is None:
            console.print(Text(f"{word}: {plain(', '.join(map(str, numbers)), None)}"), soft_wrap=True)


def as_json(read: List, found: Difference | None) -> dict[str, Any]:
    """All of it, for machines."""
    told: dict[str, Any] = {
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
    if found is not None:
        told["difference"] = {
            "added": [one.source_id for one in found.added],
            "changed": [_changed(one) for one in found.changed],
            "removed": [one.body.source_id for one in found.removed],
            "unchanged": found.unchanged,
            "doubled": [one.source_id for one in found.doubled],
            "removals_percent": round(found.removals_percent, 2),
        }
    return told


def _changed(change: Changed) -> dict[str, Any]:
    before, after = (body.model_dump(mode="json", by_alias=True) for body in (change.held.body, change.body))
    fields = [{"field": one.field, "before": before[one.field], "after": after[one.field]} for one in change.fields]
    return {"source_id": change.body.source_id, "entry_id": str(change.held.entry_id), "fields": fields}


def _cells(change: FieldChange) -> tuple[str, str]:
    """Before and after; of lists, what went and what came."""
    if not (isinstance(change.before, tuple | None) and isinstance(change.after, tuple | None)):
        return _said(change.before), _said(change.after)
    before, after = change.before or (), change.after or ()
    gone, come = [one for one in before if one not in after], [one for one in after if one not in before]
    return "; ".join(map(_said, gone)), "; ".join(map(_said, come))


def _said(value: Any) -> str:
    """A value in its plainest words."""
    for attribute in ("text", "number", "name", "since"):
        if isinstance(told := getattr(value, attribute, None), str):
            return told
    return "" if value is None else str(value)
