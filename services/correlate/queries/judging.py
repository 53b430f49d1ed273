"""Queries judged by the list, many at once: the one place where what is asked meets the judge."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from services.correlate.domain.screen.index import WatchlistIndex
from services.correlate.domain.screen.judge import Judge
from services.correlate.queries.seen import Asked
from shared.contracts.explanation import Hit

Hits: TypeAlias = tuple[Hit, ...]


def judged(judge: Judge, queries: Sequence[Sequence[Asked]], at: datetime, index: WatchlistIndex) -> list[Hits]:
    """The hits of each query in order, the surest first: one an entry, whatever part of the query met it."""
    return [_joined([judge.hits(asked.seen, at, index, asked.beside) for asked in query]) for query in queries]


def _joined(every: Sequence[Hits]) -> Hits:
    """The hits of all parts of a query, of those on one entry the surest."""
    if len(every) == 1:
        return every[0]
    best: dict[object, Hit] = {}
    for hit in (hit for hits in every for hit in hits):
        held = best.get(hit.entry_id)
        if held is None or (hit.alert, hit.score) > (held.alert, held.score):
            best[hit.entry_id] = hit
    return tuple(sorted(best.values(), key=lambda hit: (-hit.score, str(hit.entry_id))))
