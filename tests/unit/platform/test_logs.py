import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from shared.platform.logs import configure_logging


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    levels = {name: logging.getLogger(name).level for name in ("aiokafka", "uvicorn.access", "httpx", "alembic")}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def fail_over(value: str) -> None:
    raise ValueError(f"cannot read {value}")


def test_an_event_is_one_object_a_line_with_the_service_and_the_time(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(service="ingest")
    structlog.get_logger().info("batch.accepted", count=3)
    (line,) = lines(capsys)
    assert {name: line[name] for name in ("event", "count", "service", "level")} == {
        "event": "batch.accepted",
        "count": 3,
        "service": "ingest",
        "level": "info",
    }
    assert str(line["timestamp"]).endswith("Z")


def test_fields_that_promise_content_are_withheld(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(service="ingest")
    structlog.get_logger().warning("record.refused", document="P123", token="atk_1")
    assert "P123" not in (text := capsys.readouterr().err)
    assert "atk_1" not in text


def test_an_exception_is_told_by_kind_and_place_but_not_by_its_message(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(service="ingest")
    try:
        fail_over("García")
    except ValueError:
        structlog.get_logger().exception("worker.failed")
        logging.getLogger("a.library").exception("it failed")
    own, foreign = lines(capsys)
    for line in (own, foreign):
        assert isinstance(line["exception"], dict)
        assert line["exception"]["type"] == "ValueError"
        assert "fail_over" in line["exception"]["at"][-1]
        assert "García" not in json.dumps(line, ensure_ascii=False)


def test_what_libraries_log_takes_the_same_form_and_chatter_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(service="ingest")
    logging.getLogger("a.library").warning("something")
    logging.getLogger("aiokafka.producer").warning("chatter")
    (line,) = lines(capsys)
    assert (line["event"], line["level"], line["service"]) == ("something", "warning", "ingest")


def test_the_level_is_the_least_that_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(service="ingest", level="error")
    structlog.get_logger().warning("batch.postponed")
    assert lines(capsys) == []


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_log_that_cannot_be_written_stops_no_work(form: str) -> None:
    code = (
        "import logging, structlog; from shared.platform.logs import configure_logging; "
        f"configure_logging(service='ingest', form='{form}'); "
        "[structlog.get_logger().info('request.answered', count=count, text='x' * 1000) for count in range(100)]; "
        "logging.getLogger('a.library').warning('it said something'); print('went on', flush=True)"
    )
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(
            (sys.executable, "-c", code), stdout=subprocess.PIPE, stderr=full, check=False, timeout=60, text=True
        )
    assert ran.stdout == "went on\n"
