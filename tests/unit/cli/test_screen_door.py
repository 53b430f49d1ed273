"""Batches through the door of a service that is busy, away, of another release, or takes less at once than it is sent."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import orjson
import pytest

from services.cli.screen.answering import Answers
from services.cli.screen.door import Door, through
from services.cli.screen.errors import DENIED, FAILED, UNREACHABLE, ScreenFailedError
from services.cli.screen.lines import Batch
from services.cli.screen.settings import ScreenSettings
from tests.support.raw_endpoint import raw_endpoint, read_request

BATCH = Batch([(1, b'{"id": 1, "name": "Ana Lux"}'), (3, b'{"id": 3, "name": ""}'), (4, b'{"id": "x", "name": "Eva Paz"}')], 0)
Say = Callable[[list[Any]], tuple[int, dict[str, str], Any]]


def good(asked: list[Any]) -> tuple[int, dict[str, str], Any]:
    """A hit on every Eva."""
    hits = [[{"alert": True}] if "Eva" in one["name"] else [] for one in asked]
    return 200, {}, b"".join(orjson.dumps({"id": one["id"], "hits": each}) + b"\n" for one, each in zip(asked, hits, strict=True))


@contextlib.asynccontextmanager
async def service(*said: Say) -> AsyncIterator[tuple[Door, list[list[Any]]]]:
    """A service that says one thing after the other, the last for ever; and what it was asked."""
    asked: list[list[Any]] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            _, body = await read_request(reader)
            asked.append([orjson.loads(line) for line in body.splitlines()])
            status, headers, answer = said[min(len(asked), len(said)) - 1](asked[-1])
            content = answer if isinstance(answer, bytes) else orjson.dumps(answer)
            lines = [
                f"HTTP/1.1 {status} X",
                *(f"{name}: {value}" for name, value in headers.items()),
                f"Content-Length: {len(content)}",
            ]
            writer.write("\r\n".join([*lines, "", ""]).encode() + content)

    async with raw_endpoint(handle) as address:
        door = Door(address.rstrip("/"), "atk_x_y", ScreenSettings(patience_seconds=1, answer_seconds=5))
        try:
            yield door, asked
        finally:
            await door.close()


def told(answers: Answers) -> list[Any]:
    return [orjson.loads(line) for line in answers.lines]


async def test_good_lines_are_sent_and_the_faulty_are_told_of_here_all_in_order() -> None:
    async with service(good) as (door, asked):
        answers = await door.answered(BATCH)
    assert [[one["id"] for one in each] for each in asked] == [[1, "x"]]
    assert [one["id"] for one in told(answers)] == [1, 3, "x"]
    assert answers.marks == b"nfa"
    assert told(answers)[1]["line"] == 3


async def test_a_service_that_answers_later_is_asked_again_when_it_says() -> None:
    busy: Say = lambda _: (429, {"Retry-After": "1"}, {})  # noqa: E731
    gone: Say = lambda _: (503, {}, {})  # noqa: E731
    async with service(gone, busy, good) as (door, asked):
        loop = asyncio.get_running_loop()
        began = loop.time()
        answers = await door.answered(BATCH)
        took = loop.time() - began
    assert (answers.marks, len(asked)) == (b"nfa", 3)
    assert took >= 1.2


async def test_a_service_that_is_away_is_given_up_after_the_patience_and_one_that_refuses_at_once() -> None:
    async with service(lambda _: (503, {}, {})) as (door, _):
        with pytest.raises(ScreenFailedError, match="503") as away:
            await door.answered(BATCH)
    async with service(lambda _: (403, {}, {"detail": "The key lacks screen."})) as (door, asked):
        with pytest.raises(ScreenFailedError, match="lacks screen") as denied:
            await door.answered(BATCH)
    async with service(lambda _: (500, {}, b"<html>")) as (door, _):
        with pytest.raises(ScreenFailedError, match="500") as failed:
            await door.answered(BATCH)
    async with service(lambda _: (200, {}, b"{}\n")) as (door, _):
        with pytest.raises(ScreenFailedError, match="answered 1 of 2 lines"):
            await door.answered(BATCH)
    assert (away.value.code, denied.value.code, failed.value.code, len(asked)) == (UNREACHABLE, DENIED, FAILED, 1)


async def test_what_is_too_large_is_sent_in_halves_and_a_line_that_is_alone_too_large_is_told_of() -> None:
    def small(asked: list[Any]) -> tuple[int, dict[str, str], Any]:
        return good(asked) if len(asked) == 1 and asked[0]["id"] == "x" else (413, {}, {})

    async with service(small) as (door, asked):
        answers = await door.answered(BATCH)
    assert (answers.marks, len(asked)) == (b"ffa", 3)
    assert told(answers)[0] == {
        "id": 1,
        "line": 1,
        "error": [{"pointer": "", "code": "too_large", "detail": "The line is longer than the service takes."}],
    }


async def test_what_only_the_service_finds_wrong_is_told_of_that_line_and_the_others_are_screened() -> None:
    def older(asked: list[Any]) -> tuple[int, dict[str, str], Any]:
        errors = [{"pointer": f"/{at}/name", "code": "odd", "detail": "Odd."} for at, one in enumerate(asked) if one["id"] == 1]
        return (422, {}, {"errors": errors}) if errors else good(asked)

    async with service(older) as (door, asked):
        answers = await door.answered(BATCH)
    assert (answers.marks, len(asked)) == (b"ffa", 2)
    assert told(answers)[0] == {"id": 1, "line": 1, "error": [{"pointer": "/name", "code": "odd", "detail": "Odd."}]}


async def test_what_is_on_its_way_at_the_end_is_given_up_at_once() -> None:
    def given_up(door: Door) -> bool:
        with through(door) as submit:
            waiting = submit(BATCH)
        return waiting.cancelled() or waiting.exception() is not None

    async def never(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with raw_endpoint(never) as address, asyncio.timeout(5):
        door = Door(address.rstrip("/"), "atk_x_y", ScreenSettings(answer_seconds=60))
        assert await asyncio.to_thread(given_up, door)
