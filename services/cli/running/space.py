"""Room on the disk, looked at before anything is written."""

import os
import shutil
from pathlib import Path

from services.cli.engines.errors import EngineError

NEEDED_BYTES = 512 * 1024 * 1024
"""A first start writes some 150 MB (jars, two empty stores); the rest is for data."""


def check(var: Path, needed: int = NEEDED_BYTES) -> None:
    """Make the folder and see that it can be written and has room.

    Raises:
        EngineError: it cannot be made or written, or the disk is all but full.
    """
    try:
        (var / "log").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EngineError(f"{var} cannot be made ({error.strerror}). Choose another folder with --var DIR.") from error
    if not os.access(var, os.W_OK):
        raise EngineError(f"{var} cannot be written by this user. Choose another folder with --var DIR.")
    free = shutil.disk_usage(var).free
    if free < needed:
        raise EngineError(
            f"Only {free // 1_000_000} MB are free on the disk of {var}; Kafka and PostgreSQL need {needed // 1_000_000} MB. "
            "Free some space, or choose a folder on another disk with --var DIR."
        )
