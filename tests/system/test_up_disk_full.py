"""`atalaya up` where there is too little room: refused with a sentence, before anything is written."""

import sysconfig
from pathlib import Path

import pytest

from services.cli.engines.errors import EngineError
from services.cli.running import space
from tests.support.small_disk import NoSmallDiskError, small_disk

ATALAYA = Path(sysconfig.get_path("scripts")) / "atalaya"


def test_up_on_a_disk_that_is_all_but_full_says_so_and_starts_nothing() -> None:
    try:
        with small_disk(64) as disk:
            var = disk.folder / "var"
            refused = disk.run(ATALAYA, "up", "--detach", "--var", var)
            assert refused.returncode == 1
            assert f"MB are free on the disk of {var}; Kafka and PostgreSQL need 536 MB." in refused.stderr
            assert "--var DIR" in refused.stderr
            assert "Traceback" not in refused.stderr
            written = sum(path.stat().st_size for path in (disk.here / "var").rglob("*") if path.is_file())
            assert written < 4096
    except NoSmallDiskError:
        pytest.skip("this machine lets nobody mount a file system; the test below holds the same rule without one")


def test_too_little_room_is_refused_with_what_there_is_and_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(
        EngineError, match=r"Only \d+ MB are free on the disk of .*var; Kafka and PostgreSQL need 1152921504606 MB\."
    ):
        space.check(tmp_path / "var", needed=2**60)
    space.check(tmp_path / "var", needed=1)
