"""The three services as processes, and the schemas they find."""

import asyncio
import hashlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.cli.engines import ports
from services.cli.engines.child import Command, last_lines
from services.cli.engines.errors import EngineError
from services.cli.running.keeper import Keeper, Kept
from services.cli.settings import DATABASE_VARIABLE, KAFKA_VARIABLE, handed_on
from shared.platform.settings import DELIMITER, PREFIX

PREFERRED_PORTS = {"ingest": 8601, "correlate": 8602, "notify": 8603}
READY_SECONDS = 60.0


async def migrate(database: str) -> None:
    """Bring the schemas of the services up to date."""
    from services.correlate.migrate import migrate as migrate_correlate  # noqa: PLC0415 - heavy; the command line starts without
    from services.notify.migrate import migrate as migrate_notify  # noqa: PLC0415

    await migrate_correlate(database)
    await migrate_notify(database)


@dataclass(frozen=True, slots=True)
class Ground:
    """What the services stand on; `environment` goes before what they inherit."""

    var: Path
    brokers: str
    database: str
    environment: Mapping[str, str]
    own_kafka: bool = False
    """Whether the broker is the embedded one, which nobody else reaches."""

    @property
    def mark(self) -> str:
        """Tells this folder's members of a consumer group from those of another on the same cluster."""
        return hashlib.sha256(str(self.var).encode()).hexdigest()[:8]


async def start_services(
    ground: Ground, wanted: Mapping[str, int | None], keeper: Keeper, claims: ports.Claims
) -> dict[str, str]:
    """Start them, wait until each says that it is ready, and return their addresses."""
    chosen = {
        name: claims.claim(f"the service {name}", wanted[name], preferred, f"--{name}-port")
        for name, preferred in PREFERRED_PORTS.items()
    }
    kept = {name: keeper.begin(_command(name, port, ground)) for name, port in chosen.items()}
    async with asyncio.TaskGroup() as group:
        for name, port in chosen.items():
            group.create_task(_wait_until_ready(kept[name], port))
    return {name: f"http://{ports.LOOPBACK}:{port}" for name, port in chosen.items()}


def _command(name: str, port: int, ground: Ground) -> Command:
    environment = {
        KAFKA_VARIABLE: ground.brokers,
        # A killed service gets its partitions back at once instead of after the session of the one that died.
        f"{PREFIX}KAFKA{DELIMITER}GROUP_INSTANCE_ID": f"{name}-{ground.mark}",
        f"{PREFIX}HTTP{DELIMITER}HOST": ports.LOOPBACK,
        f"{PREFIX}HTTP{DELIMITER}PORT": str(port),
    }
    if name != "ingest":  # it has no database, so that it accepts while there is none
        environment[DATABASE_VARIABLE] = ground.database
    if name == "notify":
        environment |= _unless_said(f"{PREFIX}NOTIFY{DELIMITER}ALLOWED_NETWORKS", "127.0.0.0/8")
    if name == "ingest" and ground.own_kafka:
        environment |= _unless_said(f"{PREFIX}INGEST{DELIMITER}KAFKA_OPEN", "true")
    environment |= ground.environment
    # -P: a folder named `services` or `shared` where the user stands must not be taken for ours.
    argv = (sys.executable, "-P", "-m", f"services.{name}")
    return Command(name, argv, ground.var / "log" / f"{name}.log", handed_on(environment), stop_seconds=20.0)


def _unless_said(variable: str, value: str) -> dict[str, str]:
    """What holds here and nowhere else (endpoints on loopback, the open Kafka door of a broker on it), unless the user has said otherwise."""
    return {} if variable in handed_on({}) else {variable: value}


async def _wait_until_ready(kept: Kept, port: int) -> None:
    try:
        async with asyncio.timeout(READY_SECONDS):
            while kept.running:
                if await _is_ready(port):
                    kept.ready = True
                    return
                await asyncio.sleep(0.05)
    except TimeoutError:
        pass
    log = kept.command.log
    raise EngineError(f"The service {kept.command.name} did not become ready; the end of {log} says:\n{last_lines(log)}")


async def _is_ready(port: int) -> bool:
    try:
        async with asyncio.timeout(5):
            reader, writer = await asyncio.open_connection(ports.LOOPBACK, port)
            try:
                writer.write(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                return b" 200 " in await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
