"""Clean ground for a run: a folder of its own without the data of the run before, and services that know who reports."""

import contextlib
import json
import os
import shutil
import socket
from pathlib import Path

from services.cli.demo import sources
from services.cli.demo.nations import agency_of
from services.cli.running import Ports
from services.cli.running.state import State, end_processes
from shared.platform.settings import DELIMITER, PREFIX

KEPT = frozenset({".lock", "cache"})


def clear(var: Path) -> None:
    """Empty the folder of an earlier run, and end what that run may have left when it was killed.

    Raises:
        EngineError: something runs there.
    """
    state = State(var)
    with state.held():
        end_processes(state.recorded())
        for each in var.iterdir():
            if each.name in KEPT:
                continue
            if each.is_dir() and not each.is_symlink():
                shutil.rmtree(each)
            else:
                each.unlink()


def allow_agencies() -> None:
    """Tell the services to be started that the agencies of the seizing nations may report through Kafka; nobody else may."""
    nations = sorted({row["country"] for row in sources.seizure_rows()})
    allowed = json.dumps({agency_of(nation): nation for nation in nations})
    os.environ[f"{PREFIX}INGEST{DELIMITER}KAFKA_AGENCIES"] = allowed  # noqa: TID251 - handed on to the services, not read here


def free_ports() -> Ports:
    """Ports that nobody listens on, so that a demonstration runs beside an `up` and takes none of its usual ports."""
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(5)]
        return Ports(*(each.getsockname()[1] for each in held))
