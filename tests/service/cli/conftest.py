import subprocess
from collections.abc import Callable

import pytest

from shared.platform.settings import KafkaSettings
from tests.support import forked
from tests.support.ingest_service import kafka_settings

Atalaya = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def kafka_of_test(kafka: str, topic_prefix: str, monkeypatch: pytest.MonkeyPatch) -> KafkaSettings:
    """The real broker under a prefix of one's own, as commands find it in their environment."""
    settings = kafka_settings(kafka, topic_prefix)
    monkeypatch.setenv("ATALAYA_KAFKA__BOOTSTRAP_SERVERS", settings.bootstrap_servers)
    monkeypatch.setenv("ATALAYA_KAFKA__TOPIC_PREFIX", topic_prefix)
    return settings


@pytest.fixture
def atalaya() -> Atalaya:
    """A command, run to its end."""
    return forked.atalaya
