"""The watchlist of a running system, as an import needs it: the entries of a source, and the three things done to them."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, Self
from uuid import UUID

import httpx
import orjson

from services.cli.watchlist.errors import DENIED, FAILED, UNREACHABLE, ImportFailedError
from services.correlate.lists.difference import Changed, Held
from shared.contracts.codec import encode
from shared.contracts.watchlist import ActorBody

ACTORS: Final = "/v1/watchlist/actors"
_LATER: Final = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
_TIMEOUT_SECONDS: Final = 60.0
_FIRST_PAUSE_SECONDS: Final = 0.2
_LONGEST_PAUSE_SECONDS: Final = 5.0
REFUSED: Final = "refused"
ELSEWHERE: Final = "changed meanwhile"


class ListApi:
    """What an agency may do with its own entries. Every call is repeated while the service answers `later`; each may be, without harm."""

    def __init__(self, service: str, key: str, *, patience_seconds: float, page: int) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        self._client = httpx.AsyncClient(base_url=service, headers=headers, timeout=_TIMEOUT_SECONDS)
        self._service = service
        self._patience = patience_seconds
        self._page = page

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def agency_of(self, key_id: str) -> str | None:
        """The agency that a key was given, None where the key may not ask: it takes the scope admin."""
        answer = await self._ask("GET", "/v1/keys")
        if not answer.is_success:
            return None
        return next((str(key["agency"]) for key in answer.json()["items"] if key["id"] == key_id), None)

    async def entries(self, source: str, agency: str) -> dict[str, Held]:
        """An agency's entries of a source by the source's id, the latest of each, also those that have ended.

        A page is what stands in the list when it is asked for: what others changed in the meantime is read once more at the end.
        """
        found: dict[str, tuple[int, Held]] = {}
        known = -1
        while True:
            above, known = known, await self._read(source, agency, known, found)
            if known <= above:
                return {key: held for key, (_, held) in found.items()}

    async def _read(self, source: str, agency: str, above: int, found: dict[str, tuple[int, Held]]) -> int:
        """Take in what was changed after a version of the list; the version that is known then."""
        known = above
        async for item in self._items(source):
            at = item["list_version"]
            if at <= above:
                break
            known = max(known, at)
            key = item.get("source_id")
            if item["originator"] == agency and key and found.get(key, (-1,))[0] < at:
                body = ActorBody.model_validate(
                    {name: value for name, value in item.items() if name in _BODY and value is not None}
                )
                found[key] = at, Held(UUID(item["entry_id"]), item["version"], body, ended=item["ended_at"] is not None)
        return known

    async def _items(self, source: str) -> AsyncIterator[dict[str, Any]]:
        query: dict[str, str | int] = {"source": source, "state": "all", "limit": self._page}
        while True:
            page = self._good(await self._ask("GET", ACTORS, params=query)).json()
            for item in page["items"]:
                yield item
            if page["next_cursor"] is None:
                return
            query["cursor"] = page["next_cursor"]

    async def add(self, bodies: Sequence[ActorBody], why: str | None) -> list[tuple[str, str]]:
        """List what is not listed. What became of each, and if it was refused, why. Those that came at a bad moment are sent again."""
        left, answered = list(range(len(bodies))), [(REFUSED, "The list was busy for too long; run it again.")] * len(bodies)
        async for _ in self._patiently():
            lines = b"".join(encode(bodies[index]) + b"\n" for index in left)
            headers = {"Content-Type": "application/x-ndjson"}
            answer = self._good(await self._ask("POST", f"{ACTORS}/bulk", params=_why(why), content=lines, headers=headers))
            told = [orjson.loads(line) for line in answer.content.splitlines()]
            again = []
            for index, line in zip(left, told, strict=False):
                answered[index] = (
                    line["status"],
                    "; ".join(f"{one['pointer']}: {one['detail']}" for one in line.get("errors") or ()),
                )
                if any(one["code"] == "unavailable" for one in line.get("errors") or ()):
                    again.append(index)
            left = again + left[len(told) :]
            if not left:
                break
        return answered

    async def replace(self, change: Changed, why: str | None) -> tuple[str, str]:
        """Put an entry's new body in its place, if it is still as it was read."""
        path = f"{ACTORS}/{change.held.entry_id}"
        headers = {"If-Match": f'"{change.held.version}"', "Content-Type": "application/json"}
        return self._outcome(
            await self._ask("PUT", path, params=_why(why), content=encode(change.body), headers=headers), "revised"
        )

    async def end(self, held: Held, why: str | None) -> tuple[str, str]:
        """End an entry, if it is still as it was read."""
        headers = {"If-Match": f'"{held.version}"'}
        params = _why(why, "reason")
        return self._outcome(await self._ask("DELETE", f"{ACTORS}/{held.entry_id}", params=params, headers=headers), "ended")

    def _outcome(self, answer: httpx.Response, done: str) -> tuple[str, str]:
        if answer.status_code in {HTTPStatus.PRECONDITION_FAILED, HTTPStatus.CONFLICT, HTTPStatus.NOT_FOUND}:
            return ELSEWHERE, _sentence(answer)
        if answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY:
            return REFUSED, _sentence(answer)
        self._good(answer)
        return done, ""

    async def _ask(self, method: str, path: str, **content: Any) -> httpx.Response:
        """An answer that is not `later`. Raises ImportFailedError when none came in time."""
        said = ""
        async for _ in self._patiently():
            try:
                answer = await self._client.request(method, path, **content)
            except httpx.HTTPError as error:
                said = type(error).__name__
                continue
            if answer.status_code not in _LATER:
                return answer
            said = f"{answer.status_code}"
        raise ImportFailedError(
            f"No answer from {self._service} ({said}). Is it running? `atalaya up --detach` starts it.", UNREACHABLE
        )

    async def _patiently(self) -> AsyncIterator[None]:
        """Once, and again with growing pauses until the patience is over."""
        loop = asyncio.get_running_loop()
        ends, pause = loop.time() + self._patience, _FIRST_PAUSE_SECONDS
        yield
        while loop.time() < ends:
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
            yield

    def _good(self, answer: httpx.Response) -> httpx.Response:
        if answer.is_success:
            return answer
        denied = answer.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
        raise ImportFailedError(f"{self._service} refused: {_sentence(answer)}", DENIED if denied else FAILED)


_BODY: Final = {field.alias or name for name, field in ActorBody.model_fields.items()}


def _why(why: str | None, name: str = "why") -> Mapping[str, str]:
    return {name: why} if why else {}


def _sentence(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
        faults = "; ".join(f"{fault.get('pointer', '')}: {fault['detail']}" for fault in problem.get("errors", ()))
        return f"{problem.get('detail', problem.get('title'))}" + (f" {faults}" if faults else "")
    except (ValueError, AttributeError, KeyError):
        return f"status {answer.status_code}"
