"""The disk fills while events flow, and is given back: ingest says 503, nothing that was accepted is lost, all goes on by itself."""

import asyncio
import json
import sysconfig
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest

from services.cli.bench.sink import opened_sink
from services.cli.engines.child import Identity
from tests.support import road
from tests.support.small_disk import NoSmallDiskError, SmallDisk, small_disk

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]

ATALAYA = Path(sysconfig.get_path("scripts")) / "atalaya"
EVENTS = 120
REFUSALS = 3


@pytest.fixture
def disk() -> Iterator[SmallDisk]:
    try:
        with small_disk(1000) as found:
            yield found
    except NoSmallDiskError:
        pytest.skip("this machine lets nobody mount a file system")


@pytest.fixture
def system(disk: SmallDisk) -> Iterator[Any]:
    """Everything, with all its data on the small disk."""
    started = disk.run(ATALAYA, "up", "--detach", "--json", "--var", disk.folder / "var")
    assert started.returncode == 0, started.stderr
    shown = json.loads(started.stdout)
    keeper = Identity(**shown["processes"][0])
    yield SimpleNamespace(**shown, keeper=keeper)
    ended = disk.run(ATALAYA, "down", "--var", disk.folder / "var")
    assert ended.returncode == 0, ended.stderr


class Post:
    """A border post: each vehicle's crossing is posted until it is accepted, and remembered then."""

    def __init__(self, session: aiohttp.ClientSession, system: Any) -> None:
        self._session = session
        self._url = f"{system.ingest}/v1/border-crossings"
        self._waiting = [road.crossing(number) for number in range(EVENTS)]
        self.accepted: list[dict[str, Any]] = []

    async def once(self) -> int:
        """Post the next; the answer's status. Anything but 202 and a whole 503 is wrong."""
        body = self._waiting[0]
        async with self._session.post(self._url, json=body) as answer:
            if answer.status == 202:
                self.accepted.append(self._waiting.pop(0))
            else:
                assert answer.status == 503, await answer.text()
                assert answer.content_type == "application/problem+json"
                assert int(answer.headers["Retry-After"]) > 0
            return answer.status

    async def until(self, status: int, times: int) -> None:
        """Post on until there were so many answers of this kind."""
        while times:
            times -= await self.once() == status
            await asyncio.sleep(0.02)


async def test_a_disk_that_fills_while_events_flow_loses_nothing_and_all_goes_on_when_there_is_room(
    disk: SmallDisk, system: Any
) -> None:
    async with opened_sink() as sink, road.as_admin(system) as session:
        for number in range(EVENTS):
            await road.listed(session, system, number)
        await road.subscribed(session, system, sink)
        post = Post(session, system)
        await post.until(202, EVENTS // 3)
        disk.fill()
        await post.until(503, REFUSALS)
        assert len(post.accepted) < EVENTS
        async with session.get(f"{system.ingest}/healthz") as answer:
            assert answer.status == 200
        assert system.keeper.process() is not None
        disk.empty()
        await post.until(202, EVENTS - len(post.accepted))
        subjects = {road.subject(number) for number in range(EVENTS)}
        await road.arrived(sink, subjects)
        alerts = await road.all_alerts(session, system)
    assert Counter(alert["subject"]["key"] for alert in alerts) == Counter(dict.fromkeys(subjects, 1))
    assert sink.refused == 0
