"""What can go wrong, sorted by what the caller does about it."""

from collections.abc import Mapping


class TransientError(Exception):
    """It may pass: do the same thing again. A handler raises it when something it needs is away; its batch is repeated."""


class OutcomeUnknownError(TransientError):
    """No acknowledgement in time: the message may be on the topic, or still get there. It may be sent again under the same id."""


class BrokerUnavailableError(TransientError):
    """The message was not sent: no broker took it in time."""


class OffsetsUnavailableError(TransientError):
    """The store of offsets does not answer; nothing of the partition is handled before it does."""


class PoisonError(Exception):
    """These records never will be handled, however often they are tried: to the dead letters with them.

    Raised by a handler that has changed nothing. With `records` (offset → reason) exactly those leave the batch and the
    rest is handed over again; without, the batch is halved until the one is found.
    """

    def __init__(self, reason: str = "the record cannot be handled", *, records: Mapping[int, str] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.records = dict(records or {})


class MessageTooLargeError(PoisonError):
    """The message is larger than its topic takes; nothing was sent."""

    def __init__(self, topic: str, size: int, limit: int) -> None:
        super().__init__(f"a message for {topic} has {size} bytes, the topic takes {limit}")
        self.topic = topic
        self.size = size
        self.limit = limit


class LostPartitionError(Exception):
    """Somebody else moved this partition's offset: nothing of the batch was committed, the partition is placed anew."""


class StalledError(Exception):
    """Records wait and none is finished, without a reason that would pass: the process starts anew."""


class SessionBrokenError(Exception):
    """The client's consumer is of no more use; a new one may be."""
