"""What `atalaya up` takes from the environment: engines that run elsewhere, and what it hands on to the services."""

import os
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from shared.platform.settings import DELIMITER, PREFIX, KafkaSettings, ProcessSettings

KAFKA_VARIABLE = f"{PREFIX}KAFKA{DELIMITER}BOOTSTRAP_SERVERS"
DATABASE_VARIABLE = f"{PREFIX}DATABASE{DELIMITER}URL"


class DatabaseAddress(BaseModel):
    """Only the address: the rest of the group is the services' own to read."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    url: SecretStr | None = Field(default=None, description="A PostgreSQL that runs already: postgresql://…")


class UpSettings(ProcessSettings):
    """An address given here means that no engine of that kind is started."""

    kafka: KafkaSettings = Field(default_factory=KafkaSettings)
    database: DatabaseAddress = Field(default_factory=DatabaseAddress)

    @property
    def foreign_kafka(self) -> str | None:
        """The brokers that run already, where they were named."""
        return self.kafka.bootstrap_servers if "bootstrap_servers" in self.kafka.model_fields_set else None

    @property
    def foreign_database(self) -> str | None:
        """The database that runs already, where it was named."""
        return self.database.url.get_secret_value() if self.database.url else None


def handed_on(additional: Mapping[str, str]) -> dict[str, str]:
    """The environment of a service: our own, so that every `ATALAYA_…` setting reaches it, and what we know better."""
    inherited = dict(os.environ)  # noqa: TID251 - handed on to a child, not read
    return {**inherited, "PYTHONUNBUFFERED": "1", **additional}
