"""A client of the whole road that takes the contract at its word, and made-up vehicles to send along it."""

import asyncio
from typing import Any

import aiohttp

from services.cli.bench.sink import Sink
from services.cli.running import System
from shared.platform.clock import SystemClock

NATION = "GT"
HANDLING = {"tlp": "GREEN", "releasable_to": [NATION]}


def plate(number: int) -> str:
    """Of no country's format: nobody's."""
    return f"K{number:05d}"


def subject(number: int) -> str:
    """The key that an alert about the vehicle names."""
    return f"vehicle:{NATION}:{plate(number)}"


def entry(number: int) -> dict[str, Any]:
    """Lists the vehicle."""
    return {
        "kind": "vehicle",
        "source": "test",
        "source_id": plate(number),
        "requested_action": "INFORM_ONLY",
        "severity": "medium",
        "identifiers": {"plate": plate(number), "country": NATION},
        "reason": "generated for a test",
        "handling": HANDLING,
    }


def crossing(number: int, *, place: str = "MX-GT-01", **fields: Any) -> dict[str, Any]:
    """The vehicle crosses now."""
    return {
        "id": f"TEST-{number}-{place}",
        "revision": 1,
        "occurred_at": SystemClock().now().isoformat(),
        "place": {"code": place},
        "direction": "exit",
        "mode": "road",
        "conveyances": [{"kind": "vehicle", "plate": plate(number), "country": NATION}],
        "handling": HANDLING,
    } | fields


def as_admin(system: System) -> aiohttp.ClientSession:
    """A session that may do everything."""
    return aiohttp.ClientSession(headers={"Authorization": f"Bearer {system.admin_key}"})


async def until_answered(
    session: aiohttp.ClientSession, url: str, body: dict[str, Any], wanted: frozenset[int]
) -> dict[str, Any]:
    """Anything but a clear answer means unknown, so the same body goes again."""
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


async def listed(session: aiohttp.ClientSession, system: System, number: int) -> dict[str, Any]:
    """Puts the vehicle on the watchlist."""
    return await until_answered(session, f"{system.correlate}/v1/watchlist/actors", entry(number), frozenset({200, 201}))


async def subscribed(session: aiohttp.ClientSession, system: System, sink: Sink) -> None:
    """Subscribes the sink to everything that the nation may see."""
    body = {"partner": NATION, "url": sink.url, "format": "json", "language": "en", "filter": {}}
    sink.trust((await until_answered(session, f"{system.notify}/v1/subscriptions", body, frozenset({201})))["secret"])


async def accepted(session: aiohttp.ClientSession, system: System, body: dict[str, Any]) -> dict[str, Any]:
    """Posts a crossing until it is accepted."""
    return await until_answered(session, f"{system.ingest}/v1/border-crossings", body, frozenset({202}))


async def arrived(sink: Sink, keys: set[str], *, seconds: float = 90) -> None:
    """Waits until an alert about each has come."""
    async with asyncio.timeout(seconds):
        while not keys <= sink.arrived.keys():
            sink.changed.clear()
            await sink.changed.wait()


async def _page(session: aiohttp.ClientSession, url: str, parameters: dict[str, str]) -> dict[str, Any]:
    """One page; a 503 says "try again", as after an engine was away."""
    async with asyncio.timeout(30):
        while True:
            async with session.get(url, params=parameters) as answer:
                if answer.status != 503:
                    answer.raise_for_status()
                    found: dict[str, Any] = await answer.json()
                    return found
                await asyncio.sleep(float(answer.headers["Retry-After"]))


async def all_alerts(session: aiohttp.ClientSession, system: System) -> list[dict[str, Any]]:
    """Every alert, page by page."""
    alerts: list[dict[str, Any]] = []
    cursor = None
    while True:
        parameters = {"limit": "100"} | ({"cursor": cursor} if cursor else {})
        page = await _page(session, f"{system.correlate}/v1/alerts", parameters)
        alerts += page["items"]
        cursor = page.get("next_cursor")
        if not cursor:
            return alerts
