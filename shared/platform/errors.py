"""The kinds of error a caller tells apart by what it may do next, in one place for all doors and stores.

Adapters translate a library's errors into these, or into more telling ones derived from them, once.
"""

from collections.abc import Mapping


class TransientError(Exception):
    """It may pass: do the same thing again. A handler raises it when something it needs is away; its batch is repeated."""


class PoisonError(Exception):
    """These records never will be handled, however often they are tried: to the dead letters with them.

    Raised by a handler that has changed nothing. With `records` (offset → reason) exactly those leave the batch and the
    rest is handed over again; without, the batch is halved until the one is found.
    """

    def __init__(self, reason: str = "the record cannot be handled", *, records: Mapping[int, str] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.records = dict(records or {})


class LostPartitionError(Exception):
    """Somebody else moved this partition's offset: nothing of the batch was committed, the partition is placed anew."""
