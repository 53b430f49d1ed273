"""What a demonstration needs before anything is played: keys, the list, the route, the partners' subscriptions. All through the APIs."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import aiohttp

from services.cli.demo.api import Api, DemoError
from services.cli.demo.nations import LIST_AGENCY, LIST_NATION, agency_of
from services.cli.demo.receivers import Receiver
from services.cli.running import System

KEYS_LAST = "1d"
IMPORTED_TOGETHER = 500
TRIES, PAUSE_SECONDS = 60, 0.5
TAKEN = frozenset({"created", "revised", "unchanged"})


async def make_key(admin: Api, agency: str, nation: str, *scopes: str) -> str:
    """A key of an agency for what it may do. A second one for the same agency would do no harm."""
    wanted = {"agency": agency, "nation": nation, "scopes": list(scopes), "expires": KEYS_LAST, "note": "demonstration"}
    return str((await admin.post("/v1/keys", wanted))["token"])


async def open_doors(session: aiohttp.ClientSession, system: System, nations: Iterable[str]) -> dict[str, Api]:
    """The HTTP door of ingest for each nation's agency, with a key of its own that may report and nothing else."""
    admin = Api(session, system.ingest, system.admin_key)
    doors = {}
    for nation in sorted(nations):
        doors[nation] = Api(session, system.ingest, await make_key(admin, agency_of(nation), nation, "events:write"))
    return doors


async def open_list(session: aiohttp.ClientSession, system: System) -> Api:
    """The watchlist API for the agency that imports the list and writes the route."""
    admin = Api(session, system.correlate, system.admin_key)
    scopes = ("watchlist:read", "watchlist:write", "alerts:read")
    return Api(session, system.correlate, await make_key(admin, LIST_AGENCY, LIST_NATION, *scopes))


async def import_list(watchlist: Api, entries: Sequence[dict[str, Any]]) -> AsyncIterator[int]:
    """Import the entries through the bulk door, some hundred at once; yields how many each time. A repeat changes nothing.

    Raises:
        DemoError: an entry was refused.
    """
    for start in range(0, len(entries), IMPORTED_TOGETHER):
        part = entries[start : start + IMPORTED_TOGETHER]
        await _imported(watchlist, part)
        yield len(part)


async def _imported(watchlist: Api, part: Sequence[dict[str, Any]]) -> None:
    lines = "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in part).encode()
    for _ in range(TRIES):
        headers = {"Content-Type": "application/x-ndjson"}
        answer = await watchlist.request("POST", "/v1/watchlist/actors/bulk", data=lines, headers=headers)
        if answer.status != HTTPStatus.OK:
            raise DemoError(f"the list was answered {answer.status}: {answer.body}")
        if len(answer.body) != len(part):
            raise DemoError(f"of {len(part)} entries {len(answer.body)} were answered")
        refused = [item for item in answer.body if item["status"] not in TAKEN]
        if not refused:
            return
        if any(error.get("code") != "unavailable" for item in refused for error in item["errors"]):
            raise DemoError(f"{len(refused)} entries were refused, the first: {refused[0]}")
        await asyncio.sleep(PAUSE_SECONDS)
    raise DemoError(f"the list was not taken in {TRIES} tries")


async def write_route(watchlist: Api, route: Mapping[str, Any], run: str) -> str:
    """List the route, once whatever happens; its id."""
    own = {**route, "reason": f"{route['reason']}; run {run}"}

    async def written() -> dict[str, Any] | None:
        for entry in (await watchlist.get("/v1/watchlist/routes"))["items"]:
            if entry.get("reason") == own["reason"]:
                return dict(entry)
        return None

    return str((await watchlist.post("/v1/watchlist/routes", own, unless=written))["entry_id"])


async def subscribe(session: aiohttp.ClientSession, system: System, receiver: Receiver) -> None:
    """Subscribe a partner's receiver, once whatever happens, under a key of the partner's own; it takes the secret."""
    admin = Api(session, system.notify, system.admin_key)
    own = Api(
        session, system.notify, await make_key(admin, agency_of(receiver.partner), receiver.partner, "subscriptions:manage")
    )

    async def take_away() -> None:
        """A subscription whose answer was lost has a secret that nobody knows."""
        for each in (await own.get("/v1/subscriptions"))["items"]:
            if each["url"] == receiver.url:
                answer = await own.request("DELETE", f"/v1/subscriptions/{each['id']}")
                if answer.status not in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND}:
                    raise DemoError(f"a subscription could not be ended: {answer.status}")

    wanted = {"partner": receiver.partner, "url": receiver.url, "format": "json", "language": "es", "filter": {}}
    receiver.trust(str((await own.post("/v1/subscriptions", wanted, unless=take_away))["secret"]))


async def raised(session: aiohttp.ClientSession, system: System) -> list[dict[str, Any]]:
    """Every alert that stands, whoever may see it: asked for to see that an alert which nobody received was raised at all."""
    admin = Api(session, system.correlate, system.admin_key)
    found: list[dict[str, Any]] = []
    query = {"limit": "500"}
    while True:
        page = await admin.get("/v1/alerts", **query)
        found += page["items"]
        if not page.get("next_cursor"):
            return found
        query["cursor"] = page["next_cursor"]
