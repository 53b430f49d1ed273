"""Real lists and real name counts, to measure by: the sources, days and licences are in `data/README.md`."""

import csv
import gzip
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import as_file, files
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Final, Literal, cast

from services.cli.screen.lists.loading import loaded
from services.correlate.lists.reading import Limits
from shared.contracts.watchlist import ActorEntry

Kind = Literal["given_m", "given_f", "surname"]
KINDS: Final[tuple[Kind, ...]] = ("given_m", "given_f", "surname")
_READ_AT: Final = datetime(2026, 2, 27, tzinfo=UTC)
"""The day of the youngest list: what is measured must not depend on the day that it is measured on."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Names of a kind with how many people bear each, the commonest first."""

    names: Sequence[str]
    upto: Sequence[int]

    def draw(self, random: Random) -> str:
        """A name as often as people bear it."""
        return self.names[bisect_right(self.upto, random.randrange(self.upto[-1]))]


class _Silent:
    """Nobody is told how far it is: it takes seconds."""

    def add(self, size: int) -> None:
        """Passes it over."""

    def at(self, done: int) -> None:
        """Passes it over."""


def listed() -> list[ActorEntry]:
    """Every entry of OFAC's two lists and of the UN Security Council's, in the order of the files."""
    found: list[ActorEntry] = []
    with _folder() as folder:
        loaded(folder, Limits(), _READ_AT, _Silent(), found.append)
    return found


@cache
def pools(where: Literal["mx", "elsewhere"] = "mx") -> dict[Kind, Pool]:
    """The names of Mexico by how many bear them, by kind; or those of Cuba, the Dominican Republic, Ecuador, Peru and Venezuela."""
    rows: dict[Kind, list[tuple[str, int]]] = {kind: [] for kind in KINDS}
    with _folder() as folder, gzip.open(folder / f"{where}_names.csv.gz", "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            rows[cast("Kind", row["kind"])].append((row["name"], int(row["count"])))
    return {kind: Pool([name for name, _ in some], list(accumulate(count for _, count in some))) for kind, some in rows.items()}


@contextmanager
def _folder() -> Iterator[Path]:
    """The folder of the data, on a disk also where the package is not."""
    with as_file(files(__package__) / "data") as folder:
        yield folder
