"""Settings as operators write them: one variable each, JSON where there is a mapping, refused by name when wrong."""

import pytest
from pydantic import ValidationError

from services.ingest.settings import KafkaAgency, Settings
from shared.contracts.base import Handling, Tlp


def test_agencies_of_the_kafka_door_are_given_short_or_with_their_topics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "ATALAYA_INGEST__KAFKA_AGENCIES",
        '{"GT-SAT": "GT", "HN-ADU": {"nation": "HN", "topics": ["atalaya.raw.seizures"]}}',
    )
    assert Settings().ingest.kafka_agencies == {
        "GT-SAT": KafkaAgency(nation="GT"),
        "HN-ADU": KafkaAgency(nation="HN", topics=("atalaya.raw.seizures",)),
    }


def test_the_widest_handling_of_an_agency_is_given_as_a_handling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATALAYA_INGEST__WIDEST_HANDLING", '{"GT-SAT": {"tlp": "RED", "releasable_to": ["MX"]}}')
    assert Settings().ingest.widest_handling == {"GT-SAT": Handling(tlp=Tlp.RED, releasable_to=("MX",))}


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("KAFKA_AGENCIES", '{"GT-SAT": "Guatemala"}'),
        ("KAFKA_AGENCIES", '{"GT-SAT": {"nation": "GT", "topic": "x"}}'),
        ("RECENT_ENTRIES", "0"),
        ("EARLIEST", "1970-01-01T00:00:00"),
        ("STRICKT", "true"),
    ],
)
def test_a_bad_setting_is_refused(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(f"ATALAYA_INGEST__{variable}", value)
    with pytest.raises(ValidationError):
        Settings()
