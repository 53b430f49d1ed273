"""What `atalaya screen` takes from the environment, such as `ATALAYA_SCREEN__LINE_BYTES`."""

from pydantic import BaseModel, ConfigDict, Field

from services.correlate.lists.reading import Limits
from shared.platform.settings import ProcessSettings


class ScreenSettings(BaseModel):
    """How a file is read, judged and asked about."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    line_bytes: int = Field(
        default=1_048_576,
        ge=1024,
        description="Bytes of one line: a longer one is told of as a fault and never held. A person with everything said has some 1 KB.",
    )
    batch_lines: int = Field(
        default=1000,
        ge=1,
        le=10_000,
        description="Lines that are judged, or sent, at once: a tenth of a second of work, and of waiting after Ctrl-C.",
    )
    batch_bytes: int = Field(
        default=524_288,
        ge=1024,
        description="Bytes of lines at once: half of what the service takes in one body (`ATALAYA_HTTP__MAX_BODY_BYTES`). One longer line goes alone.",
    )
    requests: int = Field(
        default=4,
        ge=1,
        le=64,
        description="Requests to the service in flight: one is judged while others are on the way. A service judges one at a time.",
    )
    patience_seconds: float = Field(
        default=60.0,
        ge=1,
        le=3600,
        description="How long a service that does not answer is asked again: a restart takes ten seconds. One that answers `later` says itself when.",
    )
    answer_seconds: float = Field(
        default=60.0, ge=1, description="Seconds to wait for an answer: judging a batch over a million entries takes one."
    )
    faults_told: int = Field(
        default=100,
        ge=1,
        description="Faults of one line that are told one by one; of more the count is told. A line has some 30 fields.",
    )
    lists: Limits = Field(default=Limits(), description="How large a part of a list file may be.")


class Settings(ProcessSettings):
    """The group of screening among a process's settings."""

    screen: ScreenSettings = Field(default_factory=ScreenSettings)
