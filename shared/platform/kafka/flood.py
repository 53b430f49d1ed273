"""Stops a partition before a bad release drains it into the dead letters, and lets no single sender stop the others.

The rule. Dead letters are too many when `dead_letters_in_a_row` come one after another, or more than `dead_letter_share` of the last
`dead_letter_window` records are dead. They are counted

- per partition, where all records have one writer, us: too many halt the partition.
- per source, where a consumer says whose a record is (an agency; what is nobody's counts as its partition's): a source with too many
  is *flooding*. It is buried on, and told of by metric, log and readiness, as long as another source, which does not flood, had a record
  handled in the last `dead_letter_vouch_seconds` in this process: so this release can read what is sound, and the fault is the sender's.
  Where nobody vouches, be it that all sources flood or that only one was ever heard, the fault may be ours: the partition halts.
  That halt ends by itself when another source is heard on another partition, else when an operator has looked.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeAlias

import structlog

from shared.platform.kafka.messages import Record
from shared.platform.kafka.metrics import FLOODING
from shared.platform.settings import KafkaSettings

log = structlog.get_logger()

SourceOf: TypeAlias = Callable[[Record], str | None]
"""Whose a record is: one of a closed list of names (they are kept, and label a metric), None for nobody's on it."""


class FloodError(Exception):
    """So many dead letters that rather we are wrong than they."""


class _Tally:
    """Counts dead letters in a row and as a share of the last records."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self.in_a_row = 0
        self._recent: deque[tuple[int, int]] = deque()
        self._bad = self._total = 0

    def note(self, dead: Sequence[bool]) -> int:
        """Count records in their order; the longest row there was among them."""
        longest = 0
        for is_dead in dead:
            self.in_a_row = self.in_a_row + 1 if is_dead else 0
            longest = max(longest, self.in_a_row)
        self._remember(sum(dead), len(dead))
        return longest

    def excess(self, in_a_row: int) -> str | None:
        """Why it is too many, None when it is not."""
        if in_a_row >= self._settings.dead_letters_in_a_row:
            return f"{in_a_row} dead letters in a row"
        if self._total >= self._settings.dead_letter_window and self._bad > self._settings.dead_letter_share * self._total:
            return f"{self._bad} dead letters among the last {self._total} records"
        return None

    def _remember(self, bad: int, total: int) -> None:
        self._recent.append((bad, total))
        self._bad += bad
        self._total += total
        while self._total - self._recent[0][1] >= self._settings.dead_letter_window:
            old_bad, old_total = self._recent.popleft()
            self._bad -= old_bad
            self._total -= old_total


class Sources:
    """The sources of one consumer, over all its partitions: which of them flood, and who vouches for us."""

    def __init__(
        self, settings: KafkaSettings, group: str, source_of: SourceOf, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._group = group
        self._source_of = source_of
        self._now = now
        self._tallies: dict[str, _Tally] = {}
        self._heard: dict[str, float] = {}
        """When a record of each was last handled."""
        self._doubted: dict[tuple[str, int], str] = {}
        """Partitions halted because nobody vouched, and the source that flooded there."""
        self.flooding: dict[str, str] = {}
        """Sources nearly all of whose records are buried, and how many."""

    def note(self, topic: str, partition: int, records: Sequence[Record | None], dead: Sequence[bool]) -> None:
        """Count records, None for those that no client can read; `FloodError` where a source floods and nobody vouches."""
        by_source: dict[str, list[bool]] = {}
        for record, is_dead in zip(records, dead, strict=True):
            source = (None if record is None else self._source_of(record)) or f"{topic}/{partition}"
            by_source.setdefault(source, []).append(is_dead)
        for source, found in by_source.items():
            self._count(source, found)
        for source, found in by_source.items():
            if source in self.flooding and any(found) and not self._vouched(source):
                self._doubted[topic, partition] = source
                raise FloodError(f"{self.flooding[source]}, all of {source}, and nothing sound of anybody else")

    def _count(self, source: str, dead: Sequence[bool]) -> None:
        tally = self._tallies.setdefault(source, _Tally(self._settings))
        tally.note(dead)
        if not all(dead):
            self._heard[source] = self._now()
        excess = tally.excess(tally.in_a_row)
        if excess is not None and source not in self.flooding:
            log.error("source.flooded", group=self._group, source=source, dead_letters=excess)
        elif excess is None and source in self.flooding:
            log.warning("source.recovered", group=self._group, source=source)
        if excess is not None:
            self.flooding[source] = excess
        else:
            self.flooding.pop(source, None)
        FLOODING.labels(self._group, source).set(excess is not None)

    def _vouched(self, source: str) -> bool:
        since = self._now() - self._settings.dead_letter_vouch_seconds
        return any(at >= since and other != source and other not in self.flooding for other, at in self._heard.items())

    def released(self) -> list[tuple[str, int]]:
        """Partitions whose halt has ended since it was last asked, as somebody vouches by now."""
        found = [place for place, source in self._doubted.items() if self._vouched(source)]
        for place in found:
            del self._doubted[place]
        return found

    def note_of_floods(self) -> str | None:
        """For readiness: who floods; the process is ready nevertheless."""
        return (
            "; ".join(f"nearly all from {source} is buried ({excess})" for source, excess in sorted(self.flooding.items()))
            or None
        )


class DeadLetterMeter:
    """Counts the dead letters of one partition, by their sources where these are known."""

    def __init__(self, settings: KafkaSettings, topic: str, partition: int, sources: Sources | None = None) -> None:
        self._topic = topic
        self._partition = partition
        self._sources = sources
        self._tally = _Tally(settings)

    def note(self, records: Sequence[Record], dead: Sequence[bool]) -> None:
        """Count records in their order, True for those about to be buried; `FloodError` instead if the partition must halt."""
        self._note(records, dead)

    def note_unreadable(self, letters: int) -> None:
        """Count so many batches that no client can read; `FloodError` as above."""
        self._note([None] * letters, [True] * letters)

    def _note(self, records: Sequence[Record | None], dead: Sequence[bool]) -> None:
        if not dead:
            return
        if self._sources is not None:
            self._sources.note(self._topic, self._partition, records, dead)
        elif (excess := self._tally.excess(self._tally.note(dead))) is not None:
            raise FloodError(excess)
