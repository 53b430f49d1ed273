import pytest
from pydantic import Field

from shared.platform.settings import KafkaSettings, ProcessSettings, load_settings


class Example(ProcessSettings):
    kafka: KafkaSettings = Field(default_factory=KafkaSettings)


def test_nested_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATALAYA_KAFKA__BOOTSTRAP_SERVERS", "one:1,two:2")
    assert load_settings(Example).kafka.bootstrap_servers == "one:1,two:2"


def test_bad_settings_are_refused_with_one_sentence_each_and_without_their_values(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ATALAYA_KAFKA__REQUEST_TIMEOUT_SECONDS", "40")
    monkeypatch.setenv("ATALAYA_KAFKA__BOOTSTRAP_SERVER", "typing-error")
    monkeypatch.setenv("ATALAYA_STOP_DEADLINE_SECONDS", "s3cret")
    with pytest.raises(SystemExit) as ended:
        load_settings(Example)
    lines = capsys.readouterr().err.splitlines()
    assert ended.value.code == 2
    assert {line.split(":")[0] for line in lines} == {
        "ATALAYA_KAFKA__REQUEST_TIMEOUT_SECONDS",
        "ATALAYA_KAFKA__BOOTSTRAP_SERVER",
        "ATALAYA_STOP_DEADLINE_SECONDS",
    }
    assert not any("s3cret" in line or "typing-error" in line for line in lines)


def test_sasl_needs_a_name_and_a_password(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("ATALAYA_KAFKA__SECURITY_PROTOCOL", "SASL_SSL")
    with pytest.raises(SystemExit):
        load_settings(Example)
    assert "sasl_username and sasl_password are needed" in capsys.readouterr().err


def test_settings_do_not_change_after_the_start() -> None:
    with pytest.raises(ValueError, match="frozen"):
        KafkaSettings().topic_prefix = "other"  # type: ignore[misc]
