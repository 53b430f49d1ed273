"""`POST /v1/screen` of a running service: several batches on the way at once, each asked again while the service answers `later`."""

import asyncio
import contextlib
import threading
from collections.abc import Coroutine, Iterator, Sequence
from http import HTTPStatus
from typing import Any, Final

import httpx
import orjson

from services.cli.screen.answering import ALERT, FAULTY, NOTHING, POSSIBLE, Answers, read, refusal
from services.cli.screen.errors import DENIED, FAILED, UNREACHABLE, ScreenFailedError
from services.cli.screen.lines import Batch
from services.cli.screen.running import Submit
from services.cli.screen.settings import ScreenSettings
from shared.platform.faults import Fault

_HEADERS: Final = {"Content-Type": "application/x-ndjson"}
_LATER: Final = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
_NO_HITS: Final = b'"hits":[]'
_FIRST_PAUSE_SECONDS: Final = 0.2
_LONGEST_PAUSE_SECONDS: Final = 5.0
_LONGEST_TOLD_SECONDS: Final = 120.0


class Door:
    """The door for one key. Asking again is without harm: nothing of a question is kept."""

    def __init__(self, service: str, key: str, settings: ScreenSettings) -> None:
        self._service = service
        self._settings = settings
        limits = httpx.Limits(max_connections=settings.requests)
        self._client = httpx.AsyncClient(
            base_url=service, headers={"Authorization": f"Bearer {key}"}, timeout=settings.answer_seconds, limits=limits
        )

    async def answered(self, batch: Batch) -> Answers:
        """An answer for each line. Raises ScreenFailedError."""
        settings = self._settings
        found = read(batch, line_bytes=settings.line_bytes, faults_told=settings.faults_told)
        lines: list[bytes] = [b""] * len(batch.lines)
        for place, told in found.faulty.items():
            lines[place] = told
        asked = {place: line for place, _ in found.questions if (line := batch.lines[place][1])}
        answers = await self._asked(asked)
        for place, answer in answers.items():
            number, value = batch.lines[place][0], batch.lines[place][1]
            told = (
                refusal(number, orjson.loads(value or b"null"), answer, settings.faults_told)
                if isinstance(answer, list)
                else answer
            )
            lines[place] = told
        refused = found.faulty.keys() | {place for place, answer in answers.items() if isinstance(answer, list)}
        return Answers(lines, b"".join(FAULTY if place in refused else _mark(line) for place, line in enumerate(lines)))

    async def close(self) -> None:
        """End every connection."""
        await self._client.aclose()

    async def _asked(self, asked: dict[int, bytes]) -> dict[int, bytes | list[Fault]]:
        """The service's answer to each line, or what it finds wrong with it."""
        if not asked:
            return {}
        places = list(asked)
        answer = await self._good([asked[place] for place in places])
        if answer.status_code == HTTPStatus.OK:
            told = answer.content.splitlines()
            if len(told) != len(places):
                raise ScreenFailedError(f"{self._service} answered {len(told)} of {len(places)} lines.", FAILED)
            return dict(zip(places, told, strict=True))
        if answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return await self._in_halves(asked)
        return await self._without_refused(asked, answer)

    async def _in_halves(self, asked: dict[int, bytes]) -> dict[int, bytes | list[Fault]]:
        places = list(asked)
        if len(places) == 1:
            return {places[0]: [Fault("", "too_large", "The line is longer than the service takes.")]}
        half = len(places) // 2
        first = await self._asked({place: asked[place] for place in places[:half]})
        return first | await self._asked({place: asked[place] for place in places[half:]})

    async def _without_refused(self, asked: dict[int, bytes], answer: httpx.Response) -> dict[int, bytes | list[Fault]]:
        """The service refuses what was thought good here, as one of another release may: the others are asked again."""
        places = list(asked)
        refused: dict[int, list[Fault]] = {}
        for error in _problem(answer).get("errors") or ():
            index, _, rest = str(error.get("pointer", "")).removeprefix("/").partition("/")
            if index.isdecimal() and int(index) < len(places):
                fault = Fault(f"/{rest}" if rest else "", str(error.get("code")), str(error.get("detail")))
                refused.setdefault(places[int(index)], []).append(fault)
        if not refused:
            raise self._failed(answer)
        others = await self._asked({place: line for place, line in asked.items() if place not in refused})
        return {**refused, **others}

    async def _good(self, lines: Sequence[bytes]) -> httpx.Response:
        """The answer that is not `later`: of those that can be gone on with."""
        loop = asyncio.get_running_loop()
        ends, pause, said = loop.time() + self._settings.patience_seconds, _FIRST_PAUSE_SECONDS, ""
        while True:
            wait = pause
            try:
                answer = await self._client.post("/v1/screen", content=b"\n".join(lines), headers=_HEADERS)
            except httpx.HTTPError as error:
                said = type(error).__name__
            else:
                if answer.status_code not in _LATER:
                    return self._checked(answer)
                said, wait = str(answer.status_code), _told_wait(answer) or pause
                if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
                    ends = max(ends, loop.time() + wait + self._settings.patience_seconds)
            if loop.time() + wait >= ends:
                sentence = f"No answer from {self._service} ({said}). Is it running? `atalaya up --detach` starts it."
                raise ScreenFailedError(sentence, UNREACHABLE)
            await asyncio.sleep(wait)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    def _checked(self, answer: httpx.Response) -> httpx.Response:
        if answer.status_code in {HTTPStatus.OK, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY}:
            return answer
        raise self._failed(answer)

    def _failed(self, answer: httpx.Response) -> ScreenFailedError:
        problem = _problem(answer)
        said = str(problem.get("detail") or problem.get("title") or f"status {answer.status_code}")
        denied = answer.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
        return ScreenFailedError(f"{self._service} refused: {said}", DENIED if denied else FAILED)


@contextlib.contextmanager
def through(door: Door) -> Iterator[Submit]:
    """Batches are answered by the door, from a thread of its own; what is on its way at the end is given up."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="door", daemon=True)
    thread.start()

    def run(doing: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(doing, loop)

    try:
        yield lambda batch: run(door.answered(batch))
    finally:
        run(_ended(door)).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _ended(door: Door) -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    if others:
        await asyncio.wait(others)
    await door.close()


def _mark(line: bytes) -> bytes:
    if _NO_HITS in line:
        return NOTHING
    return ALERT if any(hit["alert"] for hit in orjson.loads(line)["hits"]) else POSSIBLE


def _told_wait(answer: httpx.Response) -> float | None:
    """The seconds that the service says, within reason."""
    told = answer.headers.get("Retry-After", "")
    return min(float(told), _LONGEST_TOLD_SECONDS) if told.isdecimal() else None


def _problem(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
