from pathlib import Path

import pytest

from services.cli.demo import ground
from services.cli.engines.errors import EngineError
from services.cli.running.state import State


def test_what_an_earlier_run_left_is_deleted_but_not_what_was_downloaded(tmp_path: Path) -> None:
    for name in ("cache", "kafka/data", "log"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "admin.key").write_text("old")
    ground.clear(tmp_path)
    assert {each.name for each in tmp_path.iterdir()} == {".lock", "cache"}


def test_a_folder_in_which_something_runs_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "admin.key").write_text("mine")
    with State(tmp_path).held(), pytest.raises(EngineError):
        ground.clear(tmp_path)
    assert (tmp_path / "admin.key").read_text() == "mine"
