"""CloudEvents 1.0 in Kafka's binary mode: attributes as headers, data as the value (CloudEvents Kafka binding §3.2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel

Headers = tuple[tuple[str, bytes], ...]

TYPE_BORDER_CROSSING = "atalaya.border-crossing.v1"
TYPE_SEIZURE = "atalaya.seizure.v1"
TYPE_EVENT = "atalaya.event.v1"
TYPE_LIST_MARKER = "atalaya.list-marker.v1"
TYPE_SIGHTING = "atalaya.sighting.v1"
TYPE_PARTITION_MARKER = "atalaya.partition-marker.v1"
TYPE_REVISION_NOTICE = "atalaya.revision-notice.v1"
TYPE_ENTRY = "atalaya.watchlist-entry.v1"
TYPE_ALERT = "atalaya.alert.v1"
TYPE_KEY = "atalaya.key.v1"
TYPE_NOTICE = "atalaya.notice.v1"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What surrounds a message on our topics."""

    id: str
    type: str
    source: str
    time: datetime | None = None
    traceparent: str | None = None

    def headers(self) -> Headers:
        """The attributes as Kafka headers."""
        pairs = [
            ("ce_specversion", b"1.0"),
            ("ce_id", self.id.encode()),
            ("ce_type", self.type.encode()),
            ("ce_source", self.source.encode()),
            ("content-type", b"application/json"),
        ]
        if self.time is not None:
            pairs.append(("ce_time", self.time.isoformat().encode()))
        if self.traceparent:
            pairs.append(("traceparent", self.traceparent.encode()))
        return tuple(pairs)


def encode(message: BaseModel) -> bytes:
    """The value of a message: JSON without what is unset."""
    return message.model_dump_json(exclude_none=True, by_alias=True).encode()


def header(headers: Iterable[tuple[str, bytes]], name: str) -> str | None:
    """The last value of a header, None where it is absent or no text."""
    found = None
    for key, value in headers:
        if key == name and value is not None:
            try:
                found = value.decode()
            except UnicodeDecodeError:
                return None
    return found
