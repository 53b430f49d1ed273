"""Settings: frozen, read once at the start from `ATALAYA_…` variables, refused as a whole when one is wrong.

A process declares one class on `ProcessSettings` with a nested model per part (`kafka: KafkaSettings`), so that
`ATALAYA_KAFKA__BOOTSTRAP_SERVERS` reaches it. Field names carry their unit; descriptions say what the value changes and why
the default is what it is.
"""

import sys
from typing import Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "ATALAYA_"
DELIMITER = "__"

S = TypeVar("S", bound=BaseSettings)


class Group(BaseModel):
    """A part of a process's settings. Unknown names are refused: a typing error must not fall back to a default."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ProcessSettings(BaseSettings):
    """What every process has; each service adds its own groups."""

    model_config = SettingsConfigDict(
        frozen=True, env_prefix=PREFIX, env_nested_delimiter=DELIMITER, extra="ignore", hide_input_in_errors=True
    )

    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="Least level that is logged.")
    log_format: Literal["json", "console"] = Field(
        default="json", description="`json`, one object a line, for machines; `console` for a person at a terminal."
    )
    stop_deadline_seconds: float = Field(
        default=25.0,
        gt=0,
        description="Seconds from the first signal to the end of the process, whatever is unfinished then. "
        "Below the 30 s after which Kubernetes kills.",
    )
    loop_stall_limit_seconds: float = Field(
        default=60.0,
        ge=1,
        description="Seconds the event loop may stand still before the process ends itself: a loop that is stuck answers no "
        "probe and holds its partitions. Above the longest pause a healthy process makes.",
    )


class KafkaSettings(Group):
    """How a process reaches Kafka, and how long it waits for it."""

    bootstrap_servers: str = Field(
        default="127.0.0.1:9092", min_length=1, description="Brokers to ask first: `host:port`, comma between."
    )
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        default="PLAINTEXT", description="How connections are protected; PLAINTEXT only on a machine or network of one's own."
    )
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        default="SCRAM-SHA-512", description="How the process proves who it is; only with SASL_*."
    )
    sasl_username: str | None = Field(default=None, description="Name of the process at the broker; only with SASL_*.")
    sasl_password: SecretStr | None = Field(default=None, description="Its password; only with SASL_*.")
    ssl_cafile: str | None = Field(default=None, description="Path to the authority's certificates (PEM); system's if absent.")
    ssl_certfile: str | None = Field(default=None, description="Path to the client's certificate (PEM), for mutual TLS.")
    ssl_keyfile: str | None = Field(default=None, description="Path to the key of that certificate (PEM).")
    topic_prefix: str = Field(
        default="",
        pattern=r"^[a-zA-Z0-9._-]*$",
        description="Put before every topic and group name, so that several installations share one cluster.",
    )
    client_id: str = Field(default="atalaya", min_length=1, description="Name shown in the broker's logs and quotas.")
    replication_factor: int = Field(
        default=1, ge=1, le=5, description="Copies of each topic when it is created; 3 on a cluster, 1 on one broker."
    )
    request_timeout_seconds: float = Field(
        default=10.0,
        gt=0,
        le=10,
        description="Seconds for one request to a broker. At most 10: the client holds one lock while it connects, so a broker "
        "that swallows packets would hold up the others for as long.",
    )
    send_deadline_seconds: float = Field(
        default=8.0,
        gt=0,
        description="Seconds until a send must be acknowledged; after that its outcome is unknown. The client itself never "
        "gives an idempotent send up.",
    )
    stop_deadline_seconds: float = Field(
        default=5.0, gt=0, description="Seconds a client may take to close; with the brokers gone it would take for ever."
    )
    linger_ms: int = Field(
        default=0, ge=0, le=1000, description="Milliseconds a batch waits for company; 0 because a batch fills while one is sent."
    )
    max_batch_bytes: int = Field(default=262_144, ge=1024, description="Bytes gathered for one partition before they are sent.")
    compression: Literal["none", "gzip", "lz4", "zstd"] = Field(
        default="none", description="Compression of what we produce; `none` is fastest on one machine, `lz4` on a network."
    )
    session_timeout_seconds: float = Field(
        default=30.0,
        ge=6,
        le=300,
        description="Seconds without a heartbeat until another copy takes the partitions; 30 to 45, so that a restart of one "
        "copy moves nothing when it has a group_instance_id.",
    )
    group_instance_id: str | None = Field(
        default=None, min_length=1, description="Stable name of this copy (the pod's name): a restart keeps its partitions."
    )
    poll_max_records: int = Field(default=500, ge=1, description="Records of all partitions taken at once.")
    poll_timeout_seconds: float = Field(
        default=0.5, gt=0, le=5, description="Seconds a poll waits for records; also how soon a stop is seen."
    )
    stall_limit_seconds: float = Field(
        default=120.0,
        gt=0,
        description="Seconds a partition may have records waiting and none finished before the process ends itself to start anew.",
    )
    reconnect_tries: int = Field(
        default=5, ge=1, description="New consumers opened in a row after errors of the client, before the process ends."
    )
    retry_base_seconds: float = Field(default=0.2, gt=0, description="Seconds before the first repeat of a failed batch.")
    retry_cap_seconds: float = Field(default=15.0, gt=0, description="Longest pause between repeats, in seconds.")
    dead_letters_in_a_row: int = Field(
        default=100,
        ge=1,
        description="Dead letters one after another at which a partition stops, or a source counts as flooding where sources are "
        "known: a bad release must not drain a topic into the dead letters.",
    )
    dead_letter_share: float = Field(
        default=0.5, gt=0, le=1, description="Share of dead letters among the last dead_letter_window records that stops it too."
    )
    dead_letter_window: int = Field(default=2000, ge=10, description="Records over which the share is taken.")
    dead_letter_vouch_seconds: float = Field(
        default=86_400.0,
        gt=0,
        description="Seconds that a handled record of one source proves that the dead letters of another are the other's fault. A day: "
        "each agency has its quiet night.",
    )
    max_hops: int = Field(default=3, ge=1, description="Times one record may become a dead letter; then it is replayed no more.")

    @model_validator(mode="after")
    def _sasl_is_whole(self) -> Self:
        if self.security_protocol.startswith("SASL") and not (self.sasl_username and self.sasl_password):
            msg = f"sasl_username and sasl_password are needed with {self.security_protocol}"
            raise ValueError(msg)
        if bool(self.ssl_certfile) != bool(self.ssl_keyfile):
            msg = "ssl_certfile and ssl_keyfile are given together or not at all"
            raise ValueError(msg)
        return self

    def topic(self, name: str) -> str:
        """The name on the broker of one of our topics."""
        return f"{self.topic_prefix}{name}"


def faults(error: ValidationError) -> list[str]:
    """One sentence for each bad setting, by the variable that sets it; never its value, which may be a secret."""
    return [f"{_variable(fault['loc'])}: {fault['msg']}." for fault in error.errors(include_input=False, include_url=False)]


def _variable(loc: tuple[int | str, ...]) -> str:
    return PREFIX + DELIMITER.join(str(part) for part in loc).upper()


def load_settings(kind: type[S]) -> S:
    """The settings of this process; on bad ones say which, one sentence each, and exit with 2."""
    try:
        return kind()
    except ValidationError as error:
        sys.stderr.write("".join(f"{fault}\n" for fault in faults(error)))
        raise SystemExit(2) from None
