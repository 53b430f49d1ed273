"""The watchlist of a running system, over its API: patient while it answers `later`, and plain about what it refuses."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from http import HTTPStatus
from typing import Any, Final, Self

import httpx
import orjson

from services.cli.watchlist.errors import DENIED, FAILED, NOT_FOUND, UNREACHABLE, USAGE, ImportFailedError

IMPORTS: Final = "/v1/watchlist/imports"
_LATER: Final = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
_CODES: Final = {
    HTTPStatus.UNAUTHORIZED: DENIED,
    HTTPStatus.FORBIDDEN: DENIED,
    HTTPStatus.NOT_FOUND: NOT_FOUND,
    HTTPStatus.UNPROCESSABLE_ENTITY: USAGE,
}
_FIRST_PAUSE_SECONDS: Final = 0.2
_LONGEST_PAUSE_SECONDS: Final = 5.0


class RefusedError(ImportFailedError):
    """The service understood and refused; `problem` is its answer."""

    def __init__(self, sentence: str, status: int, problem: dict[str, Any]) -> None:
        super().__init__(sentence, _CODES.get(HTTPStatus(status), FAILED))
        self.status = status
        self.problem = problem


class ListApi:
    """What a key may do with the list. Every call is repeated while the service answers `later`; each may be, without harm."""

    def __init__(self, service: str, key: str, *, patience_seconds: float, answer_seconds: float) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        self._client = httpx.AsyncClient(base_url=service, headers=headers, timeout=answer_seconds)
        self._service = service
        self._patience = patience_seconds

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def own_key(self) -> dict[str, Any]:
        """Whose key is used."""
        return await self.get("/v1/keys/self")

    async def get(self, path: str, **query: Any) -> dict[str, Any]:
        """A good answer's JSON. Raises RefusedError, or ImportFailedError where none came in time."""
        return _read(await self._good("GET", path, params=_given(query)))

    async def post(self, path: str, value: Any = None, headers: dict[str, str] | None = None, **query: Any) -> dict[str, Any]:
        """The same of a POST with JSON."""
        return _read(await self._good("POST", path, params=_given(query), json=value, headers=headers))

    async def pages(self, path: str, most: int | None = None, **query: Any) -> AsyncIterator[dict[str, Any]]:
        """The pages of a list, until `most` items came or there are no more."""
        items = 0
        while True:
            page = await self.get(path, **query)
            yield page
            items += len(page["items"])
            if page["next_cursor"] is None or (most is not None and items >= most):
                return
            query["cursor"] = page["next_cursor"]

    async def send(self, import_id: str, first: int, lines: Sequence[bytes]) -> dict[str, Any]:
        """Rows of an import, from this number on."""
        headers = {"Content-Type": "application/x-ndjson"}
        content = b"\n".join(lines)
        path = f"{IMPORTS}/{import_id}/drafts"
        return _read(await self._good("POST", path, params={"first": first}, content=content, headers=headers))

    async def drop(self, import_id: str) -> None:
        """Forget an import that was not committed."""
        await self._good("DELETE", f"{IMPORTS}/{import_id}")

    async def _good(self, method: str, path: str, **content: Any) -> httpx.Response:
        answer = await self._ask(method, path, **content)
        if answer.is_success:
            return answer
        raise RefusedError(f"{self._service} refused: {_sentence(answer)}", answer.status_code, _problem(answer))

    async def _ask(self, method: str, path: str, **content: Any) -> httpx.Response:
        """An answer that is not `later`."""
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


def _given(query: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value).lower() if isinstance(value, bool) else value for name, value in query.items() if value is not None}


def _read(answer: httpx.Response) -> dict[str, Any]:
    value: dict[str, Any] = orjson.loads(answer.content)
    return value


def _problem(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _sentence(answer: httpx.Response) -> str:
    problem = _problem(answer)
    faults = "; ".join(
        f"{fault.get('pointer') or fault.get('parameter', '')}: {fault.get('detail', '')}"
        for fault in problem.get("errors") or ()
    )
    said = str(problem.get("detail") or problem.get("title") or f"status {answer.status_code}")
    return f"{said} {faults}".strip()
