import os
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from services.cli.engines.child import Identity
from services.cli.engines.errors import EngineError
from services.cli.running.space import check
from services.cli.running.state import State, end_processes

SLEEPER = (sys.executable, "-c", "print(flush=True); input()")


def own_identity() -> Identity:
    return Identity("test", os.getpid(), psutil.Process().create_time())


def test_what_is_published_can_be_read_by_its_owner_alone(tmp_path: Path) -> None:
    state = State(tmp_path)
    state.publish({"admin_key": "atk_made_up"})
    assert state.addresses() == {"admin_key": "atk_made_up"}
    assert stat.S_IMODE(state.addresses_file.stat().st_mode) == 0o600


def test_recorded_processes_are_read_back(tmp_path: Path) -> None:
    state = State(tmp_path)
    state.record([own_identity()])
    assert state.recorded() == [own_identity()]


@pytest.mark.parametrize("half", ["", "{", '{"processes": [{"pid": 1}]}', "[]", '{"processes": []'])
def test_a_half_written_record_names_nobody(tmp_path: Path, half: str) -> None:
    state = State(tmp_path)
    state.processes_file.write_text(half)
    assert state.recorded() == []


def test_two_cannot_run_under_one_folder(tmp_path: Path) -> None:
    with State(tmp_path).held(), pytest.raises(EngineError, match=r"runs already under .* `atalaya down"), State(tmp_path).held():
        pass


def test_a_folder_is_free_again_when_its_holder_has_gone(tmp_path: Path) -> None:
    with State(tmp_path).held():
        pass
    with State(tmp_path).held():
        assert (tmp_path / ".lock").exists()


def test_a_process_is_ended_only_if_it_is_the_very_one() -> None:
    with subprocess.Popen(SLEEPER, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        started = psutil.Process(process.pid).create_time()
        assert end_processes([Identity("other", process.pid, started - 3600)]) == []
        assert process.poll() is None
        assert end_processes([Identity("sleeper", process.pid, started)]) == ["sleeper"]
        assert not psutil.pid_exists(process.pid)


def test_too_little_room_is_said_before_anything_is_started(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"MB are free .* --var DIR"):
        check(tmp_path, needed=10**18)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EngineError, match=r"cannot be made .* --var DIR"):
        check(tmp_path / "file" / "var")


def test_where_no_new_file_can_be_made_the_old_one_is_written_over(tmp_path: Path) -> None:
    state = State(tmp_path)
    state.publish({"ingest": "http://127.0.0.1:8601", "kafka": "a long address that is no more"})
    (tmp_path / "atalaya.new").mkdir()
    state.publish({"ingest": "http://127.0.0.1:8602"})
    assert state.addresses() == {"ingest": "http://127.0.0.1:8602"}
