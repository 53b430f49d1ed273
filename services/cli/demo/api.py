"""Requests that are made again until they are answered: while a service is killed and started anew, or its key is not known there yet."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import aiohttp

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 2.0
KEY_KNOWN_SECONDS = 15.0
"""A new key reaches every process in under a second; one that is being started takes its time."""

LATER = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)


class DemoError(Exception):
    """The demonstration cannot go on; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A final answer."""

    status: int
    body: Any


class Api:
    """One service as seen by one key. Every request carries an `Idempotency-Key`, or ids of its own, so that repeating is safe."""

    def __init__(self, session: aiohttp.ClientSession, base: str, key: str, *, patience_seconds: float = 60.0) -> None:
        self._session = session
        self._base = base
        self._key = key
        self._patience = patience_seconds
        self.repeated = 0

    async def post(self, path: str, body: Any, unless: Callable[[], Awaitable[Any | None]] | None = None) -> Any:
        """POST a JSON body until it is answered with success; the answer's body.

        Where an attempt's outcome is unknown, `unless` is asked first: what it returns is taken for the answer. It either finds
        what was made already or takes it away.

        Raises:
            DemoError: it was refused, or not answered in time.
        """
        headers = {"Idempotency-Key": str(uuid4())}
        answer = await self.request("POST", path, json=body, headers=headers, unless=unless)
        if answer.status not in {HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED}:
            raise DemoError(f"POST {path} was answered {answer.status}: {answer.body}")
        return answer.body

    async def get(self, path: str, **query: str) -> Any:
        """The body of a 200.

        Raises:
            DemoError: it was answered otherwise.
        """
        answer = await self.request("GET", path, params=query)
        if answer.status != HTTPStatus.OK:
            raise DemoError(f"GET {path} was answered {answer.status}")
        return answer.body

    async def request(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        unless: Callable[[], Awaitable[Any | None]] | None = None,
        **content: Any,
    ) -> Answer:
        """An answer that is not "later".

        Raises:
            DemoError: none came in time.
        """
        loop = asyncio.get_running_loop()
        began, pause = loop.time(), FIRST_PAUSE_SECONDS
        while True:
            answer = await self._once(method, path, headers or {}, content)
            waited = loop.time() - began
            unknown_key = answer is not None and answer.status == HTTPStatus.UNAUTHORIZED and waited < KEY_KNOWN_SECONDS
            if answer is not None and answer.status not in LATER and not unknown_key:
                return answer
            if waited > self._patience:
                raise DemoError(f"{method} {path} had no answer in {self._patience:g} s")
            self.repeated += 1
            await asyncio.sleep(pause)
            if unless is not None and (made := await unless()) is not None:
                return Answer(HTTPStatus.OK, made)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _once(self, method: str, path: str, headers: Mapping[str, str], content: dict[str, Any]) -> Answer | None:
        sent = {"Authorization": f"Bearer {self._key}", **headers}
        with contextlib.suppress(aiohttp.ClientError, TimeoutError, ValueError):
            async with self._session.request(method, self._base + path, headers=sent, **content) as response:
                text = await response.text()
                return Answer(response.status, None if response.status in LATER else _read(text))
        return None


def _read(text: str) -> Any:
    """JSON, or JSON lines as a list; None of nothing."""
    try:
        return json.loads(text) if text else None
    except ValueError:
        return [json.loads(line) for line in text.splitlines() if line.strip()]
