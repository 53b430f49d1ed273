"""What correlate sends, as messages: entries, list markers, sightings, markers of judged partitions, notices, alerts."""

from collections.abc import Iterable
from typing import Final

from shared.contracts.alerts import AlertMessage
from shared.contracts.codec import (
    TYPE_ALERT,
    TYPE_ENTRY,
    TYPE_LIST_MARKER,
    TYPE_PARTITION_MARKER,
    TYPE_REVISION_NOTICE,
    TYPE_SIGHTING,
    Envelope,
    encode,
)
from shared.contracts.events import ListMarker
from shared.contracts.sightings import PartitionMarker, RevisionNotice, Sighting
from shared.contracts.topics import ALERTS, EVENTS, SIGHTINGS, TOPICS, WATCHLIST
from shared.contracts.vocabulary import EntryState
from shared.contracts.watchlist import ActorEntry, RouteEntry
from shared.platform.kafka.messages import Message

SOURCE: Final = "/atalaya/correlate"
REACHED: Final = b"list-version"
"""The key on the list's topic under which a version stands that left no entry behind."""
PARTITIONS: Final = {topic.name: topic.partitions for topic in TOPICS}
"""As declared; what the broker has is told by who sends markers."""


def entry_messages(entry: ActorEntry | RouteEntry) -> list[Message]:
    """An entry's version, keyed by entry: compaction keeps the last.

    Of a deleted one nothing may stay: its key is emptied, and a record of its own says which version of the list that made.
    """
    envelope = Envelope(f"{entry.entry_id}:{entry.version}", TYPE_ENTRY, SOURCE, entry.changed_at)
    key = str(entry.entry_id).encode()
    if entry.state is not EntryState.DELETED:
        return [Message(WATCHLIST, encode(entry), key, envelope.headers())]
    reached = encode(ListMarker(list_version=entry.list_version))
    headers = Envelope(f"list:{entry.list_version}", TYPE_LIST_MARKER, SOURCE).headers()
    return [Message(WATCHLIST, None, key, envelope.headers()), Message(WATCHLIST, reached, REACHED, headers)]


def list_markers(list_version: int, partitions: int = PARTITIONS[EVENTS]) -> list[Message]:
    """The version of the list into every partition of the events topic, of which there are so many."""
    value = encode(ListMarker(list_version=list_version))
    headers = Envelope(f"list:{list_version}", TYPE_LIST_MARKER, SOURCE).headers()
    key = b"list-marker"
    return [Message(EVENTS, value, key, headers, partition) for partition in range(partitions)]


def partition_markers(list_version: int, events_partition: int, partitions: int = PARTITIONS[SIGHTINGS]) -> list[Message]:
    """Into every partition of the sightings topic, of which there are so many: this events partition has been judged up to that version."""
    value = encode(PartitionMarker(list_version=list_version, events_partition=events_partition))
    headers = Envelope(f"list:{list_version}:{events_partition}", TYPE_PARTITION_MARKER, SOURCE).headers()
    return [Message(SIGHTINGS, value, b"partition-marker", headers, partition) for partition in range(partitions)]


def sighting_message(sighting: Sighting) -> Message:
    """A sighting, keyed by its partition subject."""
    envelope = Envelope(
        f"{sighting.sighting_id}:{sighting.revision}:{sighting.list_version}",
        TYPE_SIGHTING,
        SOURCE,
        sighting.occurred_at,
        sighting.traceparent,
    )
    return Message(SIGHTINGS, encode(sighting), sighting.partition_subject.encode(), envelope.headers())


def sighting_messages(sightings: Iterable[Sighting]) -> list[Message]:
    """Each as its message, in order."""
    return [sighting_message(sighting) for sighting in sightings]


def notice_message(notice: RevisionNotice) -> Message:
    """Word of a later revision, keyed by lineage."""
    headers = Envelope(f"{notice.lineage_id}:{notice.revision}:{notice.list_version}", TYPE_REVISION_NOTICE, SOURCE).headers()
    return Message(SIGHTINGS, encode(notice), notice.key.encode(), headers)


def alert_message(message: AlertMessage, traceparent: str | None = None) -> Message:
    """A revision of an alert, keyed by alert."""
    alert = message.data
    envelope = Envelope(f"{alert.id}:{alert.revision}", TYPE_ALERT, SOURCE, message.timestamp, traceparent)
    return Message(ALERTS, encode(message), str(alert.id).encode(), envelope.headers())
