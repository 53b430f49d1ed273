"""A client that costs little, so that what is measured is the server: raw HTTP/1.1 on kept connections, one request in flight each."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import perf_counter
from urllib.parse import urlsplit


class BrokenAnswerError(RuntimeError):
    """The server closed a connection or answered something that is no HTTP/1.1."""


@dataclass(slots=True)
class Outcome:
    """What a round of load saw."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """Answers of any status a second."""
        return self.statuses.total() / self.seconds


async def _answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    length = next((int(line.split(b":", 1)[1]) for line in lines if line[:15].lower() == b"content-length:"), None)
    if length is None:
        raise BrokenAnswerError("an answer without Content-Length")
    await reader.readexactly(length)
    return int(lines[0].split(b" ", 2)[1])


def request(url: str, body: bytes, headers: dict[str, str]) -> bytes:
    """One POST, as bytes."""
    parts = urlsplit(url)
    lines = [
        f"POST {parts.path} HTTP/1.1",
        f"Host: {parts.netloc}",
        f"Content-Length: {len(body)}",
        "Content-Type: application/json",
    ]
    return "\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers.items()), "", ""]).encode() + body


async def _connection(url: str, requests: Iterator[bytes], until: float, outcome: Outcome) -> None:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        for message in requests:
            started = perf_counter()
            if started >= until:
                return
            writer.write(message)
            outcome.statuses[await _answer(reader)] += 1
            outcome.latencies.append(perf_counter() - started)
    except (asyncio.IncompleteReadError, ConnectionError) as error:
        raise BrokenAnswerError("the server closed a connection in the middle of an answer") from error
    finally:
        writer.close()


async def press(url: str, requests: Iterator[bytes], *, seconds: float, connections: int) -> Outcome:
    """Posts as fast as the answers come, over so many connections, for so long. `requests` is shared: every connection takes the next."""
    outcome = Outcome()
    started = perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(_connection(url, requests, started + seconds, outcome))
    outcome.seconds = perf_counter() - started
    return outcome
