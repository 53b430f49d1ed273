"""What is written under `var/` about a running Atalaya, and who may run there."""

import contextlib
import fcntl
import json
import signal
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from services.cli.engines.child import Identity
from services.cli.engines.errors import EngineError

STOP_SECONDS = 15.0
# How each engine is asked to end; PostgreSQL would wait for its clients on SIGTERM.
ENGINES = {"kafka": signal.SIGTERM, "postgres": signal.SIGINT}


@dataclass(frozen=True, slots=True)
class State:
    """The files of one `var/`. They hold a key and a password, so only their owner may read them."""

    var: Path

    @property
    def addresses_file(self) -> Path:
        """Is there while all is ready, and only then."""
        return self.var / "atalaya.json"

    @property
    def processes_file(self) -> Path:
        """Which processes were started; the first is the one that keeps the others."""
        return self.var / "processes.json"

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Be the only one that runs under `var/`; the system itself lets go when this process ends, however it ends.

        Raises:
            EngineError: another process runs there.
        """
        self.var.mkdir(parents=True, exist_ok=True)
        with (self.var / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise EngineError(
                    f"Atalaya runs already under {self.var}. `atalaya down --var {self.var}` ends it; "
                    "another folder with --var DIR runs a second one beside it."
                ) from error
            yield

    def addresses(self) -> dict[str, Any] | None:
        """What was left for others to find, or None."""
        return _read(self.addresses_file)

    def publish(self, addresses: dict[str, Any]) -> None:
        """Leave the addresses and the key for others to find."""
        _write(self.addresses_file, addresses)

    def record(self, identities: Iterable[Identity]) -> None:
        """Note who was started, so that `down` ends exactly these."""
        _write(self.processes_file, {"processes": [asdict(identity) for identity in identities]})

    def recorded(self) -> list[Identity]:
        """Who was started and may still run, the keeper first; empty where the file is missing or half written."""
        try:
            return [Identity(**each) for each in (_read(self.processes_file) or {}).get("processes", [])]
        except TypeError:
            return []

    def clear(self) -> None:
        """Nothing runs here any more."""
        self.addresses_file.unlink(missing_ok=True)
        self.processes_file.unlink(missing_ok=True)


def end_processes(identities: Iterable[Identity]) -> list[str]:
    """End these very processes, politely, then not; the names of those that still ran. Blocks up to some seconds.

    Services first: while their engines are there, they can finish what is in hand.
    """
    found = [(identity.name, process) for identity in identities if (process := identity.process()) is not None]
    _end([(name, process) for name, process in found if name not in ENGINES])
    _end([(name, process) for name, process in found if name in ENGINES])
    return [name for name, _ in found]


def _end(found: list[tuple[str, psutil.Process]]) -> None:
    for name, process in found:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(ENGINES.get(name, signal.SIGTERM))
    _, stubborn = psutil.wait_procs([process for _, process in found], timeout=STOP_SECONDS)
    for process in stubborn:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(stubborn, timeout=STOP_SECONDS)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def _write(path: Path, content: dict[str, Any]) -> None:
    """Whole or not at all, as far as the disk allows: on a full one what is there is written over, which takes no room."""
    text, fresh = json.dumps(content, indent=2) + "\n", path.with_suffix(".new")
    try:
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600)
        fresh.write_text(text)
        fresh.replace(path)
    except OSError:
        with path.open("r+") as there:
            there.write(text)
            there.truncate()
