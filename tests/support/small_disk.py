"""A disk of a few megabytes of memory, seen only by what is started on it; and filling it."""

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_FLAGS = ("-m",) if os.getuid() == 0 else ("-m", "--map-current-user", "--keep-caps")
_ENTER = ("-m",) if os.getuid() == 0 else ("-m", "-U", "--preserve-credentials")
_HOLD = 'mount -t tmpfs -o "size=$1,mode=755" none "$2" && echo mounted && exec cat'


class NoSmallDiskError(Exception):
    """This machine lets nobody mount a file system of their own."""


class SmallDisk:
    """`folder` is its path for what runs on it; `here` is the same place for the test."""

    def __init__(self, holder: int, folder: Path) -> None:
        self._holder = holder
        self.folder = folder
        self.here = Path(f"/proc/{holder}/root{folder}")

    def run(self, *command: str | Path, **more: Any) -> subprocess.CompletedProcess[str]:
        """Run a command that sees the disk."""
        return subprocess.run(
            ("nsenter", "-t", str(self._holder), *_ENTER, "--", *command),
            capture_output=True, text=True, check=False, timeout=200, **more,
        )  # fmt: skip

    def fill(self, leave: int = 0) -> None:
        """Take all the room but `leave` bytes."""
        with (self.here / "filler").open("ab", buffering=0) as filler, contextlib.suppress(OSError):
            while (room := self.room() - leave) > 0:
                filler.write(bytes(min(room, 1 << 20)))

    def empty(self) -> None:
        """Give the room back."""
        (self.here / "filler").unlink()

    def room(self) -> int:
        """Bytes that are free."""
        found = os.statvfs(self.here)
        return found.f_bavail * found.f_frsize


@contextlib.contextmanager
def small_disk(megabytes: int) -> Iterator[SmallDisk]:
    """Mounted where nobody else sees it, gone when all that runs on it has ended. Raises NoSmallDiskError where that may not be done."""
    with tempfile.TemporaryDirectory(prefix="atalaya-disk-") as folder:
        Path(folder).chmod(0o755)
        command = ("unshare", *_FLAGS, "sh", "-c", _HOLD, "sh", f"{megabytes}m", folder)
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as holder:
            assert holder.stdout is not None
            assert holder.stdin is not None
            try:
                if holder.stdout.readline() != "mounted\n":
                    raise NoSmallDiskError
                yield SmallDisk(holder.pid, Path(folder))
            finally:
                holder.stdin.close()
