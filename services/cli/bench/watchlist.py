"""`atalaya bench watchlist`: a large list in, changed and undone, and the doors of the list while it is that large."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from random import Random
from time import perf_counter
from typing import Any, Final

import aiohttp
import orjson
from psycopg import AsyncConnection

from services.cli.bench.entries import SOURCE, Entries
from services.cli.bench.figures import Latency
from services.cli.bench.memory import Peaks
from services.cli.running import System

LINES: Final = 2_000
"""Drafts of one request, as the command sends them."""
ASKED: Final = 200
"""Requests of each kind, one after the other: what one officer waits for."""
CHANGED_EVERY: Final = 100
"""Of the second edition: one entry in so many differs."""
PATIENCE_SECONDS: Final = 3600
PROCESSES: Final = ("correlate", "postgres", "kafka")


@dataclass(slots=True)
class Measured:
    """What was measured so far, in the order in which it was."""

    phases: list[dict[str, Any]] = field(default_factory=list)
    memory: list[dict[str, Any]] = field(default_factory=list)
    latencies: list[dict[str, Any]] = field(default_factory=list)

    async def timed(self, what: str, rows: int, do: Awaitable[Any]) -> Any:
        """The result of doing it; its seconds and rows a second are kept."""
        began = perf_counter()
        result = await do
        seconds = perf_counter() - began
        self.phases.append({"what": what, "rows": rows, "seconds": round(seconds, 2), "per_second": round(rows / seconds, 1)})
        return result


class Desk:
    """The doors of the list for one key."""

    def __init__(self, session: aiohttp.ClientSession, service: str) -> None:
        self._session = session
        self._at = f"{service}/v1/watchlist"

    async def ask(self, method: str, path: str, **content: Any) -> Any:
        """The JSON of a good answer; raises for any other."""
        async with self._session.request(method, f"{self._at}{path}", **content) as answer:
            body = await answer.read()
            if not answer.ok:
                raise RuntimeError(f"{method} {path}: {answer.status} {body[:500]!r}")
            return orjson.loads(body) if body and answer.content_type == "application/json" else body

    async def staged(self, lines: Iterator[bytes]) -> str:
        """An import of these drafts, not done yet; its id."""
        opened = await self.ask("POST", "/imports", json={"source": SOURCE, "why": "generated for a measurement"})
        first = 0
        while part := list(islice(lines, LINES)):
            headers = {"Content-Type": "application/x-ndjson"}
            path = f"/imports/{opened['import_id']}/drafts?first={first}"
            await self.ask("POST", path, data=b"".join(part), headers=headers)
            first += len(part)
        return str(opened["import_id"])


async def measure_watchlist(system: System, *, entries: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Imports so many generated entries, a second edition, undoes it, and asks the doors. The limits are measured on the same engines.

    Raises RuntimeError where a door refuses, TimeoutError where the screener does not reach the list.
    """
    made, measured = Entries(), Measured()
    headers = {"Authorization": f"Bearer {system.admin_key}"}
    timeout = aiohttp.ClientTimeout(total=PATIENCE_SECONDS)
    peaks = Peaks(system, *PROCESSES)
    async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session, peaks.sampled():
        desk = Desk(session, system.correlate)
        measured.memory.append({"when": "before", **peaks.taken()})
        say("copying the same rows into a bare table")
        await measured.timed("bare COPY of the same rows", entries, _copied(system.database, made.lines(entries)))
        await _import(desk, measured, peaks, "first edition", made.lines(entries), entries, entries, say)
        say("waiting for the screener")
        await measured.timed("screener has the list", entries, _reached(session, system))
        measured.memory.append({"when": "screener has the list", **peaks.taken()})
        measured.latencies += [one.as_dict() async for one in _doors(desk, entries, made)]
        changed = -(-entries // CHANGED_EVERY)
        second = made.lines(entries, every=CHANGED_EVERY)
        identity = await _import(desk, measured, peaks, "second edition", second, entries, changed, say)
        say("undoing the second edition")
        await measured.timed(
            "undo of the second edition", changed, desk.ask("POST", f"/imports/{identity}/undo", json={"why": "measured"})
        )
        measured.memory.append({"when": "asked, changed and undone", **peaks.taken()})
    return {"entries": entries, "phases": measured.phases, "peak_memory_mib": measured.memory, "latencies": measured.latencies}


async def _import(
    desk: Desk,
    measured: Measured,
    peaks: Peaks,
    name: str,
    lines: Iterator[bytes],
    rows: int,
    changed: int,
    say: Callable[[str], None],
) -> str:
    say(f"{name}: sending the drafts")
    identity: str = await measured.timed(f"{name}: drafts sent and checked", rows, desk.staged(lines))
    say(f"{name}: comparing")
    shown = await measured.timed(f"{name}: compared", rows, desk.ask("GET", f"/imports/{identity}/difference"))
    headers = {"If-Match": f'"{shown["list_version"]}"'}
    say(f"{name}: committing")
    await measured.timed(f"{name}: committed", changed, desk.ask("POST", f"/imports/{identity}/commit", headers=headers))
    measured.memory.append({"when": f"{name} committed", **peaks.taken()})
    return identity


async def _copied(database: str, lines: Iterator[bytes]) -> None:
    async with await AsyncConnection.connect(database, autocommit=True) as connection:
        await connection.execute("CREATE TABLE public.bare_copy (number bigint PRIMARY KEY, body text NOT NULL)")
        async with connection.cursor() as cursor, cursor.copy("COPY public.bare_copy FROM STDIN") as copy:
            for number, line in enumerate(lines):
                await copy.write_row((number, line.decode()))
        await connection.execute("DROP TABLE public.bare_copy")


async def _reached(session: aiohttp.ClientSession, system: System) -> None:
    """Returns once what is screened is judged by the list that stands."""
    async with await AsyncConnection.connect(system.database, autocommit=True) as connection:
        row = await (await connection.execute("SELECT version FROM correlate.list_version")).fetchone()
    version = row[0] if row else 0
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            async with session.post(f"{system.correlate}/v1/screen", json={"name": "Nadie Ejemplo"}) as answer:
                if answer.ok and (await answer.json())["list_version"] >= version:
                    return
            await asyncio.sleep(0.2)  # another process does it


async def _doors(desk: Desk, entries: int, made: Entries) -> AsyncIterator[Latency]:
    """How long one waits at each door, one request after the other."""
    random = Random(1)
    page = await desk.ask("GET", "/actors?limit=500")
    ids = [item["entry_id"] for item in page["items"]]
    bodies = (made.entry(random.randrange(entries)) for _ in range(10 * ASKED))
    persons = [body for body in bodies if body["kind"] == "person"]
    new = iter(range(entries, entries + ASKED))
    doors: dict[str, Callable[[], Awaitable[Any]]] = {
        "first page": lambda: desk.ask("GET", "/actors"),
        "one entry": lambda: desk.ask("GET", f"/actors/{random.choice(ids)}"),
        "its history": lambda: desk.ask("GET", f"/actors/{random.choice(ids)}/history"),
        "search by a document's number": lambda: desk.ask(
            "GET", "/actors", params={"q": random.choice(persons)["documents"][0]["number"]}
        ),
        "search by given name and surname": lambda: desk.ask("GET", "/actors", params={"q": _name(random.choice(persons))}),
        "search by the commonest surname": lambda: desk.ask("GET", "/actors", params={"q": "Hernandez"}),
        "by source and id": lambda: desk.ask(
            "GET", "/actors", params={"source": SOURCE, "source_id": f"G{random.randrange(entries):08d}"}
        ),
        "list one more": lambda: desk.ask("POST", "/actors", json=made.entry(next(new))),
    }
    for what, do in doors.items():
        waited = []
        for _ in range(ASKED):
            began = perf_counter()
            await do()
            waited.append(1000 * (perf_counter() - began))
        yield Latency(what, tuple(waited))


def _name(body: dict[str, Any]) -> str:
    name = body["names"][0]
    return f"{name['given']} {name['paternal']}"
