"""Leaving a running Atalaya to a process of its own, and ending it from outside."""

import contextlib
import subprocess
import sys
import time
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
    argv = (sys.executable, "-P", "-m", "services.cli.main", "up", "--kept", "--var", str(var), "--nation", nation, *flags)
    with log.open("wb") as said:
        keeper = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True)
    try:
        _wait(keeper, state)
    except BaseException:
        keeper.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            keeper.wait(STOP_SECONDS)
        raise
    if keeper.returncode is not None:
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


def _wait(keeper: subprocess.Popen[bytes], state: State) -> None:
    deadline = time.monotonic() + START_SECONDS
    while keeper.poll() is None:
        recorded = state.recorded()
        if state.addresses() is not None and recorded and recorded[0].pid == keeper.pid:
            return
        if time.monotonic() > deadline:
            raise EngineError(f"Atalaya was not ready after {START_SECONDS:.0f} s; see the logs in {state.var / 'log'}.")
        time.sleep(0.05)


def _sentence(log: Path) -> str:
    """The keeper's last words: what it said after the steps it announced."""
    lines = last_lines(log, 40).splitlines()
    said = [index for index, line in enumerate(lines) if line.startswith("· ")]
    return "\n".join(lines[said[-1] + 1 :] if said else lines) or f"Atalaya could not start; {log} is empty."
