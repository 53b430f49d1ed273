"""Settings of ingest."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, Field

from shared.contracts.base import Handling, Nation
from shared.platform.auth.settings import KeysSettings
from shared.platform.http.settings import HttpSettings
from shared.platform.settings import Group, KafkaSettings, ProcessSettings


class KafkaAgency(Group):
    """An agency that may report through Kafka."""

    nation: Nation = Field(description="Its nation, ISO 3166-1 alpha-2.")
    topics: tuple[str, ...] = Field(
        default=(), description="Raw topics whose header `agency` may name it, without prefix; empty: all of them."
    )


def _short(value: object) -> object:
    return {"nation": value} if isinstance(value, str) else value


class IngestSettings(Group):
    """What ingest takes and remembers."""

    strict: bool = Field(
        default=False,
        description="Refuse fields we do not know, by name, at both doors. Off: they are kept aside with the event, so that a new "
        "field of a form never holds up a lane. A request may ask for it with `?strict=true`.",
    )
    earliest: AwareDatetime = Field(
        default=datetime(1970, 1, 1, tzinfo=UTC),
        description="Events before this moment are refused: a clock that was never set writes 1900 or 1969.",
    )
    clock_skew_seconds: float = Field(
        default=300.0, ge=0, description="Seconds that an event may lie in the future: as far as a post's clock may be wrong."
    )
    recent_entries: int = Field(
        default=200_000,
        ge=1,
        description="Events remembered to answer `duplicate` and to see a contradiction at once; about 0.5 kB each.",
    )
    recent_seconds: float = Field(default=3600.0, gt=0, description="Seconds that an event is remembered.")
    max_item_bytes: int = Field(
        default=262_144, ge=1024, description="Largest item of a batch; a larger one is refused and the batch goes on."
    )
    batch_chunk_items: int = Field(
        default=100,
        ge=1,
        le=1000,
        description="Items of a batch, or records of a raw topic, taken at once: few enough that others are served between (about 5 ms), enough to fill a send.",
    )
    batch_chunks_in_flight: int = Field(
        default=4, ge=1, le=64, description="Chunks of one batch waiting for the broker at a time; bounds the memory of a batch."
    )
    helper: bool | None = Field(
        default=None,
        description="Judge batches in a second process as well, so that one batch uses two processors (about 100 MB more memory). "
        "Absent: where the machine has more than one.",
    )
    batch_items_per_charge: int = Field(default=100, ge=1, description="Items of a batch that cost a key as much as one request.")
    answers_in_memory_bytes: int = Field(
        default=1_048_576,
        ge=4096,
        description="Answers of one batch kept in memory while the client does not read them; beyond, they wait in a temporary file.",
    )
    answers_on_disk_bytes: int = Field(
        default=1_073_741_824, ge=4096, description="Largest such file; then the batch waits for its client to read."
    )
    kafka_agencies: dict[str, Annotated[KafkaAgency, BeforeValidator(_short)]] = Field(
        default_factory=dict,
        description='Who may report through Kafka: `{"GT-SAT": "GT"}`, or `{"HN-ADU": {"nation": "HN", "topics": […]}}` to bind an '
        "agency to topics. An agency with a key that names a topic may report there too. The broker's ACLs decide who may write; "
        "nobody else's name is believed.",
    )
    kafka_open: bool = Field(
        default=False,
        description="Whether an agency whose key names no topic may report through any raw topic. Off: the header is only a claim, and without ACLs "
        "anybody could make it. For a broker that only its owner reaches; `atalaya up` sets it for the embedded one on loopback.",
    )
    widest_handling: dict[str, Handling] = Field(
        default_factory=dict,
        description='The widest handling that an agency\'s events may carry, `{"GT-SAT": {"tlp": "AMBER", "releasable_to": ["MX"]}}`; '
        "also what events without a handling get. Without an entry the body's word stands, and silence means the originator only.",
    )


class Settings(ProcessSettings):
    """All settings of the process."""

    kafka: KafkaSettings = KafkaSettings()
    http: HttpSettings = HttpSettings()
    keys: KeysSettings = KeysSettings()
    ingest: IngestSettings = IngestSettings()
