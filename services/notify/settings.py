"""Settings of the process."""

from ipaddress import ip_network
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from services.notify.domain.addresses import Network
from shared.platform.auth.settings import KeysSettings
from shared.platform.database.settings import DatabaseSettings
from shared.platform.http.settings import HttpSettings
from shared.platform.settings import Group, KafkaSettings, ProcessSettings


class NotifySettings(Group):
    """How webhooks are delivered."""

    allowed_networks: str = Field(
        default="",
        description="Networks, comma between, into which webhooks may go although they are private or local, there also over http and "
        "to any port. None by default: an endpoint must not reach into our own network.",
    )
    allowed_ports: tuple[int, ...] = Field(
        default=(443, 8443), description="Ports of endpoints outside of those networks, as a JSON list."
    )
    secret_keys: SecretStr | None = Field(
        default=None,
        description="Fernet keys (32 bytes, base64url), comma between, the newest first, that seal the signing secrets in the "
        "database; without one they lie there as they are, as safe as the database is.",
    )
    total_seconds: float = Field(
        default=15.0, gt=0, le=300, description="Seconds for one attempt: name, connection, request and answer together."
    )
    connect_seconds: float = Field(default=5.0, gt=0, description="Seconds of those for the connection.")
    dns_seconds: float = Field(default=3.0, gt=0, description="Seconds of those for the name.")
    dns_servers: tuple[str, ...] = Field(
        default=(), description="Name servers to ask, a JSON list of `address:port`; the system's if none."
    )
    dns_negative_seconds: float = Field(
        default=15.0, ge=0, le=30, description="Seconds a name that was not found is not asked for again."
    )
    keepalive_seconds: float = Field(
        default=4.0, gt=0, description="Seconds an idle connection is kept; under the 5 s after which many servers close theirs."
    )
    slots_per_subscription: int = Field(default=16, ge=1, description="Requests that one subscription may have under way.")
    slots: int = Field(default=512, ge=1, description="Requests under way in this process, all subscriptions together.")
    claim_ahead: int = Field(
        default=16, ge=1, description="Deliveries claimed for each slot, so that a fast endpoint never waits for the next claim."
    )
    lease_seconds: float = Field(
        default=20.0,
        gt=0,
        description="Seconds after which another process takes over what this one claimed and did not settle, where the database does "
        "not see that it ended (takeover_seconds), as when its machine is cut off. At least 3 more than total_seconds.",
    )
    takeover_seconds: float = Field(
        default=0.5,
        ge=0,
        description="Seconds after which the work of a process whose session with the database ended is taken over, long before its leases "
        "end: time for one that only lost the session to open another.",
    )
    stale_seconds: float = Field(
        default=1.0,
        ge=0,
        description="Seconds a claimed delivery may wait for its slot before it is looked for again, just before it is sent: how long "
        "one that was taken back from its partner, or whose subscription ended, can still go out.",
    )
    poll_seconds: float = Field(
        default=1.0, gt=0, description="Seconds between looks for due deliveries; new ones of this process go out at once anyway."
    )
    retry_seconds: tuple[float, ...] = Field(
        default=(),
        description="Pauses between attempts in seconds, as a JSON list, instead of the built-in table (5, 30, 120, 600, 1800, 7200, 18000, 36000, 36000).",
    )
    retention_days: int = Field(
        default=400,
        ge=1,
        description="Days that settled deliveries, their attempts and the alerts they carried are kept. 400: as long as the movements "
        "that the alerts rest on.",
    )
    missed_every_seconds: float = Field(
        default=30.0,
        gt=0,
        description="Seconds between looks for what passed its deadline unsent, as for a paused endpoint, and for partners to be told what "
        "they missed so long ago that no later revision was right behind it.",
    )
    purge_every_seconds: float = Field(default=3600.0, gt=0, description="Seconds between two runs of the purge.")
    secret_overlap_hours: float = Field(default=24.0, ge=0, description="Hours the old secret still signs after a rotation.")

    @field_validator("allowed_networks")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        for text in _parts(value):
            ip_network(text)
        return value

    @model_validator(mode="after")
    def _lease_outlasts_an_attempt(self) -> Self:
        if self.lease_seconds < self.total_seconds + 3:
            msg = "lease_seconds must be at least 3 more than total_seconds"
            raise ValueError(msg)
        return self

    @property
    def networks(self) -> tuple[Network, ...]:
        """The allowed networks."""
        return tuple(ip_network(text) for text in _parts(self.allowed_networks))


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


class Settings(ProcessSettings):
    """All settings of a notify process."""

    kafka: KafkaSettings = KafkaSettings()
    http: HttpSettings = HttpSettings()
    keys: KeysSettings = KeysSettings()
    database: DatabaseSettings = DatabaseSettings()
    notify: NotifySettings = NotifySettings()
