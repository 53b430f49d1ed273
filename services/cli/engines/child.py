"""One process that belongs to us: its log, its identity beyond the pid, and its end."""

import asyncio
import contextlib
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import STDOUT
from typing import Protocol

import psutil


@dataclass(frozen=True, slots=True)
class Command:
    """How a process is started, and how it is asked to end."""

    name: str
    argv: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class Identity:
    """A process for certain: a pid alone may have been given to another since."""

    name: str
    pid: int
    started: float

    def process(self) -> psutil.Process | None:
        """The very process while it runs, else None (also for a zombie that waits to be reaped)."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < 1.0
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.Error:
            return None


class Runs(Protocol):
    """A command that is kept running by somebody."""

    @property
    def command(self) -> Command:
        """What runs."""
        ...

    @property
    def running(self) -> bool:
        """False once it has ended for good."""
        ...


class Child:
    """A running `Command`, in a session of its own so that Ctrl-C reaches only whoever started it."""

    def __init__(self, command: Command, process: asyncio.subprocess.Process) -> None:
        self._command = command
        self._process = process
        self.identity = Identity(command.name, process.pid, _started(process.pid))

    @classmethod
    async def start(cls, command: Command) -> "Child":
        """Start it; what it prints is appended to its log."""
        with command.log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *command.argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=STDOUT,
                env=dict(command.environment),
                user=command.user,
                group=command.user,
                extra_groups=None if command.user is None else [],
                start_new_session=True,
            )
        return cls(command, process)

    @property
    def command(self) -> Command:
        """What was started."""
        return self._command

    @property
    def running(self) -> bool:
        """False once it has ended."""
        return self._process.returncode is None

    async def ended(self) -> int:
        """Wait for its end; the exit code, negative for a signal."""
        return await self._process.wait()

    async def stop(self) -> None:
        """Ask it to end; kill it at the deadline. Returns when it has ended, also if it had before."""
        if self.running:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(self.command.stop_signal)
        try:
            async with asyncio.timeout(self._command.stop_seconds):
                await self._process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()


def last_lines(log: Path, count: int = 5) -> str:
    """The end of a log, for a message; empty where there is none."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
    except OSError:
        return ""


def _started(pid: int) -> float:
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return 0.0
