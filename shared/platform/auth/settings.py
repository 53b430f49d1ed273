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
    failed_attempts_per_minute: int = Field(
        default=30,
        ge=1,
        description="Requests a minute, from one client address (IPv6: one /64), whose key is none; beyond, 429. A good key always passes. "
        "30: a client that was set up wrongly still sees its 401, a guesser gets nowhere and fills no log.",
    )
    failed_addresses: int = Field(
        default=10_000,
        ge=1,
        description="Addresses remembered for that, about 0.3 kB each; the least recent are forgotten first.",
    )
    default_expiry_days: int = Field(default=90, ge=1, description="Days until a key expires when its maker says nothing.")
    longest_expiry_days: int = Field(default=730, ge=1, description="Longest life of a key, in days.")
