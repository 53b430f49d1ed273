"""SIGKILL of each service at random moments while events flow: every accepted event is correlated, every alert is one, every delivery arrives."""

import asyncio
import os
import random
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from services.cli.bench.sink import Sink, opened_sink
from services.cli.running import System, running
from shared.platform.clock import SystemClock

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(240)]

EVENTS = 300
KILLS_EACH = 3
SERVICES = ("ingest", "correlate", "notify")
NATION = "GT"


def _plate(number: int) -> str:
    return f"K{number:05d}"


def _entry(number: int) -> dict[str, Any]:
    return {
        "kind": "vehicle",
        "source": "test",
        "source_id": _plate(number),
        "requested_action": "INFORM_ONLY",
        "severity": "medium",
        "identifiers": {"plate": _plate(number), "country": NATION},
        "reason": "generated for a test",
        "handling": {"tlp": "GREEN", "releasable_to": [NATION]},
    }


def _crossing(number: int) -> dict[str, Any]:
    return {
        "id": f"KILL-{number}",
        "revision": 1,
        "occurred_at": SystemClock().now().isoformat(),
        "place": {"code": "MX-GT-01"},
        "direction": "exit",
        "mode": "road",
        "conveyances": [{"kind": "vehicle", "plate": _plate(number), "country": NATION}],
        "handling": {"tlp": "GREEN", "releasable_to": [NATION]},
    }


async def _until_answered(
    session: aiohttp.ClientSession, url: str, body: dict[str, Any], wanted: frozenset[int]
) -> dict[str, Any]:
    """As a client that takes the contract at its word: anything but a clear answer is unknown, so the same id goes again."""
    async with asyncio.timeout(90):
        while True:
            try:
                async with session.post(url, json=body) as answer:
                    if answer.status in wanted:
                        found: dict[str, Any] = await answer.json()
                        return found
                    assert answer.status in {429, 503}, await answer.text()
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.2)  # the server said "try again"


async def _kill(system: System, random_: random.Random, killed: Counter[str]) -> None:
    order = list(SERVICES) * KILLS_EACH
    random_.shuffle(order)
    for name in order:
        await asyncio.sleep(random_.uniform(0.2, 1.5))
        if process := system.process(name):
            os.kill(process.pid, signal.SIGKILL)
            killed[name] += 1


async def _all_alerts(session: aiohttp.ClientSession, correlate: str) -> list[dict[str, Any]]:
    alerts: list[dict[str, Any]] = []
    cursor = None
    while True:
        parameters = {"limit": "100"} | ({"cursor": cursor} if cursor else {})
        async with session.get(f"{correlate}/v1/alerts", params=parameters) as answer:
            answer.raise_for_status()
            page = await answer.json()
        alerts += page["items"]
        cursor = page.get("next_cursor")
        if not cursor:
            return alerts


async def _arrived(sink: Sink, keys: set[str]) -> None:
    async with asyncio.timeout(90):
        while not keys <= sink.arrived.keys():
            sink.changed.clear()
            await sink.changed.wait()


def _as_admin(system: System) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(headers={"Authorization": f"Bearer {system.admin_key}"})


async def test_nothing_is_lost_and_no_alert_is_raised_twice_when_every_service_is_killed_again_and_again(tmp_path: Path) -> None:
    random_ = random.Random(20261124)
    killed: Counter[str] = Counter()
    async with running(tmp_path / "var") as system, opened_sink() as sink, _as_admin(system) as session:
        for number in range(EVENTS):
            await _until_answered(session, f"{system.correlate}/v1/watchlist/actors", _entry(number), frozenset({200, 201}))
        subscription = {"partner": NATION, "url": sink.url, "format": "json", "language": "en", "filter": {}}
        sink.secret = (await _until_answered(session, f"{system.notify}/v1/subscriptions", subscription, frozenset({201})))[
            "secret"
        ]
        async with asyncio.TaskGroup() as group:
            killer = group.create_task(_kill(system, random_, killed))
            for number in range(EVENTS):
                await _until_answered(session, f"{system.ingest}/v1/border-crossings", _crossing(number), frozenset({202}))
                await asyncio.sleep(random_.uniform(0, 0.06))
            await killer
        await _arrived(sink, {f"vehicle:{NATION}:{_plate(number)}" for number in range(EVENTS)})
        alerts = await _all_alerts(session, system.correlate)
    assert set(killed) == set(SERVICES)
    subjects = Counter(alert["subject"]["key"] for alert in alerts)
    assert subjects == Counter({f"vehicle:{NATION}:{_plate(number)}": 1 for number in range(EVENTS)})
    assert {alert["revision"] for alert in alerts} == {1}
    assert sink.unverified == 0
    assert len(sink.webhook_ids) == EVENTS
