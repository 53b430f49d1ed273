"""The second process of a batch: it judges as we do, and nothing depends on it."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence

import orjson
import psutil
import pytest

from services.ingest.helper import LENGTH, frame
from services.ingest.helping import Helper, HelperGoneError, Judges
from services.ingest.judging import ItemReader, Judgement, Refusal, judge_items
from services.ingest.rules import rules_of
from services.ingest.settings import IngestSettings
from services.ingest.verdict import too_large
from shared.platform.clock import SystemClock
from shared.platform.settings import KafkaSettings
from tests.support.ingest import NOW, SAT, crossing, least, seizure
from tests.support.ingest_service import running, until

SETTINGS = IngestSettings(strict=True)
RULES = rules_of(SETTINGS)
READER = ItemReader(SAT, strict=False, traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
TREES = [
    {"type": "border-crossing", **crossing()},
    {"type": "seizure", **seizure()},
    {"type": "border-crossing", **least(id="2", persons=[{"birth_date": "1984-13"}])},
    {"type": "border-crossing", **least(id="3", agency="HN-ADU")},
    {"type": "border-crossing", **least(id="4", colour="red")},
    {"type": "unheard-of"},
]
ITEMS: list[bytes | Refusal] = [*map(orjson.dumps, TREES), b'{"id":1,"id":2}', Refusal(too_large("the item is too large"))]


def ours() -> list[Judgement]:
    return list(judge_items(ITEMS, READER, RULES, NOW))


@contextlib.asynccontextmanager
async def working() -> AsyncIterator[Helper]:
    """A helper that is ready."""
    helper, stop = Helper(SETTINGS), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(helper.run(stop))
        try:
            await until(lambda: ready(helper))
            yield helper
        finally:
            stop.set()


async def ready(helper: Helper) -> bool:
    return helper.free


def processes() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "services.ingest.helper" in child.cmdline()]


async def test_the_helper_judges_as_we_do() -> None:
    async with working() as helper:
        assert await helper.judge(ITEMS, READER, NOW) == ours()
    assert not processes()


async def test_it_is_given_only_what_it_will_begin_with_soon() -> None:
    async with working() as helper, asyncio.TaskGroup() as group:
        asked = [group.create_task(helper.judge(ITEMS, READER, NOW)) for _ in range(3)]
        await asyncio.sleep(0)
        assert not helper.free
        assert [await each for each in asked] == [ours()] * 3
        assert helper.free


async def test_when_it_is_killed_we_judge_ourselves() -> None:
    async with working() as helper:
        judges = Judges(RULES, SystemClock(), helper)
        (process,) = processes()
        os.kill(process.pid, signal.SIGSTOP)
        async with asyncio.TaskGroup() as group:
            asked = group.create_task(judged(judges, ITEMS))
            await asyncio.sleep(0)
            os.kill(process.pid, signal.SIGKILL)
        assert [type(each) for each in asked.result()] == [type(each) for each in ours()]
        with pytest.raises(HelperGoneError):
            await helper.judge(ITEMS, READER, NOW)


async def test_it_ends_when_its_input_ends_however_that_came() -> None:
    command, pipe = (sys.executable, "-m", "services.ingest.helper"), asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(frame(SETTINGS))
    await process.stdout.readexactly(LENGTH.size)
    process.stdin.close()
    async with asyncio.timeout(10):
        assert await process.wait() == 0


async def test_one_that_is_told_to_stop_before_it_has_begun_is_not_waited_for() -> None:
    stop = asyncio.Event()
    stop.set()
    assert await Helper(SETTINGS)._run_one(stop) == -signal.SIGKILL


async def judged(judges: Judges, items: Sequence[bytes | Refusal]) -> list[Judgement]:
    found, _ = await judges.judge(READER, items)
    return list(found)


async def test_revisions_reach_the_topic_in_order_whoever_judged_them(kafka_of_test: KafkaSettings, token: str) -> None:
    async with running(kafka_of_test, token=token, helper=True, batch_chunk_items=3) as desk:
        (helper,) = (worker for worker in desk.workers if isinstance(worker, Helper))
        await until(lambda: ready(helper))
        lines = [{"type": "border-crossing", **least(id="one", revision=number)} for number in range(1, 301)]
        answers = await desk.batch(b"\n".join(map(orjson.dumps, lines)))
        assert [answer["status"] for answer in answers] == ["accepted"] * 300
        assert [event.revision for event in await desk.events(300)] == list(range(1, 301))
