"""Doing what a difference says, part by part, with a bar for whoever watches. Stopped anywhere, it is safe to begin again."""

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from services.cli.watchlist.api import ELSEWHERE, REFUSED, ListApi
from services.correlate.lists.difference import Difference


@dataclass(slots=True)
class Done:
    """What became of every entry that was to be changed."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[str, str]] = field(default_factory=list)

    def add(self, source_id: str | None, verdict: str, why: str) -> None:
        """Count one; keep why where it was not done."""
        self.counts[verdict] += 1
        if verdict in {REFUSED, ELSEWHERE}:
            self.faults.append((source_id or "", f"{verdict}: {why}"))


async def apply(api: ListApi, found: Difference, why: str | None, *, chunk: int, quiet: bool, done: Done) -> None:
    """Add, then replace, then end. `done` counts as it goes, so that whoever is interrupted can say how far it came.

    What is new goes in parts, since nobody else can have changed it. What is there is replaced or ended one by one, and only if it still is
    as it was compared: what another has changed in the meantime stays theirs.
    """
    total = len(found.added) + len(found.changed) + len(found.removed)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=quiet or not sys.stderr.isatty()) as progress:
        bar = progress.add_task("watchlist", total=total)
        await _apply(api, found, why, chunk, done, lambda count: progress.advance(bar, count))


async def _apply(
    api: ListApi, found: Difference, why: str | None, chunk: int, done: Done, advance: Callable[[int], None]
) -> None:
    for first in range(0, len(found.added), chunk):
        part = found.added[first : first + chunk]
        for body, outcome in zip(part, await api.add(part, why), strict=True):
            done.add(body.source_id, *outcome)
        advance(len(part))
    for change in found.changed:
        done.add(change.body.source_id, *await api.replace(change, why))
        advance(1)
    for held in found.removed:
        done.add(held.body.source_id, *await api.end(held, why or "no longer on the list"))
        advance(1)
