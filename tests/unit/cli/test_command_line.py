"""Every command answers `--help`, through the entry point that is installed."""

import json
import subprocess
import sysconfig
from pathlib import Path

import pytest

from services.cli.main import COMMANDS
from shared.contracts.topics import TOPICS

ATALAYA = Path(sysconfig.get_path("scripts")) / "atalaya"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run((ATALAYA, *arguments), capture_output=True, text=True, check=False, timeout=60)


def test_help_names_every_command() -> None:
    said = run("--help")
    assert said.returncode == 0
    assert all(f"  {name} " in said.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_there_and_explains_itself(name: str) -> None:
    said = run(name, "--help")
    assert said.returncode == 0, said.stderr
    assert f"Usage: atalaya {name}" in said.stdout


def test_an_unknown_command_is_refused_by_name() -> None:
    said = run("nope")
    assert said.returncode == 2
    assert "nope" in said.stderr


def test_topics_are_shown_as_declared() -> None:
    shown = json.loads(run("topics", "show", "--json").stdout)
    assert [(topic["topic"], topic["partitions"]) for topic in shown] == [(topic.name, topic.partitions) for topic in TOPICS]


def test_a_broker_that_is_not_there_is_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATALAYA_KAFKA__BOOTSTRAP_SERVERS", "127.0.0.1:1")
    said = run("topics", "apply")
    assert said.returncode == 1
    assert "No broker answers at 127.0.0.1:1" in said.stderr
    assert "Traceback" not in said.stderr


def test_down_where_nothing_runs_says_so(tmp_path: Path) -> None:
    said = run("down", "--var", str(tmp_path))
    assert said.returncode == 0
    assert said.stdout.strip() == f"Nothing runs under {tmp_path}."
