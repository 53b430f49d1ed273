"""A second process that judges slices of batches, so that one batch is not bound to one processor."""

import asyncio
import contextlib
import sys
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import structlog

from services.ingest.domain.normalise import Rules
from services.ingest.helper import LENGTH, Asked, frame, opened
from services.ingest.judging import ItemReader, Judgement, Refusal, Slice, judge_items
from services.ingest.settings import IngestSettings
from shared.platform.clock import Clock

log = structlog.get_logger()

_AT_ONCE: Final = 3
"""Slices given to it at a time: one in work, two waiting, so that it need not wait while we judge one ourselves."""
_PAUSE_SECONDS: Final = 5.0
_LAST_SECONDS: Final = 2.0


class HelperGoneError(Exception):
    """It ended before it answered: whoever asked judges himself."""


class Helper:
    """A worker that keeps the second process running. Nothing is lost with it: it holds nothing that we do not have."""

    name = "helper"

    def __init__(self, settings: IngestSettings) -> None:
        self._settings = settings
        self._stdin: asyncio.StreamWriter | None = None
        self._asked: deque[asyncio.Future[list[Judgement] | None]] = deque()

    @property
    def free(self) -> bool:
        """Whether it would begin with another slice soon."""
        return self._stdin is not None and len(self._asked) < _AT_ONCE

    async def judge(self, items: Sequence[bytes | Refusal], reader: ItemReader, received_at: datetime) -> list[Judgement]:
        """The judgements on a slice; raises HelperGoneError."""
        if self._stdin is None:
            raise HelperGoneError
        asked: Asked = (reader, items, received_at)
        answer: asyncio.Future[list[Judgement] | None] = asyncio.get_running_loop().create_future()
        self._asked.append(answer)
        self._stdin.write(frame(asked))
        judged = await asyncio.shield(answer)
        if judged is None:
            raise HelperGoneError
        return judged

    async def run(self, stop: asyncio.Event) -> None:
        """Keep it running until told to stop."""
        while not stop.is_set():
            try:
                code = await self._run_one(stop)
            except OSError as error:
                code = error.errno
            if not stop.is_set():
                log.warning("helper.ended", code=code)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_PAUSE_SECONDS):
                        await stop.wait()

    async def _run_one(self, stop: asyncio.Event) -> int | None:
        """One process from its start to its end; its exit code. A session of its own: a terminal's signals are for us.

        -P: a folder named `services` where the user stands must not be taken for ours.
        """
        command, pipe = (sys.executable, "-P", "-m", "services.ingest.helper"), asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, start_new_session=True)
        try:
            await self._serve(process, stop)
        finally:
            await _end(process)
        return process.returncode

    async def _serve(self, process: asyncio.subprocess.Process, stop: asyncio.Event) -> None:
        """Take its answers until it ends or we do."""
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("it was started with pipes")
        async with asyncio.TaskGroup() as group:
            watcher = group.create_task(self._end_on(stop, process, process.stdin))
            try:
                process.stdin.write(frame(self._settings))
                await _answer(process.stdout)
                self._stdin = process.stdin
                while True:
                    answer = await _answer(process.stdout)
                    self._asked.popleft().set_result(answer)
            except (asyncio.IncompleteReadError, ConnectionError):
                pass
            finally:
                self._stdin = None
                while self._asked:
                    self._asked.popleft().set_result(None)
                watcher.cancel()

    async def _end_on(self, stop: asyncio.Event, process: asyncio.subprocess.Process, stdin: asyncio.StreamWriter) -> None:
        """It finishes what it was given; one that has not begun yet was given nothing and is not waited for."""
        await stop.wait()
        if self._stdin is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        stdin.close()


class Judges:
    """Who judges the slices of batches: the helper as long as it keeps up, we the others."""

    def __init__(self, rules: Rules, clock: Clock, helper: Helper | None) -> None:
        self._rules = rules
        self._clock = clock
        self._helper = helper

    async def judge(self, reader: ItemReader, items: Sequence[bytes | Refusal]) -> Slice:
        """The judgements on a slice; ours are made as they are asked for."""
        received_at = self._clock.now()
        if self._helper is not None and self._helper.free:
            with contextlib.suppress(HelperGoneError):
                return await self._helper.judge(items, reader, received_at), received_at
        return judge_items(items, reader, self._rules, received_at), received_at


async def _answer(stream: asyncio.StreamReader) -> Any:
    (length,) = LENGTH.unpack(await stream.readexactly(LENGTH.size))
    return opened(await stream.readexactly(length))


async def _end(process: asyncio.subprocess.Process) -> None:
    """Its input ends, and so does it; if not, it is ended."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(_LAST_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
