"""What the commands of the watchlist take from the environment, such as `ATALAYA_WATCHLIST__CHUNK`."""

from pydantic import BaseModel, ConfigDict, Field

from services.correlate.lists.reading import Limits
from shared.platform.settings import ProcessSettings


class ImportSettings(BaseModel):
    """How lists are read and sent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    limits: Limits = Field(default_factory=Limits)
    chunk: int = Field(
        default=1000,
        ge=1,
        le=10_000,
        description="Rows sent at once. One that is lost on the way is sent again, which changes nothing where it had arrived.",
    )
    chunk_bytes: int = Field(
        default=786_432,
        ge=65_536,
        description="Bytes sent at once at most: below what the service takes in one body (`ATALAYA_HTTP__…`, 1 MiB). One longer row goes alone.",
    )
    shown: int = Field(
        default=200, ge=1, description="Of each kind of change so many are told; `diff` and `--all` tell every one."
    )
    patience_seconds: float = Field(
        default=60.0,
        ge=1,
        le=3600,
        description="How long a service that answers `later`, or not at all, is asked again: a restart takes ten.",
    )
    answer_seconds: float = Field(
        default=900.0,
        ge=1,
        description="Seconds to wait for an answer: as long as the service gives the one transaction of an import.",
    )


class WatchlistSettings(ProcessSettings):
    """The group of the watchlist among a process's settings."""

    watchlist: ImportSettings = Field(default_factory=ImportSettings)
