"""Settings of the HTTP side."""

from pydantic import Field, SecretStr

from shared.platform.settings import Group


class HttpSettings(Group):
    """Where a process listens and what it puts up with."""

    host: str = Field(default="127.0.0.1", min_length=1, description="Address to listen on; 0.0.0.0 in a container.")
    port: int = Field(default=0, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    max_body_bytes: int = Field(
        default=1_048_576, ge=1024, description="Largest body of a route that reads it whole; 413 beyond. A long event is 20 kB."
    )
    max_json_depth: int = Field(default=64, ge=4, le=500, description="Deepest nesting of a JSON body; 422 beyond.")
    header_deadline_seconds: float = Field(
        default=10.0, gt=0, description="Seconds from the first byte (or the connection) to the end of a request's headers."
    )
    body_deadline_seconds: float = Field(
        default=20.0, gt=0, description="Seconds from the end of the headers to the end of the body, except on streaming routes."
    )
    stream_window_seconds: float = Field(default=10.0, gt=0, description="Streaming routes: in every window of so many seconds …")
    stream_window_bytes: int = Field(
        default=16_384, ge=1, description="… at least so many bytes must come; time in which we do not read does not count."
    )
    write_deadline_seconds: float = Field(
        default=30.0, gt=0, description="Seconds a client may leave our answer untaken before the connection is cut."
    )
    max_requests: int = Field(
        default=1024, ge=1, description="Requests in hand at once; 503 with Retry-After beyond. Open streams count."
    )
    max_connections: int = Field(
        default=4096, ge=1, description="Connections at once, idle ones too; a bare 503 beyond. Above the balancer's own limit."
    )
    keep_alive_seconds: int = Field(
        default=75, ge=1, description="Idle seconds until we close a connection; longer than the balancer's (60 s at most clouds), "
        "or it answers 502 for requests sent into a closing connection."
    )  # fmt: skip
    graceful_seconds: int = Field(
        default=10, ge=1, description="Seconds that requests in hand get to end after a stop; then they are cancelled."
    )
    cursor_secret: SecretStr | None = Field(
        default=None, min_length=16, description="Signs page cursors; the same in every copy. Absent: one made at each start."
    )
    rate_per_second: float = Field(
        default=2000.0, gt=0, description="Requests, or items of a batch, that one API key may send a second on the long run."
    )
    rate_window_seconds: int = Field(
        default=10, ge=1, le=3600, description="Window over which the rate is taken: how long a burst may be."
    )
    idempotency_entries: int = Field(
        default=10_000, ge=1, description="Answers kept for `Idempotency-Key`, over all API keys; the oldest go first."
    )
    idempotency_entries_per_key: int = Field(default=1_000, ge=1, description="Of these, at most so many for one API key.")
    idempotency_seconds: float = Field(default=3600.0, gt=0, description="Seconds an answer is kept for `Idempotency-Key`.")
