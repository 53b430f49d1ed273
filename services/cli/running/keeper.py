"""Keeps commands running: whatever ends unasked is started again, with a growing pause."""

import asyncio
from collections.abc import Callable

import structlog

from services.cli.engines.child import Child, Command, Identity
from services.cli.running.state import ENGINES

log = structlog.get_logger()

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0
# One that ran for so long was well; its next end is a new story.
WELL_AFTER_SECONDS = 20.0
# Before it was ready once, so many ends in a row mean that it cannot start here.
TRIES_TO_START = 3


class Kept:
    """One command that is kept running; `ready` is set by whoever found it so."""

    def __init__(self, command: Command, changed: Callable[[], None]) -> None:
        self._command = command
        self._changed = changed
        self._child: Child | None = None
        self._asked = asyncio.Event()
        self._given_up = False
        self.ready = False

    @property
    def command(self) -> Command:
        """What is kept running."""
        return self._command

    @property
    def running(self) -> bool:
        """False when it was given up, or asked to end."""
        return not self._given_up and not self._asked.is_set()

    @property
    def identity(self) -> Identity | None:
        """The process of now; None between two of them."""
        return self._child.identity if self._child is not None and self._child.running else None

    async def keep(self) -> None:
        """Start it and start it again until `stop`; returns when it has ended for good."""
        loop = asyncio.get_running_loop()
        ends = 0
        while not self._asked.is_set():
            began = loop.time()
            code = await self._once()
            if self._asked.is_set():
                return
            ends = 1 if loop.time() - began > WELL_AFTER_SECONDS else ends + 1
            log.warning("process.ended", process=self._command.name, code=code, ends=ends)
            if not self.ready and ends >= TRIES_TO_START:
                self._given_up = True
                return
            await self._pause(min(FIRST_PAUSE_SECONDS * 2 ** (ends - 1), LONGEST_PAUSE_SECONDS))

    async def _once(self) -> int | None:
        """One process from its start to its end; its exit code, None where it could not be started: the disk may be full."""
        try:
            self._child = child = await Child.start(self._command)
        except OSError as error:
            log.warning("process.not_started", process=self._command.name, error=error.strerror)
            return None
        self._changed()
        if self._asked.is_set():  # asked while it was being started
            await child.stop()
        return await child.ended()

    async def stop(self) -> None:
        """End it and start it no more."""
        self._asked.set()
        if self._child is not None:
            await self._child.stop()

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._asked.wait()
        except TimeoutError:
            pass


class Keeper:
    """All that is kept running, in the order it was begun; ended from the last group to the first."""

    def __init__(self, group: asyncio.TaskGroup, record: Callable[[list[Identity]], None]) -> None:
        self._group = group
        self._record = record
        self._kept: list[Kept] = []

    def begin(self, command: Command) -> Kept:
        """Start `command` and keep it running."""
        kept = Kept(command, self._changed)
        self._kept.append(kept)
        self._group.create_task(kept.keep(), name=command.name)
        return kept

    def identity(self, name: str) -> Identity | None:
        """The process that runs under `name` now."""
        return next((kept.identity for kept in self._kept if kept.command.name == name), None)

    async def end(self, *names: str) -> None:
        """End these side by side and return when all have."""
        async with asyncio.TaskGroup() as group:
            for kept in self._kept:
                if kept.command.name in names:
                    group.create_task(kept.stop())

    async def end_all(self) -> None:
        """Services first, so that they can still finish what is in hand; then the engines."""
        await self.end(*(kept.command.name for kept in self._kept if kept.command.name not in ENGINES))
        await self.end(*ENGINES)

    def _changed(self) -> None:
        try:
            self._record([identity for kept in self._kept if (identity := kept.identity) is not None])
        except OSError as error:
            log.warning("processes.not_recorded", error=error.strerror)
