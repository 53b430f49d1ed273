"""What can go wrong, sorted by what the caller does about it."""

from shared.platform.errors import LostPartitionError, PoisonError, TransientError

__all__ = [
    "BrokerUnavailableError",
    "LostPartitionError",
    "MessageTooLargeError",
    "OffsetsUnavailableError",
    "OutcomeUnknownError",
    "PoisonError",
    "SessionBrokenError",
    "StalledError",
    "TransientError",
]


class OutcomeUnknownError(TransientError):
    """No acknowledgement in time: the message may be on the topic, or still get there. It may be sent again under the same id."""


class BrokerUnavailableError(TransientError):
    """The message was not sent: no broker took it in time."""


class OffsetsUnavailableError(TransientError):
    """The store of offsets does not answer; nothing of the partition is handled before it does."""


class MessageTooLargeError(PoisonError):
    """The message is larger than its topic takes; nothing was sent."""

    def __init__(self, topic: str, size: int, limit: int) -> None:
        super().__init__(f"a message for {topic} has {size} bytes, the topic takes {limit}")
        self.topic = topic
        self.size = size
        self.limit = limit


class StalledError(Exception):
    """Records wait and none is finished, without a reason that would pass: the process starts anew."""


class SessionBrokenError(Exception):
    """The client's consumer is of no more use; a new one may be."""
