"""Settings of API keys."""

from pydantic import Field

from shared.platform.settings import Group


class KeysSettings(Group):
    """How a process treats API keys."""

    unknown_wait_seconds: float = Field(
        default=0.3, ge=0, le=5, description="Seconds a key that is not known yet may take to arrive: it may just have been made."
    )
    unknown_waits: int = Field(
        default=32, ge=0, description="Requests that may wait so at once; beyond, an unknown key is refused right away."
    )
    default_expiry_days: int = Field(default=90, ge=1, description="Days until a key expires when its maker says nothing.")
    longest_expiry_days: int = Field(default=730, ge=1, description="Longest life of a key, in days.")
