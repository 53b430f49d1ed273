"""What the process of correlate can be told from outside."""

from typing import Final, Self

from pydantic import Field, model_validator

from services.correlate.import_settings import ImportSettings
from services.correlate.list_settings import ListSettings
from services.correlate.reading_settings import ReadingSettings
from services.correlate.screen_settings import ScreenSettings
from services.correlate.track_settings import TrackSettings
from shared.platform.auth.settings import KeysSettings
from shared.platform.database.settings import DatabaseSettings
from shared.platform.http.settings import HttpSettings
from shared.platform.settings import Group, KafkaSettings, ProcessSettings

ROLES: Final = frozenset({"api", "screen", "track"})


class CorrelateSettings(Group):
    """The part of correlate itself."""

    roles: str = Field(
        default="api,screen,track",
        pattern=r"^(api|screen|track)(,(api|screen|track))*$",
        description="What this copy does, comma between: `api` serves watchlist and alerts, `screen` matches events (CPU), "
        "`track` keeps movements and alerts (database). All by default; on a cluster one a copy, so that they scale apart.",
    )
    screen_slice_ms: int = Field(
        default=40,
        ge=1,
        le=50,
        description="Milliseconds of matching until the event loop gets its turn; above 50 the group's heartbeats suffer.",
    )
    screen_queries: int = Field(
        default=10_000,
        ge=1,
        le=100_000,
        description="Queries of `POST /v1/screen` in one request: two seconds of one core, and what `ATALAYA_HTTP__MAX_BODY_BYTES` lets in.",
    )
    retention_days: int = Field(
        default=400,
        ge=1,
        description="Days that sightings are kept after they came in. 400: a new entry is held against a whole year and the same "
        "season of the last one, and no movement of a person without an alert is kept for longer.",
    )
    purge_every_seconds: float = Field(default=3600.0, gt=0, description="Seconds between two runs of the purge.")
    expire_every_seconds: float = Field(
        default=5.0, gt=0, description="Seconds between two looks for alerts and entries whose time is over."
    )
    look_back_slice: int = Field(
        default=2000,
        ge=1,
        le=20_000,
        description="Stored sightings that a look back judges in one transaction, fewer when five seconds are over; a restart repeats none.",
    )
    look_back_versions: int = Field(
        default=10_000,
        ge=1,
        le=100_000,
        description="Changes of the list that one look back takes together. They are in memory (some 5 KB each) while it goes through "
        "everything stored: more at once means fewer ways through, and more memory.",
    )
    look_back_poll_seconds: float = Field(
        default=1.0, gt=0, description="Seconds between two looks for a change of the list that every partition has passed."
    )
    partitions_every_seconds: float = Field(
        default=15.0,
        gt=0,
        description="Seconds between two looks at how many partitions the topics have. The client's own knowledge is half a minute old at most.",
    )
    import_chunk: int = Field(
        default=500, ge=1, le=5000, description="Entries of a bulk import in one transaction, answered together."
    )
    list_writers: int = Field(
        default=2,
        ge=1,
        description="Requests of this copy that change the list at once; the others wait without a connection. Changes have one order, so "
        "more gain nothing: one works while one waits for its lock. Below `ATALAYA_DATABASE__POOL_API`, so that reads find a connection.",
    )
    change_wait_seconds: float = Field(
        default=5.0,
        gt=0,
        le=10,
        description="Seconds a change of the list waits for its turn in this copy, and once more for the lock that another copy holds; "
        "then 503. Longer than a bulk import's transaction takes, shorter than a client waits.",
    )
    list_wait_seconds: float = Field(
        default=60.0,
        gt=0,
        description="Seconds a screener waits for the version that a marker names before it says so in `/readyz`.",
    )

    life: ListSettings = Field(default=ListSettings(), description="Every bound of the life of an entry.")
    imports: ImportSettings = Field(default=ImportSettings(), description="Every bound of taking a list in whole.")
    reading: ReadingSettings = Field(default=ReadingSettings(), description="How much of the list one question may read.")
    screen: ScreenSettings = Field(default=ScreenSettings(), description="What the threshold of names follows from.")
    track: TrackSettings = Field(default=TrackSettings(), description="Every bound of tracking.")

    @property
    def role_set(self) -> frozenset[str]:
        """The roles, each once."""
        return frozenset(self.roles.split(","))


class Settings(ProcessSettings):
    """All of it."""

    kafka: KafkaSettings = KafkaSettings()
    http: HttpSettings = HttpSettings()
    keys: KeysSettings = KeysSettings()
    database: DatabaseSettings = DatabaseSettings()
    correlate: CorrelateSettings = CorrelateSettings()

    @model_validator(mode="after")
    def _writers_leave_connections(self) -> Self:
        if self.correlate.list_writers >= self.database.pool_api:
            raise ValueError(
                "correlate.list_writers must be below database.pool_api: writers that wait would leave reads no connection"
            )
        return self
