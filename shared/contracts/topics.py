"""Every topic, as code: `atalaya topics apply` and `atalaya up` make them so.

Partition counts are fixed for the life of a topic: keys must stay where they are (a subject's sightings in order). Only where nobody
relies on that may an operator add some.
"""

from dataclasses import dataclass
from datetime import timedelta

RAW_BORDER_CROSSINGS = "atalaya.raw.border-crossings"
RAW_SEIZURES = "atalaya.raw.seizures"
EVENTS = "atalaya.events"
DEAD_LETTERS = "atalaya.events.dlq"
WATCHLIST = "atalaya.watchlist"
KEYS = "atalaya.keys"
SIGHTINGS = "atalaya.sightings"
ALERTS = "atalaya.alerts"
NOTICES = "atalaya.notices"


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic and the settings that matter. `retention` None: for ever (compacted topics keep the last value of a key).
    `may_grow`: partitions may be added, as nobody relies on which of them a key is in.
    """

    name: str
    partitions: int
    retention: timedelta | None
    compacted: bool = False
    tombstones_kept: timedelta = timedelta(days=7)
    max_message_bytes: int = 1_048_576
    log_append_time: bool = True
    may_grow: bool = False


TOPICS: tuple[Topic, ...] = (
    # Raw topics keep the producer's clock: it is theirs. Seven days let an intake that was away catch up.
    Topic(RAW_BORDER_CROSSINGS, 6, timedelta(days=7), log_append_time=False, may_grow=True),
    Topic(RAW_SEIZURES, 3, timedelta(days=7), log_append_time=False, may_grow=True),
    Topic(EVENTS, 6, timedelta(days=30)),
    # Dead letters hold a whole broken batch with its headers, so they may be larger than any topic's message.
    Topic(DEAD_LETTERS, 1, timedelta(days=90), max_message_bytes=4_194_304),
    # One partition: the list has one order of changes.
    Topic(WATCHLIST, 1, None, compacted=True),
    Topic(KEYS, 1, None, compacted=True),
    Topic(SIGHTINGS, 6, timedelta(days=7)),
    Topic(ALERTS, 6, timedelta(days=30)),
    # Few: what agencies are told of their own entries.
    Topic(NOTICES, 3, timedelta(days=30)),
)
