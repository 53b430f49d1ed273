"""`atalaya bench screen`: persons a second over real lists and over generated ones, each list in a process of its own."""

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from services.cli.bench.entries import Entries
from services.cli.bench.screening import measure
from services.cli.screen.lists.loading import loaded
from services.correlate.lists.reading import Limits
from shared.contracts.codec import encode
from shared.contracts.identity import entry_id
from shared.contracts.watchlist import ActorBody, ActorEntry
from shared.platform.clock import SystemClock

GOAL_OF_LISTS: Final = 10_000.0
GOAL_OF_A_MILLION: Final = 5_000.0
_NATION: Final = "ZZ"


class _Quiet:
    """Nobody is told how far it is."""

    def add(self, size: int) -> None:
        """See Bar."""

    def at(self, done: int) -> None:
        """See Bar."""


def measure_screen(folder: Path | None, *, entries: int, persons: int, rounds: int, say: Callable[[str], None]) -> dict[str, Any]:
    """The lists of a folder and so many generated entries, one after the other; none where there are none."""
    wanted: list[tuple[str, Callable[..., dict[str, Any]], Any]] = []
    if folder is not None:
        wanted.append((f"lists of {folder.name}", of_lists, folder))
    if entries:
        wanted.append((f"{entries:,} generated entries", of_generated, entries))
    found = []
    for name, do, what in wanted:
        say(name)
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as alone:
            found.append(alone.submit(do, what, persons, rounds).result())
    return {"lists": found}


def of_lists(folder: Path, persons: int, rounds: int) -> dict[str, Any]:
    """The list files of a folder."""
    now = SystemClock().now()
    entries: list[bytes] = []
    held = loaded(folder, Limits(), now, _Quiet(), lambda entry: entries.append(encode(entry)))
    name = ", ".join(f"{one.edition.source} {one.date}" for one in held.lists)
    fresh = (
        ActorEntry.model_validate_json(text) for text in entries
    )  # what an index holds is measured by what the process grows
    return measure(name, fresh, now, persons=persons, rounds=rounds, size=len(entries), goal=GOAL_OF_LISTS)


def of_generated(count: int, persons: int, rounds: int) -> dict[str, Any]:
    """Generated entries, made as they are taken in."""
    now = SystemClock().now()
    name = f"{count:,} generated entries"
    return measure(name, _generated(count, now), now, persons=persons, rounds=rounds, size=count, goal=GOAL_OF_A_MILLION)


def _generated(count: int, now: datetime) -> Iterator[ActorEntry]:
    made = Entries()
    for number in range(count):
        body = ActorBody.model_validate(made.entry(number))
        yield ActorEntry(
            entry_id=entry_id("bench", body.source, body.source_id or str(number)),
            version=1,
            list_version=number + 1,
            originator="bench",
            nation=_NATION,
            changed_at=now,
            changed_by="bench",
            releasable_to=(),
            body=body,
        )
