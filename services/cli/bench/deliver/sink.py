"""Partners' endpoints in a process of their own: raw HTTP/1.1 that answers at once, hangs or drips, and checks all that comes.

It verifies each signature by the words of the Standard Webhooks specification and not by the library that signed it, counts repeats by
`webhook-id`, and holds each alert's revisions against the order they must come in.
"""

import asyncio
import base64
import hashlib
import hmac
import sys
from collections import Counter
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Final

import orjson
import uvloop

from shared.platform.clock import SystemClock

_OK: Final = b"HTTP/1.1 204 No Content\r\n\r\n"
_NOT_OURS: Final = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"
_TOLERANCE_SECONDS: Final = 300
_DRIPPED: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"


@dataclass(slots=True)
class Seen:
    """What came since the last reset."""

    first: dict[bytes, float] = field(default_factory=dict)
    by_path: Counter[str] = field(default_factory=Counter)
    repeats: int = 0
    unverified: int = 0
    out_of_order: int = 0
    last: float = 0.0
    latest: dict[tuple[str, str], int] = field(default_factory=dict)
    arrivals: list[tuple[str, str, int, float]] = field(default_factory=list)

    def report(self) -> dict[str, Any]:
        """All but the single arrivals."""
        return {
            "received": len(self.first),
            "by_path": dict(self.by_path),
            "repeats": self.repeats,
            "unverified": self.unverified,
            "out_of_order": self.out_of_order,
            "last": self.last,
            "alerts": len(self.latest),
        }


class Book:
    """The endpoints' secrets, how they behave, and what they saw."""

    def __init__(self) -> None:
        self.keys: dict[str, hmac.HMAC] = {}
        self.hows: dict[str, tuple[str, float]] = {}
        self.seen = Seen()

    def take(self, path: str, head: dict[bytes, bytes], body: bytes) -> bool:
        """Note a webhook; False where its signature does not hold."""
        at, seen = perf_counter(), self.seen
        identity, stamp = head.get(b"webhook-id", b""), head.get(b"webhook-timestamp", b"")
        key = self.keys.get(path)
        if key is None or not self._holds(key, identity, stamp, body, head.get(b"webhook-signature", b"")):
            seen.unverified += 1
            return False
        seen.last = at
        if identity in seen.first:
            seen.repeats += 1
            return True
        seen.first[identity] = at
        seen.by_path[path] += 1
        data = orjson.loads(body)["data"]
        alert, revision = data["id"], data.get("revision", 1)
        before = seen.latest.get((path, alert), 0)
        if revision < before:
            seen.out_of_order += 1
        else:
            seen.latest[path, alert] = revision
        seen.arrivals.append((path, alert, revision, at))
        return True

    @staticmethod
    def _holds(key: hmac.HMAC, identity: bytes, stamp: bytes, body: bytes, signatures: bytes) -> bool:
        if not stamp.isdigit() or abs(SystemClock().now().timestamp() - int(stamp)) > _TOLERANCE_SECONDS:
            return False
        mac = key.copy()
        mac.update(b"%s.%s.%s" % (identity, stamp, body))
        expected = b"v1," + base64.b64encode(mac.digest())
        return any(hmac.compare_digest(one, expected) for one in signatures.split())

    def control(self, path: str, body: bytes) -> bytes:
        """What the measurement asks: `trust` secrets by path, `behave`, `reset`, `report`, `arrivals`, `latest`."""
        said = orjson.loads(body) if body else {}
        match path:
            case "/control/trust":
                for endpoint, secret in said.items():
                    self.keys[endpoint] = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), digestmod=hashlib.sha256)
            case "/control/behave":
                self.hows = {endpoint: (how, seconds) for endpoint, (how, seconds) in said.items()}
            case "/control/reset":
                self.seen = Seen()
            case "/control/arrivals":
                return orjson.dumps(self.seen.arrivals)
            case "/control/latest":
                return orjson.dumps([(path, alert, revision) for (path, alert), revision in self.seen.latest.items()])
        return orjson.dumps(self.seen.report())


class Connection(asyncio.Protocol):
    """One kept connection; requests are read whole, one after the other."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is open."""
        self._transport = transport  # type: ignore[assignment]

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """It is closed: what it would still be answered is not."""
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """Bytes came; each whole request is answered."""
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            lines = self._buffer[:end].split(b"\r\n")
            head = {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines[1:])}
            whole = end + 4 + int(head.get(b"content-length", b"0"))
            if len(self._buffer) < whole:
                return
            body, self._buffer = self._buffer[end + 4 : whole], self._buffer[whole:]
            self._answer(lines[0].split(b" ")[1].decode(), head, body)

    def _answer(self, path: str, head: dict[bytes, bytes], body: bytes) -> None:
        if path.startswith("/control/"):
            told = self._book.control(path, body)
            self._write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(told), told))
            return
        how, seconds = self._book.hows.get(path, ("answer", 0.0))
        if how == "hang":
            asyncio.get_running_loop().call_later(seconds, self._write, _OK)
        elif how == "drip":
            self._write(_DRIPPED)
            self._drip(int(seconds))
        else:
            self._write(_OK if self._book.take(path, head, body) else _NOT_OURS)

    def _drip(self, left: int) -> None:
        if left:
            self._write(b".")
            asyncio.get_running_loop().call_later(1.0, self._drip, left - 1)

    def _write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)


async def _serve() -> None:
    book = Book()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(book), "127.0.0.1", 0, backlog=4096)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)  # whoever started it has gone


if __name__ == "__main__":
    uvloop.run(_serve())
