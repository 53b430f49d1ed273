"""The kinds of error a caller tells apart by what it may do next, in one place for all doors and stores."""

from shared.platform.kafka.errors import LostPartitionError, PoisonError, TransientError

__all__ = ["LostPartitionError", "PoisonError", "TransientError"]
