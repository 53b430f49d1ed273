"""A list built into an index for a measurement: how long that takes, and what it takes up."""

import gc
import sys
import tracemalloc
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from random import Random
from statistics import fmean
from time import perf_counter
from typing import Any, Final

import psutil

from services.cli.bench.travellers import Travellers
from services.correlate.domain.screen.index import WatchlistIndex
from services.correlate.domain.screen.judge import Judge
from services.correlate.domain.screen.matcher import EvidenceMatcher
from services.correlate.domain.screen.packing import pack
from services.correlate.domain.screen.weights import Weights
from shared.contracts.codec import encode
from shared.contracts.events import Person, PersonName
from shared.contracts.sightings import Seen
from shared.contracts.vocabulary import ActorKind
from shared.contracts.watchlist import ActorEntry

KEPT: Final = 5000
"""Entries kept aside, drawn evenly: travellers who are listed, and what is changed."""
MEASURED: Final = 1000
"""Entries of these whose size is measured."""
CHUNK: Final = 200
"""Entries made before they are taken in: making them is not timed."""


@dataclass(slots=True)
class Kept:
    """Entries drawn evenly from all, and every name, while the list is built: as texts, whose size is known."""

    random: Random
    entries: list[bytes] = field(default_factory=list)
    persons: list[bytes] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    seen: int = 0

    def add(self, entry: ActorEntry, *, every: bool) -> None:
        """One entry; of persons the names, and the body where every one is wanted."""
        self.seen += 1
        if len(self.entries) < KEPT:
            self.entries.append(encode(entry))
        elif (place := self.random.randrange(self.seen)) < KEPT:
            self.entries[place] = encode(entry)
        if entry.body.kind is ActorKind.PERSON:
            self.names += [name.text for name in entry.body.names]
            if every:
                self.persons.append(encode(entry.body))

    @property
    def size(self) -> int:
        """Bytes of memory that all of it takes."""
        every = (self.entries, self.persons, self.names)
        return sum(sys.getsizeof(held) + sum(map(sys.getsizeof, held)) for held in every)

    def entry_sizes(self) -> tuple[float, float]:
        """Bytes of an entry on average: as the text that it is on the topic, and as the objects that it is in a program."""
        some = self.entries[:MEASURED]
        tracemalloc.start()
        held = [ActorEntry.model_validate_json(text) for text in some]
        taken, _most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return fmean(map(len, some)), taken / len(held)

    def sample(self) -> list[ActorEntry]:
        """The entries that were drawn."""
        return [ActorEntry.model_validate_json(text) for text in self.entries]


@dataclass(slots=True)
class Screened:
    """A list in an index, ready to be measured."""

    index: WatchlistIndex
    kept: Kept
    at: datetime
    measured: dict[str, Any] = field(default_factory=dict)

    def travellers(self, seed: int) -> Travellers:
        """Strangers and some of the listed; of another seed others, so that nothing is remembered from the round before."""
        return Travellers([entry.body for entry in self.kept.sample() if entry.body.kind is ActorKind.PERSON], seed)


def built(entries: Iterable[ActorEntry], at: datetime, *, every: bool, size: int) -> Screened:
    """The index of these entries. Making them is not timed, and what is kept aside counts as no memory of the index."""
    index, kept, seconds = WatchlistIndex(Weights.for_lists(size)), Kept(Random(1)), 0.0
    feed = iter(entries)
    _warm(at)
    gc.collect()
    before = _memory()
    while chunk := list(islice(feed, CHUNK)):
        began = perf_counter()
        for entry in chunk:
            index.apply(entry)
        seconds += perf_counter() - began
        for entry in chunk:
            kept.add(entry, every=every)
    gc.collect()
    taken = _memory() - before - kept.size
    packed = fmean(sys.getsizeof(pack(entry)) for entry in kept.sample())
    text, objects = kept.entry_sizes()
    whole = taken / kept.seen
    measured = {
        "entries": kept.seen,
        "names_of_persons": len(kept.names),
        "build": {"seconds": round(seconds, 2), "entries_per_second": round(kept.seen / seconds, 1)},
        "memory": {
            "mib": round(taken / 1_048_576, 1),
            "bytes_per_entry": round(whole),
            "packed_entry_bytes": round(packed),
            "entry_as_text_bytes": round(text),
            "entry_as_objects_bytes": round(objects),
            "bytes_per_entry_beside_it": round(whole) - round(packed),
        },
    }
    return Screened(index, kept, at, measured)


def _warm(at: datetime) -> None:
    """Read the tables of names, words and legal forms, which are there once however many entries there are."""
    judge, index = Judge(EvidenceMatcher()), WatchlistIndex()
    judge.hits(Seen(person=Person(name=PersonName(full="Nadie Ejemplo Prueba"))), at, index)
    judge.hits(Seen(organisation="Ejemplo Prueba, S.A. de C.V."), at, index)


def _memory() -> int:
    """Bytes that the process has to itself."""
    return int(psutil.Process().memory_full_info().uss)
