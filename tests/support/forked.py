"""`atalaya …` as a process of its own, forked from one that has loaded the code: loading it is nearly all that a command takes.

The installed program itself is started by the tests of the command line and of the system.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from services.cli.main import app

_ROOT: Final = Path(__file__).parents[2]
_NOT_LOADED: Final = {"__main__.py", "__init__.py", "migrations"}
_OUT: Final = "out"
_ERR: Final = "err"


def atalaya(*arguments: str, within: float = 60) -> subprocess.CompletedProcess[str]:
    """Run it in the environment and folder as they are now; what it said and its exit code. TimeoutExpired after so many seconds."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.support.forked", *_modules()])
    with tempfile.TemporaryDirectory(prefix="atalaya-said-") as said:
        process = context.Process(target=_become, args=(arguments, dict(os.environb), Path.cwd(), Path(said)))
        process.start()
        process.join(within)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(arguments, within)
        code = process.exitcode
        process.close()
        out, err = ((Path(said) / name).read_text(encoding="utf-8") for name in (_OUT, _ERR))
    return subprocess.CompletedProcess(arguments, code, out, err)


def _modules() -> list[str]:
    """All that a command may load in its course."""
    files = (file for part in ("services", "shared") for file in (_ROOT / part).rglob("*.py"))
    return sorted(".".join(file.relative_to(_ROOT).with_suffix("").parts) for file in files if not _NOT_LOADED & set(file.parts))


def _become(arguments: Sequence[str], environment: Mapping[bytes, bytes], folder: Path, said: Path) -> None:
    """The command, in the process that was forked for it."""
    for name, number in ((_OUT, 1), (_ERR, 2)):
        file = os.open(said / name, os.O_WRONLY | os.O_CREAT)
        os.dup2(file, number)
        os.close(file)
    os.environb.clear()
    os.environb.update(environment)
    os.chdir(folder)
    sys.argv = ["atalaya", *arguments]
    app()
