import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest


@asynccontextmanager
async def process(mode: str, **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
    started = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.support.small_process",
        mode,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={f"ATALAYA_{name.upper()}": value for name, value in environment.items()},
    )
    try:
        async with asyncio.timeout(60):
            yield started
    finally:
        if started.returncode is None:
            started.kill()
            await started.wait()


async def said(started: asyncio.subprocess.Process, line: str) -> None:
    """Wait until the process has said something."""
    assert started.stdout is not None
    while await started.stdout.readline() != f"{line}\n".encode():
        assert not started.stdout.at_eof()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_lets_the_workers_finish_and_ends_with_0(number: signal.Signals) -> None:
    async with process("patient") as started:
        await said(started, "started")
        started.send_signal(number)
        out, _ = await started.communicate()
    assert started.returncode == 0
    assert out.split()[-3:] == [b"finished", b"finished", b"closed"]


async def test_a_worker_that_fails_ends_the_process_with_1_after_the_others_finished() -> None:
    async with process("failing") as started:
        out, _ = await started.communicate()
    assert started.returncode == 1
    assert out.split() == [b"started", b"finished", b"closed"]


async def test_a_worker_that_does_not_stop_is_cut_off_at_the_deadline() -> None:
    async with process("hanging", stop_deadline_seconds="0.5") as started:
        await said(started, "started")
        started.send_signal(signal.SIGTERM)
        out, _ = await started.communicate()
    assert started.returncode == 1
    assert b"closed" not in out


async def test_a_process_whose_loop_stands_still_ends_itself() -> None:
    async with process("blocking", loop_stall_limit_seconds="1") as started:
        await started.wait()
    assert started.returncode == 1
