"""Settings of the database."""

from pydantic import Field, SecretStr

from shared.platform.settings import Group


class DatabaseSettings(Group):
    """How a process reaches PostgreSQL and how long it waits for it."""

    url: SecretStr = Field(
        default=SecretStr("postgresql://127.0.0.1:5432/atalaya"),
        description="`postgresql://user:password@host:port/database`; `?sslmode=verify-full` and the like as libpq has them.",
    )
    pool_loops: int = Field(default=4, ge=1, description="Connections for the workers' own transactions.")
    lines: int = Field(
        default=4,
        ge=2,
        description="Connections for the workers' pipelined transactions: screening has two at a time, tracking and fan-out one.",
    )
    pool_api: int = Field(default=8, ge=1, description="Connections for requests; a flood of them takes none of the workers'.")
    pool_timeout_seconds: float = Field(
        default=2.0, gt=0, description="Seconds to wait for a free connection; then it counts as away."
    )
    connect_timeout_seconds: int = Field(default=5, ge=2, description="Seconds to open a connection (libpq counts from 2).")
    statement_timeout_seconds: float = Field(default=15.0, gt=0, description="The server ends a statement after so many seconds.")
    idle_in_transaction_seconds: float = Field(
        default=20.0, gt=0, description="The server ends a transaction in which nothing happened for so many seconds."
    )
    transaction_deadline_seconds: float = Field(
        default=20.0,
        gt=0,
        description="A transaction must be over after so many seconds, even if the server says nothing at all.",
    )
    tcp_user_timeout_seconds: float = Field(
        default=10.0, gt=0, description="Seconds that sent data may stay unacknowledged before the system gives a connection up."
    )
    outbox_poll_seconds: float = Field(
        default=0.15, gt=0, le=5, description="How often a relay looks for messages that another process committed."
    )
    outbox_batch: int = Field(default=500, ge=1, description="Messages a relay sends before it waits for their acknowledgement.")
    outbox_lease_check_seconds: float = Field(
        default=1.0, gt=0, description="How often a relay that is not the one at work asks whether it may be."
    )
