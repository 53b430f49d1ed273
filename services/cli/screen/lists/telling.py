"""What was found in a folder of lists, in sentences."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from services.cli.screen.lists.loading import Loaded, ReadList
from services.correlate.lists.formats import FORMATS

_NAMED: Final = 20
"""Files that are no lists and named one by one."""

_SAID_BY: Final = {"remark_cut_off", "orphan"}
"""Faults that leave the entry: something of it is missing."""


def tell(held: Loaded, folder: Path) -> Iterator[str]:
    """Which file was read as what, which edition was left aside, and which files were not understood."""
    for one in held.lists:
        yield from _list(one, folder)
    for part in held.alone:
        yield f"Left aside: {_name(part.path, folder)}: {part.part} of a list of OFAC that is not in its folder."
    others = held.no_lists
    for other in others[:_NAMED]:
        yield f"Not understood: {_name(other.path, folder)}: {other.why}."
    if len(others) > _NAMED:
        yield f"Not understood: {len(others) - _NAMED} more files."


def _list(one: ReadList, folder: Path) -> Iterator[str]:
    edition, main = one.edition, one.edition.main
    beside = [_name(part.path, folder) for _, part in sorted(edition.parts.items())]
    files = f"{_name(main.path, folder)}{' with ' + ', '.join(beside) if beside else ''}"
    day = f"of {main.date} ({main.dated_by})" if main.date else "of an unknown day"
    yield f"{edition.source}: {one.entries:,} {'entry' if one.entries == 1 else 'entries'} {day}, read as {main.form} ({_about(main.form)}): {files}."
    if one.faults:
        told = ", ".join(f"{count:,} {code}" for code, count in one.faults.most_common())
        first = f"; the first is {one.first_fault}" if one.first_fault else ""
        yield f"{edition.source}: faults in its rows: {told}{first}"
    if one.broken:
        yield f"{edition.source}: NOT READ TO ITS END: {one.broken}"
    other_days = sorted({part.date for part in edition.parts.values()} - {main.date})
    if other_days:
        yield f"{edition.source}: what stands beside {main.path.name} is of another day: {', '.join(other_days)}."
    for earlier in edition.earlier:
        yield f"Left aside: {_name(earlier.path, folder)}: an edition of {edition.source} of {earlier.date}; the newest is taken."


def _about(form: str) -> str:
    return FORMATS[form].about.partition(":")[0].partition(";")[0].partition(", as ")[0]


def _name(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder)) if folder in path.parents else path.name
