"""Ports on loopback: which are free, and who holds the others."""

import socket
from types import TracebackType
from typing import Self

import psutil

from services.cli.engines.errors import EngineError

LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether this process could listen on `port` of loopback now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def any_free() -> int:
    """A port that nothing listens on now; the kernel does not give it out again soon."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def holder(port: int) -> str | None:
    """The process that listens on `port`, as `name (pid N)`, where the system tells us."""
    try:
        connections = psutil.net_connections(kind="tcp")
        pid = next(c.pid for c in connections if c.pid and c.status == psutil.CONN_LISTEN and c.laddr and c.laddr.port == port)
        return f"{psutil.Process(pid).name()} (pid {pid})"
    except (psutil.Error, StopIteration):
        return None


class Claims:
    """Ports that one installation has chosen, held against a second one from the choice on, long before anything listens.

    What holds a port is a UDP socket of the same number: nothing of ours speaks UDP, and the system lets go of it with us.
    """

    def __init__(self) -> None:
        self._held: list[socket.socket] = []

    def __enter__(self) -> Self:
        """Nothing is held yet."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Let go of all."""
        for held in self._held:
            held.close()

    def claim(self, what: str, wanted: int | None, preferred: int, flag: str) -> int:
        """The port for `what`: the one asked for, or the preferred one, or any free one.

        Raises:
            EngineError: the port was asked for and is taken; the sentence names the holder and the flag.
        """
        if wanted is not None:
            self._insist(what, wanted, flag)
            return wanted
        port = preferred
        while not (is_free(port) and self._hold(port)):
            port = any_free()
        return port

    def _insist(self, what: str, wanted: int, flag: str) -> None:
        if not is_free(wanted):
            by = holder(wanted) or "another program"
            raise EngineError(
                f"Port {wanted} for {what} is taken by {by}. End that program, or choose another port with {flag} PORT "
                f"(without {flag} a free one is chosen)."
            )
        self._hold(wanted)

    def _hold(self, port: int) -> bool:
        held = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            held.bind((LOOPBACK, port))
        except OSError:
            held.close()
            return False
        self._held.append(held)
        return True
