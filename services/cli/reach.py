"""Where commands for operators find what runs: the environment first, else what `atalaya up` left under `var/`."""

import json
import logging
from pathlib import Path
from typing import Any

from aiokafka.errors import KafkaError

from services.cli.settings import UpSettings
from services.cli.up import DEFAULT_VAR
from shared.platform.errors import TransientError
from shared.platform.logs import configure_logging
from shared.platform.settings import KafkaSettings, load_settings

UNREACHABLE_ERRORS = (KafkaError, OSError, TimeoutError, TransientError)


def left_by_up(var: Path = DEFAULT_VAR) -> dict[str, Any]:
    """What `var/atalaya.json` says; empty where nothing runs."""
    try:
        left: dict[str, Any] = json.loads((var / "atalaya.json").read_text())
    except (OSError, ValueError):
        return {}
    return left


def kafka_settings(var: Path = DEFAULT_VAR) -> KafkaSettings:
    """How to reach Kafka. What a client library has to say is kept off the terminal: a command says it in a sentence."""
    configure_logging(service="atalaya", level="error", form="console")
    logging.disable(logging.CRITICAL)
    settings = load_settings(UpSettings)
    address = settings.foreign_kafka or left_by_up(var).get("kafka")
    return settings.kafka if address is None else settings.kafka.model_copy(update={"bootstrap_servers": address})


def database_address(var: Path = DEFAULT_VAR) -> str | None:
    """The address of PostgreSQL, None where nobody says it."""
    return load_settings(UpSettings).foreign_database or left_by_up(var).get("database")
