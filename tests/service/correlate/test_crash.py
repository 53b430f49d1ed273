"""What is left when a process dies between two steps, or loses its database for a while."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator
from typing import Self

from sqlalchemy import make_url

from shared.contracts.events import Conveyance
from tests.support.correlate import event
from tests.support.correlate_station import Opened, Station, eventually, station

VEHICLES = 10


def lorry(number: int) -> Conveyance:
    return Conveyance(kind="vehicle", plate=f"C{number:03}BCD", country="GT")


async def list_all(correlate: Station) -> None:
    gt = await correlate.key("GT")
    for number in range(VEHICLES):
        identifiers = {"plate": f"C{number:03}BCD", "country": "GT"}
        await correlate.add_actor(gt, kind="vehicle", identifiers=identifiers, handling={"releasable_to": ["GT"]})


@contextlib.asynccontextmanager
async def process(correlate: Station, roles: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A correlate of its own beside the station."""
    settings = correlate.settings
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.correlate",
        env={
            "PATH": "/usr/bin:/bin",
            "ATALAYA_CORRELATE__ROLES": roles,
            "ATALAYA_KAFKA__BOOTSTRAP_SERVERS": settings.kafka.bootstrap_servers,
            "ATALAYA_KAFKA__TOPIC_PREFIX": settings.kafka.topic_prefix,
            "ATALAYA_KAFKA__SESSION_TIMEOUT_SECONDS": "6",
            "ATALAYA_DATABASE__URL": settings.database.url.get_secret_value(),
        },
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield child
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()


async def test_killed_again_and_again_every_event_counts_and_every_alert_is_opened_once(opened: Opened) -> None:
    async with opened(roles="api") as correlate:
        await list_all(correlate)
        events = [event(f"{number}-{time}", conveyances=(lorry(number),)) for time in range(6) for number in range(VEHICLES)]
        for start in range(0, len(events), 15):
            async with process(correlate, "screen,track") as child:
                await correlate.emit(*events[start : start + 15])

                async def begun(so_far: int = start) -> bool:
                    return await correlate.count("SELECT count(*) FROM correlate.sighting") > so_far

                await eventually(begun, seconds=40)
                child.send_signal(signal.SIGKILL)
        async with process(correlate, "screen,track"):
            await correlate.settled(len(events), seconds=60)
        met = await correlate.rows(
            "SELECT count(DISTINCT event_id) FROM correlate.sighting WHERE NOT own GROUP BY partition_subject"
        )
        told = {(one.data.id, one.data.revision): one.type.value for one in await correlate.alert_messages()}
    assert [row[0] for row in met] == [6] * VEHICLES
    assert sum(kind == "alert.opened" for kind in told.values()) == VEHICLES


class Proxy:
    """A way to PostgreSQL that can be cut and joined again."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._open = True
        self._writers: set[asyncio.StreamWriter] = set()
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.cut()

    def cut(self) -> None:
        self._open = False
        for writer in list(self._writers):
            writer.transport.abort()

    def mend(self) -> None:
        self._open = True

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._open:
            writer.transport.abort()
            return
        there, back = await asyncio.open_connection(*self._target)
        self._writers |= {writer, back}
        with contextlib.suppress(OSError):
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(reader, back))
                group.create_task(self._pump(there, writer))
        self._writers -= {writer, back}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()


async def test_without_its_database_it_waits_says_so_and_goes_on_when_it_is_back(
    kafka: str, migrated_url: str, prefix: str, opened: Opened
) -> None:
    url = make_url(migrated_url)
    async with Proxy(url.host or "127.0.0.1", url.port or 5432) as proxy:
        cut = url.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False)
        async with opened(roles="api") as beside, station(kafka, cut, prefix) as correlate:
            await list_all(beside)
            proxy.cut()

            async def says_so() -> bool:
                return "database" in await correlate.service.readiness.faults()

            await eventually(says_so)
            answer = await correlate.get("/v1/alerts", await beside.key("GT"))
            assert answer.status_code == 503
            assert answer.headers["retry-after"]
            await beside.emit(*(event(f"E{number}", conveyances=(lorry(number),)) for number in range(VEHICLES)))
            assert await beside.count("SELECT count(*) FROM correlate.event") == 0
            proxy.mend()
            await beside.settled(VEHICLES, seconds=60)
            opened_alerts = {one.data.id for one in await beside.alert_messages()}
    assert len(opened_alerts) == VEHICLES
