"""Stops a partition before a bad release drains it into the dead letters."""

from collections import deque
from collections.abc import Sequence

from shared.platform.settings import KafkaSettings


class FloodError(Exception):
    """So many dead letters that rather we are wrong than they."""


class DeadLetterMeter:
    """Counts the dead letters of one partition in a row and as a share of the last records."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._in_a_row_limit = settings.dead_letters_in_a_row
        self._share_limit = settings.dead_letter_share
        self._window = settings.dead_letter_window
        self._in_a_row = 0
        self._recent: deque[tuple[int, int]] = deque()
        self._bad = self._total = 0

    def note(self, dead: Sequence[bool]) -> None:
        """Count records in their order, True for those about to be buried; `FloodError` instead if they are too many."""
        if not dead:
            return
        for is_dead in dead:
            self._in_a_row = self._in_a_row + 1 if is_dead else 0
            if self._in_a_row >= self._in_a_row_limit:
                raise FloodError(f"{self._in_a_row} dead letters in a row")
        self._remember(sum(dead), len(dead))
        if self._total >= self._window and self._bad > self._share_limit * self._total:
            raise FloodError(f"{self._bad} dead letters among the last {self._total} records")

    def _remember(self, bad: int, total: int) -> None:
        self._recent.append((bad, total))
        self._bad += bad
        self._total += total
        while self._total - self._recent[0][1] >= self._window:
            old_bad, old_total = self._recent.popleft()
            self._bad -= old_bad
            self._total -= old_total
