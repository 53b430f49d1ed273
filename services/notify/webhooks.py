"""One HTTP request to a partner, behind one deadline, to checked addresses only. aiohttp by itself: see docs/adr/0015."""

import asyncio
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

import aiohttp
from yarl import URL

from services.notify.domain.addresses import refusal
from services.notify.resolver import CheckedResolver, ForbiddenAddressError
from services.notify.settings import NotifySettings

LONGEST_EXCERPT: Final = 4096
_DNS_CACHE_SECONDS: Final = 10
_MOST_URLS: Final = 10_000
_HEADERS: Final = {"User-Agent": "atalaya-notify", "Accept": "*/*", "Accept-Encoding": "identity"}
_DROPPED: Final = (aiohttp.ServerDisconnectedError, ConnectionResetError, BrokenPipeError)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request. `status` None: no answer, and the partner may have the message all the same.

    `dropped`: the connection ended without a word, as a kept one does when the peer has closed it meanwhile.
    """

    status: int | None
    reason: str
    seconds: float
    excerpt: bytes = b""
    retry_after: str | None = None
    dropped: bool = False


class Webhooks:
    """The client of all endpoints. Concurrency is bounded by who calls it, per subscription and in all: its pool has no limit.

    A limit here would make one partner wait for another.
    """

    def __init__(self, settings: NotifySettings) -> None:
        self._settings = settings
        self._allowed = settings.networks
        self._urls: dict[str, URL] = {}
        self._resolver: CheckedResolver | None = None
        self._client: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection and end every look-up."""
        if self._client is not None:
            await self._client.close()
        if self._resolver is not None:
            await self._resolver.close()

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send it once and read at most 4 KiB of the answer. Never raises for what a partner does.

        The deadline is one, over name, connection, headers and body; what a partner drips after it is not waited for.
        """
        started = time.perf_counter()
        try:
            async with asyncio.timeout(self._settings.total_seconds):
                answer = await self._exchange(url, body, headers)
        except TimeoutError:
            return Answer(None, "no whole answer in time", time.perf_counter() - started)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Answer(None, _reason(error), time.perf_counter() - started, dropped=_was_dropped(error))
        status, excerpt, retry_after = answer
        return Answer(status, f"HTTP {status}", time.perf_counter() - started, excerpt, retry_after)

    async def _exchange(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes, str | None]:
        client = self._client or self._opened()
        async with client.post(self._parsed(url), data=body, headers=headers, allow_redirects=False) as response:
            excerpt = await _beginning(response.content)
            if not response.content.at_eof():
                response.close()  # the rest is not waited for, and the connection is none to be used again
            return response.status, excerpt, response.headers.get("Retry-After")

    def _parsed(self, url: str) -> URL:
        found = self._urls.get(url)
        if found is None:
            if len(self._urls) >= _MOST_URLS:
                self._urls.clear()
            found = self._urls[url] = URL(url)
        return found

    def _opened(self) -> aiohttp.ClientSession:
        """The session, opened by the first request: it belongs to a running loop."""
        settings = self._settings
        self._resolver = CheckedResolver(
            seconds=settings.dns_seconds,
            negative_seconds=settings.dns_negative_seconds,
            allowed=self._allowed,
            nameservers=settings.dns_servers,
        )
        connector = aiohttp.TCPConnector(
            limit=0,
            keepalive_timeout=settings.keepalive_seconds,
            ttl_dns_cache=_DNS_CACHE_SECONDS,
            resolver=self._resolver,
            socket_factory=self._socket,
        )
        self._client = aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False, auto_decompress=False,
            read_bufsize=LONGEST_EXCERPT, headers=_HEADERS,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=settings.connect_seconds),
        )  # fmt: skip
        return self._client

    def _socket(self, info: Any) -> socket.socket:
        """A socket for the address really dialled: an IP literal in a URL never meets the resolver."""
        family, kind, protocol, _, address = info
        fault = refusal(str(address[0]), self._allowed)
        if fault is not None:
            raise ForbiddenAddressError(fault)
        made = socket.socket(family=family, type=kind, proto=protocol)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made


async def _beginning(content: aiohttp.StreamReader) -> bytes:
    """What there is of an answer, up to 4 KiB."""
    excerpt = b""
    while len(excerpt) < LONGEST_EXCERPT and (chunk := await content.readany()):
        excerpt += chunk
    return excerpt[:LONGEST_EXCERPT]


def _causes(error: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    found: BaseException | None = error
    while found is not None and found not in chain:
        chain.append(found)
        found = found.__cause__ or (found.os_error if isinstance(found, aiohttp.ClientConnectorError) else found.__context__)
    return chain


def _was_dropped(error: BaseException) -> bool:
    return any(isinstance(cause, _DROPPED) for cause in _causes(error))


def _reason(error: BaseException) -> str:
    """One wording for refused, closed and filtered: an endpoint's test must be no port scanner."""
    causes = _causes(error)
    if any(isinstance(cause, ForbiddenAddressError) for cause in causes):
        return "the address is one that nothing is sent to"
    if any(isinstance(cause, aiohttp.ClientSSLError | aiohttp.ClientConnectorCertificateError) for cause in causes):
        return "the certificate or the TLS of the endpoint was not accepted"
    if _was_dropped(error):
        return "the connection ended without an answer"
    if any(isinstance(cause, aiohttp.ClientConnectorError) for cause in causes):
        return "the endpoint could not be reached"
    return "no answer that could be read"
