"""`atalaya bench screen`: persons a second over real lists and over generated ones, each list in a process of its own."""

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from services.cli.bench.entries import Entries
from services.cli.bench.screening import Load, measure
from services.cli.reference import listed
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


def measure_screen(folder: Path | None, load: Load, *, entries: int, say: Callable[[str], None]) -> dict[str, Any]:
    """The lists of a folder, else those that come with the package, and so many generated entries, one after the other."""
    say(f"reading the lists of {folder or 'the package'}")
    listed_there = _texts(folder)
    wanted: list[tuple[str, Callable[..., dict[str, Any]], Any]] = []
    if listed_there:
        wanted.append((f"screening by their {len(listed_there):,} entries", of_lists, listed_there))
    else:
        say(f"There is no list in {folder}.")
    if entries:
        wanted.append((f"screening by {entries:,} generated entries", of_generated, entries))
    found = []
    for name, do, what in wanted:
        say(name)
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as alone:
            found.append(alone.submit(do, what, load).result())
    return {"lists": found}


def of_lists(texts: list[bytes], load: Load) -> dict[str, Any]:
    """Entries as JSON. Nothing else was in the process before: what an index holds is measured by what the process grows."""
    fresh = (ActorEntry.model_validate_json(text) for text in texts)
    name = ", ".join(sorted({ActorEntry.model_validate_json(text).body.source for text in texts[:: max(1, len(texts) // 500)]}))
    return measure(name, fresh, SystemClock().now(), load, size=len(texts), goal=GOAL_OF_LISTS)


def _texts(folder: Path | None) -> list[bytes]:
    """The entries of the list files of a folder, or of the real lists of the package, OFAC's two and the UN's, as JSON."""
    return [encode(entry) for entry in (listed() if folder is None else _entries(folder, SystemClock().now()))]


def _entries(folder: Path, now: datetime) -> list[ActorEntry]:
    entries: list[ActorEntry] = []
    loaded(folder, Limits(), now, _Quiet(), entries.append)
    return entries


def of_generated(count: int, load: Load) -> dict[str, Any]:
    """Generated entries, made as they are taken in."""
    now = SystemClock().now()
    name = f"{count:,} generated entries"
    return measure(name, _generated(count, now), now, load, size=count, goal=GOAL_OF_A_MILLION)


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
