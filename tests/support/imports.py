"""Lists sent to the door of imports, as a client sends them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from shared.contracts.watchlist import ActorBody
from tests.support.correlate_station import Station

IMPORTS = "/v1/watchlist/imports"
LINES = {"Content-Type": "application/x-ndjson"}


def person(number: int | str, name: str | None = None, **more: Any) -> dict[str, Any]:
    """A row about somebody who is sure enough to alert."""
    return {
        "kind": "person",
        "source_id": str(number),
        "names": [{"full": name or f"Nadie {number}"}],
        "birth_dates": ["1971-05-09"],
        **more,
    }


def ndjson(rows: Iterable[Mapping[str, Any] | ActorBody]) -> bytes:
    """Rows as lines; of a body all that it says, also that it says nothing of something."""
    return b"\n".join(
        row.model_dump_json(by_alias=True, exclude_unset=True).encode()
        if isinstance(row, ActorBody)
        else json.dumps(row).encode()
        for row in rows
    )


@dataclass
class Sender:
    """One who imports, with a key."""

    correlate: Station
    headers: dict[str, str]
    source: str = "own"

    async def ask(self, method: str, path: str = "", headers: Mapping[str, str] | None = None, **more: Any) -> httpx.Response:
        return await self.correlate.client.request(
            method, f"{IMPORTS}{path}", headers={**self.headers, **(headers or {})}, **more
        )

    async def open(self, **more: Any) -> str:
        answer = await self.ask("POST", json={"source": self.source, **more})
        assert answer.status_code in {200, 201}, answer.text
        return str(answer.json()["import_id"])

    async def send(self, own: str, rows: Iterable[Mapping[str, Any] | ActorBody], first: int = 0) -> dict[str, Any]:
        answer = await self.ask("POST", f"/{own}/drafts", LINES, params={"first": first}, content=ndjson(rows))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def staged(self, rows: Iterable[Mapping[str, Any] | ActorBody], **more: Any) -> str:
        """An import with these rows."""
        own = await self.open(**more)
        await self.send(own, rows)
        return own

    async def difference(self, own: str, **query: Any) -> dict[str, Any]:
        answer = await self.ask("GET", f"/{own}/difference", params=query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def commit(self, own: str, headers: Mapping[str, str] | None = None, **query: Any) -> httpx.Response:
        return await self.ask("POST", f"/{own}/commit", headers, params=query)

    async def take(self, rows: Iterable[Mapping[str, Any] | ActorBody], **query: Any) -> dict[str, Any]:
        """A whole import, done."""
        answer = await self.commit(await self.staged(rows), **query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())
