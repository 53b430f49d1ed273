"""Ports on loopback: which are free, and who holds the others."""

import socket

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


def claim(what: str, wanted: int | None, preferred: int, flag: str) -> int:
    """The port for `what`: the one asked for, or the preferred one, or any free one.

    Raises:
        EngineError: the port was asked for and is taken; the sentence names the holder and the flag.
    """
    if wanted is None:
        return preferred if is_free(preferred) else any_free()
    if is_free(wanted):
        return wanted
    by = holder(wanted) or "another program"
    raise EngineError(
        f"Port {wanted} for {what} is taken by {by}. End that program, or choose another port with {flag} PORT "
        f"(without {flag} a free one is chosen)."
    )
