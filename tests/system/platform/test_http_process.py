import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

TINY = Path(__file__).with_name("tiny.py")


@dataclass
class Process:
    running: asyncio.subprocess.Process
    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def end(self) -> tuple[int, float]:
        started = time.monotonic()
        self.running.send_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            return await self.running.wait(), time.monotonic() - started


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(15):
        while True:
            if holds():
                return
            await asyncio.sleep(0.02)


@pytest.fixture
async def process(tmp_path: Path) -> AsyncIterator[Process]:
    with (tmp_path / "log").open("wb") as log:
        running = await asyncio.create_subprocess_exec(sys.executable, TINY, tmp_path, stdout=log, stderr=log)
    try:
        await until((tmp_path / "port").exists)
        yield Process(running, tmp_path, int((tmp_path / "port").read_text()))
    finally:
        with contextlib.suppress(ProcessLookupError):
            running.kill()
        await running.wait()


async def slow_sender(process: Process, head: bytes, drip: bytes, pause: float) -> tuple[float, bytes]:
    """Send the head, then drips for ever; how long it was borne, and what was answered."""
    reader, writer = await process.connect()
    started = time.monotonic()
    writer.write(head)
    answer = b""
    with contextlib.suppress(OSError):
        while not reader.at_eof():
            writer.write(drip)
            await writer.drain()
            await asyncio.sleep(pause)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.01):
                    answer += await reader.read(4096)
    writer.close()
    return time.monotonic() - started, answer


HEAD = b"POST /work HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n"


@pytest.mark.parametrize("head", [b"", b"POST /work HTTP/1.1\r\nX-Drip: ", HEAD + b"\r\n"], ids=["nothing", "headers", "body"])
async def test_a_sender_that_drips_is_closed_by_the_deadline_however_often_it_drips(process: Process, head: bytes) -> None:
    borne, answer = await slow_sender(process, head, b"x" if head else b"", 0.1)
    assert borne < 3
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"application/problem+json" in answer


async def test_a_streaming_body_may_take_long_but_not_below_the_least_rate(process: Process) -> None:
    head = b"POST /stream HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    borne, _ = await slow_sender(process, head, b"1\r\nx\r\n", 0.1)
    assert borne < 3

    async def steady() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b"x" * 100
            await asyncio.sleep(0.1)

    async with httpx.AsyncClient() as client:
        answer = await client.post(f"{process.url}/stream", content=steady())
    assert sum(map(int, answer.text.split())) == 3000


async def test_hundreds_of_slow_senders_do_not_hold_up_the_others(process: Process) -> None:
    async with asyncio.TaskGroup() as group, httpx.AsyncClient() as client:
        slow = [group.create_task(slow_sender(process, HEAD + b"\r\n", b"x", 0.2)) for _ in range(200)]
        await asyncio.sleep(0.5)
        for _ in range(20):
            started = time.monotonic()
            assert (await client.get(f"{process.url}/healthz")).status_code == 200
            assert time.monotonic() - started < 1
    assert all(task.result()[0] < 6 for task in slow)


async def test_a_client_that_does_not_take_its_answer_is_cut_off(process: Process) -> None:
    reader, writer = await process.connect()
    writer.write(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
    await asyncio.sleep(2.5)
    with contextlib.suppress(ConnectionResetError):
        async with asyncio.timeout(5):
            while await reader.read(1 << 20):
                pass
    writer.close()
    assert (await process.end())[1] < 2


async def test_a_stop_ends_open_streams_with_their_last_word_and_the_process_with_zero(process: Process) -> None:
    taken = b""
    async with httpx.AsyncClient() as client, client.stream("GET", f"{process.url}/events") as stream:
        pieces = stream.aiter_raw()
        taken += await anext(pieces)
        code, seconds = await process.end()
        async for piece in pieces:
            taken += piece
    assert (code, seconds < 3) == (0, True)
    assert taken.endswith(b"data: last\n\n")
    assert (process.folder / "closed").exists()


async def test_a_request_that_does_not_end_is_cancelled_after_the_grace_and_the_process_ends_well(process: Process) -> None:
    _, writer = await process.connect()
    writer.write(b"GET /stubborn HTTP/1.1\r\nHost: x\r\n\r\n")
    await writer.drain()
    await asyncio.sleep(0.3)
    code, seconds = await process.end()
    assert code == 0
    assert 2.5 < seconds < 6
    writer.close()


async def test_work_goes_on_to_its_end_when_the_client_leaves_in_the_middle(process: Process) -> None:
    _, writer = await process.connect()
    writer.write(b"POST /work HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nwhat")
    await writer.drain()
    await until((process.folder / "begun").exists)
    writer.transport.abort()
    await until((process.folder / "done").exists)
    assert (process.folder / "done").read_bytes() == b"what"


async def test_a_stop_lets_a_request_in_hand_finish_and_answers_it(process: Process) -> None:
    async with httpx.AsyncClient() as client, asyncio.TaskGroup() as group:
        asked = group.create_task(client.post(f"{process.url}/work", content=b"what"))
        await until((process.folder / "begun").exists)
        code, _ = await process.end()
    assert (code, asked.result().text) == (0, '"done"')


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"POST /work HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /work HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: b\r\n folded\r\n\r\n",
        b"GET /healthz HTTP/1.1\nHost: x\n\n",
    ],
    ids=["length and chunks", "two lengths", "folded header", "bare line feeds"],
)
async def test_requests_that_two_readers_could_divide_differently_are_refused_and_the_connection_closed(
    process: Process, request_bytes: bytes
) -> None:
    reader, writer = await process.connect()
    writer.write(request_bytes)
    async with asyncio.timeout(5):
        answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert not (process.folder / "done").exists()


async def test_an_idle_connection_is_kept_longer_than_the_deadline_for_headers(process: Process) -> None:
    reader, writer = await process.connect()
    for _ in range(2):
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 ")
        await reader.readexactly(15)
        await asyncio.sleep(1.5)
    writer.close()


async def test_a_taken_port_is_an_error_at_the_start_that_says_so(process: Process, tmp_path: Path) -> None:
    second = await asyncio.create_subprocess_exec(
        sys.executable, TINY, tmp_path, env={"ATALAYA_HTTP__PORT": str(process.port)}, stderr=asyncio.subprocess.PIPE
    )
    _, said = await second.communicate()
    assert second.returncode != 0
    assert b"in use" in said
