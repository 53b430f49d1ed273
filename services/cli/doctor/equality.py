"""Whether correlate screens by the list that the database holds: same version, same entries, same digest."""

import asyncio
from dataclasses import dataclass
from typing import Final

import httpx
import psycopg
from prometheus_client.parser import text_string_to_metric_families

from services.cli.doctor.findings import Finding, Ground, fault, ok, warning
from services.correlate.domain.screen.digest import DIGITS
from services.correlate.store.equality import LIST_DIGEST

_LOOKS: Final = 5
"""A list that is being changed is a moment ahead of its screeners."""
_PAUSE_SECONDS: Final = 1.0
_NAMES: Final = ("atalaya_list_version", "atalaya_entries_listed", "atalaya_index_digest")


@dataclass(frozen=True, slots=True)
class Held:
    """A list, as the database or an index has it."""

    list_version: int
    entries: int
    digest: int

    def __str__(self) -> str:
        return f"{self.entries} entries at version {self.list_version}, digest {self.digest:0{DIGITS}x}"


async def look(ground: Ground) -> list[Finding]:
    """One finding; none where there is no database to compare with, or no index."""
    address = ground.services.get("correlate")
    if ground.database is None or address is None:
        return []
    try:
        async with (
            await psycopg.AsyncConnection.connect(
                ground.database, autocommit=True, connect_timeout=int(ground.seconds)
            ) as connection,
            httpx.AsyncClient(timeout=ground.seconds) as client,
        ):
            return await _compared(connection, client, f"{address.rstrip('/')}/metrics")
    except (psycopg.Error, httpx.HTTPError):
        return []  # that they do not answer is said where they are looked at


async def _compared(connection: psycopg.AsyncConnection[tuple[int, ...]], client: httpx.AsyncClient, at: str) -> list[Finding]:
    found: list[Finding] = []
    for look in range(_LOOKS):
        if look:
            await asyncio.sleep(_PAUSE_SECONDS)
        index = _told((await client.get(at)).text)
        row = await (await connection.execute(LIST_DIGEST)).fetchone()
        if index is None or row is None:
            return []
        listed = Held(*row)
        if listed.list_version and not index.list_version:
            return []  # it only tracks; or it has read nothing yet, which its readiness tells
        if index.list_version == listed.list_version:
            return [judged(index, listed)]
        text = f"the index is at version {index.list_version}, the database at {listed.list_version}"
        found = [warning("list", text, "if it stays, see what is said of Kafka above, and whether correlate's relay runs")]
    return found


def judged(index: Held, listed: Held) -> Finding:
    """What two lists of one version say of one another."""
    if index == listed:
        return ok("list", f"the index holds what the database does: {listed}")
    todo = "start correlate anew: it reads the list again from its start; its log names entries that were stepped over"
    return fault("list", f"the index holds {index}; the database {listed}", todo)


def _told(metrics: str) -> Held | None:
    """What an index says of itself; None where the process has none, or has not read any of the list."""
    found = {sample.name: sample.value for family in text_string_to_metric_families(metrics) for sample in family.samples}
    if any(name not in found for name in _NAMES):
        return None
    version, entries, digest = (int(found[name]) for name in _NAMES)
    return Held(version, entries, digest)
