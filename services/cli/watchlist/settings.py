"""What an import takes from the environment, such as `ATALAYA_WATCHLIST__POLICY__REMOVALS_PERCENT`."""

from pydantic import BaseModel, ConfigDict, Field

from services.correlate.lists.difference import Policy
from services.correlate.lists.reading import Limits
from shared.platform.settings import ProcessSettings


class ImportSettings(BaseModel):
    """How lists are read and sent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    limits: Limits = Field(default_factory=Limits)
    policy: Policy = Field(default_factory=Policy)
    page: int = Field(default=500, ge=1, le=500, description="Entries asked for at once; the API gives no more than 500.")
    chunk: int = Field(
        default=500,
        ge=1,
        le=10_000,
        description="Entries sent at once. One that is lost on the way is sent again, which changes nothing where it had arrived.",
    )
    patience_seconds: float = Field(
        default=60.0,
        ge=1,
        le=3600,
        description="How long a service that answers `later`, or not at all, is asked again: a restart takes ten.",
    )


class WatchlistSettings(ProcessSettings):
    """The group of the import among a process's settings."""

    watchlist: ImportSettings = Field(default_factory=ImportSettings)
