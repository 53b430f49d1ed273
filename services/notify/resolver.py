"""Names to addresses: never on the thread pool, each look-up with a deadline of its own, what is not found kept only shortly."""

import asyncio
import socket
from collections.abc import Sequence

import aiodns
from aiohttp.abc import AbstractResolver, ResolveResult

from services.notify.domain.addresses import Network, refusal
from shared.platform.clock import Clock, SystemClock

_MOST_NEGATIVES = 10_000


class ForbiddenAddressError(OSError):
    """The address is one that nothing is sent to."""


class CheckedResolver(AbstractResolver):
    """Asks aiodns. A name is refused when *any* of its addresses is forbidden: one good address must not carry a bad one."""

    def __init__(
        self,
        *,
        seconds: float,
        negative_seconds: float,
        allowed: Sequence[Network] = (),
        nameservers: Sequence[str] = (),
        clock: Clock | None = None,
    ) -> None:
        self._seconds = seconds
        self._negative = negative_seconds
        self._allowed = tuple(allowed)
        self._clock = clock or SystemClock()
        self._dns = aiodns.DNSResolver(nameservers=list(nameservers) or None, timeout=seconds, tries=2)
        self._missing: dict[str, float] = {}

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC) -> list[ResolveResult]:
        """The addresses of a name; OSError when there is none in time, ForbiddenAddressError when one may not be used."""
        if host.casefold() == "localhost":
            return [self._result(host, "127.0.0.1", port, socket.AF_INET)]
        now = self._clock.now().timestamp()
        if self._missing.get(host, 0) > now:
            raise OSError("the name was not found a moment ago")
        try:
            async with asyncio.timeout(self._seconds):
                found = await self._dns.getaddrinfo(host, family=family, type=socket.SOCK_STREAM)
        except (aiodns.error.DNSError, TimeoutError) as error:
            self._remember(host, now)
            raise OSError("the name was not found in time") from error
        results = [self._result(host, _text(node.addr[0]), port, socket.AddressFamily(node.family)) for node in found.nodes]
        if not results:
            raise OSError("the name has no address")
        return results

    async def close(self) -> None:
        """Drop what is under way."""
        self._dns.cancel()
        await self._dns.close()

    def _result(self, host: str, address: str, port: int, family: socket.AddressFamily) -> ResolveResult:
        fault = refusal(address, self._allowed)
        if fault is not None:
            raise ForbiddenAddressError(fault)
        return ResolveResult(
            hostname=host, host=address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
        )

    def _remember(self, host: str, now: float) -> None:
        if len(self._missing) >= _MOST_NEGATIVES:
            self._missing.clear()
        self._missing[host] = now + self._negative


def _text(address: str | bytes) -> str:
    return address.decode() if isinstance(address, bytes) else address
