"""SIGKILL of each service at random moments while events flow: every accepted event is correlated, every alert is one, every delivery arrives."""

import asyncio
import os
import random
import signal
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.cli.bench.sink import opened_sink
from services.cli.running import System, running
from tests.support import road

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(240)]

EVENTS = 300
KILLS_EACH = 3
SERVICES = ("ingest", "correlate", "notify")
ENGINES = ("kafka", "postgres")


async def _kill(system: System, names: list[str], random_: random.Random, killed: Counter[str]) -> None:
    random_.shuffle(names)
    for name in names:
        await asyncio.sleep(random_.uniform(0.2, 1.5))
        if process := system.process(name):
            os.kill(process.pid, signal.SIGKILL)
            killed[name] += 1


async def _run(var: Path, names: list[str], seed: int, *, between: float) -> Counter[str]:
    """Posts all events while the named processes are killed; checks what must hold; returns who was killed how often."""
    random_ = random.Random(seed)
    killed: Counter[str] = Counter()
    async with running(var) as system, opened_sink() as sink, road.as_admin(system) as session:
        for number in range(EVENTS):
            await road.listed(session, system, number)
        await road.subscribed(session, system, sink)
        async with asyncio.TaskGroup() as group:
            group.create_task(_kill(system, names, random_, killed))
            for number in range(EVENTS):
                await road.accepted(session, system, road.crossing(number))
                await asyncio.sleep(random_.uniform(0, between))
        subjects = {road.subject(number) for number in range(EVENTS)}
        await road.arrived(sink, subjects)
        alerts = await road.all_alerts(session, system)
    assert Counter(alert["subject"]["key"] for alert in alerts) == Counter(dict.fromkeys(subjects, 1))
    assert {alert["revision"] for alert in alerts} == {1}
    assert sink.refused == 0
    assert len(sink.webhook_ids) == EVENTS
    return killed


@pytest.fixture
def var() -> Iterator[Path]:
    """Not below pytest's own folder, which other accounts, PostgreSQL's among them, may not enter."""
    with tempfile.TemporaryDirectory(prefix="atalaya-chaos-") as folder:
        yield Path(folder) / "var"


async def test_nothing_is_lost_and_no_alert_is_raised_twice_when_every_service_is_killed_again_and_again(var: Path) -> None:
    killed = await _run(var, list(SERVICES) * KILLS_EACH, 20261124, between=0.06)
    assert set(killed) == set(SERVICES)


async def test_nothing_is_lost_when_the_broker_and_the_database_are_killed(var: Path) -> None:
    killed = await _run(var, list(ENGINES) * 2, 20261125, between=0.04)
    assert set(killed) == set(ENGINES)
