"""Against real, small processes."""

import asyncio
import errno
import sys
from pathlib import Path

from services.cli.engines.child import Child, Command, Identity
from services.cli.running.keeper import TRIES_TO_START, Keeper, Kept


def command(tmp_path: Path, code: str, *, stop_seconds: float = 5.0) -> Command:
    return Command("small", (sys.executable, "-c", code), tmp_path / "small.log", {}, stop_seconds=stop_seconds)


WAITS = "import signal; signal.pause()"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True)\nwhile True: signal.pause()"


async def test_what_dies_is_started_again(tmp_path: Path) -> None:
    started: list[Identity] = []
    changed = asyncio.Event()

    def note() -> None:
        if kept.identity is not None:
            started.append(kept.identity)
            changed.set()

    kept = Kept(command(tmp_path, WAITS), note)
    kept.ready = True
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        group.create_task(kept.keep())
        for _ in range(2):
            await changed.wait()
            changed.clear()
            process = started[-1].process()
            assert process is not None
            process.kill()
        await changed.wait()
        await kept.stop()
    assert len({identity.pid for identity in started}) == 3
    assert kept.identity is None


async def test_what_never_becomes_ready_is_given_up(tmp_path: Path) -> None:
    starts = 0

    def note() -> None:
        nonlocal starts
        starts += 1

    kept = Kept(command(tmp_path, "print('no', flush=True); raise SystemExit(3)"), note)
    async with asyncio.timeout(20):
        await kept.keep()
    assert not kept.running
    assert starts == TRIES_TO_START
    assert (tmp_path / "small.log").read_text() == "no\n" * TRIES_TO_START


async def test_what_does_not_listen_is_killed_at_its_deadline(tmp_path: Path) -> None:
    child = await Child.start(command(tmp_path, STUBBORN, stop_seconds=0.2))
    async with asyncio.timeout(20):
        while not (tmp_path / "small.log").read_text():  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0)
        await child.stop()
        assert await child.ended() == -9
    assert not child.running


async def test_services_end_before_the_engines(tmp_path: Path) -> None:
    both = asyncio.Event()
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        keeper = Keeper(group, lambda identities: both.set() if len(identities) == 2 else None)
        for name in ("kafka", "ingest"):
            keeper.begin(Command(name, (sys.executable, "-c", WAITS), tmp_path / f"{name}.log"))
        await both.wait()
        engine = keeper.identity("kafka")
        assert engine is not None
        await keeper.end("ingest")
        assert keeper.identity("ingest") is None
        assert engine.process() is not None
        await keeper.end_all()
    assert engine.process() is None


async def test_what_dies_is_started_again_though_it_can_neither_be_recorded_nor_started_at_once(tmp_path: Path) -> None:
    starts: list[int] = []
    came_back = asyncio.Event()

    def record(identities: list[Identity]) -> None:
        starts.extend(identity.pid for identity in identities if identity.pid not in starts)
        if len(starts) > 1:
            came_back.set()
        raise OSError(errno.ENOSPC, "No space left on device")

    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        keeper = Keeper(group, record)
        kept = keeper.begin(Command("small", (sys.executable, "-c", WAITS), tmp_path / "log" / "small.log"))
        kept.ready = True
        while (first := keeper.identity("small")) is None:
            await asyncio.sleep(0.01)
            (tmp_path / "log").mkdir(exist_ok=True)
        process = first.process()
        assert process is not None
        process.kill()
        await came_back.wait()
        await keeper.end_all()
