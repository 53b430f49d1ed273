"""Leaving a running Atalaya to a process of its own, and ending it from outside."""

import contextlib
import os
import select
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil

from services.cli.engines.child import Identity, last_lines
from services.cli.engines.errors import EngineError
from services.cli.running.state import State, end_processes
from services.cli.running.system import Ports

START_SECONDS = 180.0
STOP_SECONDS = 60.0


def start(var: Path, ports: Ports, nation: str) -> dict[str, Any]:
    """Start a keeper and return the addresses when all is ready. Interrupted before that, it ends what it began.

    Raises:
        EngineError: it could not start; with the keeper's own sentence.
    """
    (var / "log").mkdir(parents=True, exist_ok=True)
    log, state = var / "log" / "up.log", State(var)
    asked = {
        "ingest": ports.ingest,
        "correlate": ports.correlate,
        "notify": ports.notify,
        "kafka": ports.kafka,
        "database": ports.database,
    }
    flags = [part for name, port in asked.items() if port is not None for part in (f"--{name}-port", str(port))]
    hears, tells = os.pipe()
    program = (sys.executable, "-P", "-m", "services.cli.main", "up", "--kept", "--tell", str(tells))
    argv = (*program, "--var", str(var), "--nation", nation, *flags)
    with os.fdopen(hears, "rb") as word, log.open("wb") as said:
        with os.fdopen(tells, "wb"):  # the keeper alone holds it open: its end is heard, too
            keeper = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True, pass_fds=(tells,)
            )
        try:
            ready = is_told(word.fileno(), START_SECONDS)
        except TimeoutError:
            _end(keeper)
            raise EngineError(f"Atalaya was not ready after {START_SECONDS:.0f} s; see the logs in {var / 'log'}.") from None
        except BaseException:
            _end(keeper)
            raise
    if not ready:
        keeper.wait(STOP_SECONDS)
        raise EngineError(_sentence(log))
    found = state.addresses()
    if found is None:
        raise EngineError(f"Atalaya was ended while it started; {log} says more.")
    return found


def stop(var: Path) -> list[str]:
    """End what runs under `var`; the names of what ran. Blocks until all has ended."""
    state = State(var)
    before = state.recorded()
    keepers = [process for each in before if each.name == "up" and (process := each.process()) is not None]
    running = [each.name for each in before if each.process() is not None]
    for keeper in keepers:
        with contextlib.suppress(psutil.NoSuchProcess):
            keeper.terminate()
    _, stubborn = psutil.wait_procs(keepers, timeout=STOP_SECONDS)
    for keeper in stubborn:
        with contextlib.suppress(psutil.NoSuchProcess):
            keeper.kill()
    left: list[Identity] = [*before, *state.recorded()]
    end_processes({each.pid: each for each in left if each.name != "up"}.values())
    state.clear()
    return running


def tell(descriptor: int) -> None:
    """Tell whoever waits at the other end of a pipe that all is ready."""
    with contextlib.suppress(OSError):  # it may have gone away meanwhile
        os.write(descriptor, b"ready")
    os.close(descriptor)


def is_told(descriptor: int, seconds: float) -> bool:
    """Wait until the other end of a pipe tells that it is ready, True, or has ended, False; TimeoutError when neither comes."""
    readable, _, _ = select.select([descriptor], [], [], seconds)
    if not readable:
        raise TimeoutError
    return bool(os.read(descriptor, 16))


def _end(keeper: subprocess.Popen[bytes]) -> None:
    keeper.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        keeper.wait(STOP_SECONDS)


def _sentence(log: Path) -> str:
    """The keeper's last words: what it said after the steps it announced."""
    lines = last_lines(log, 40).splitlines()
    said = [index for index, line in enumerate(lines) if line.startswith("· ")]
    return "\n".join(lines[said[-1] + 1 :] if said else lines) or f"Atalaya could not start; {log} is empty."
