import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from shared.platform.readiness import Readiness
from shared.platform.settings import ProcessSettings
from shared.platform.supervisor import Service, Worker, run_service, supervise


class Patient:
    """Waits for the stop, then notes that it finished."""

    def __init__(self, name: str = "patient") -> None:
        self.name = name
        self.finished = False

    async def run(self, stop: asyncio.Event) -> None:
        await stop.wait()
        await asyncio.sleep(0)
        self.finished = True


class Failing:
    name = "failing"

    async def run(self, stop: asyncio.Event) -> None:
        raise RuntimeError("broken" if not stop.is_set() else "late")


class Leaving:
    name = "leaving"

    async def run(self, stop: asyncio.Event) -> None:
        assert not stop.is_set()


class Stopping:
    name = "stopping"

    async def run(self, stop: asyncio.Event) -> None:
        stop.set()


@pytest.mark.parametrize("bad", [Failing(), Leaving()])
async def test_a_worker_that_fails_or_leaves_ends_the_process_with_1_after_the_others_finished(bad: Worker) -> None:
    other = Patient()
    assert await supervise([other, bad], asyncio.Event()) == 1
    assert other.finished


async def test_a_stop_lets_all_finish_and_gives_0() -> None:
    first, second = Patient("first"), Patient("second")
    assert await supervise([first, second, Stopping()], asyncio.Event()) == 0
    assert first.finished
    assert second.finished


async def test_the_http_server_is_one_worker_among_the_others_and_adapters_close_last() -> None:
    order: list[str] = []

    class Server:
        name = "http"

        async def run(self, stop: asyncio.Event) -> None:
            order.append("served")
            stop.set()

    @asynccontextmanager
    async def opened() -> AsyncIterator[Service]:
        yield Service(routers=[], workers=[Patient()])
        order.append("closed")

    code = await run_service(opened(), ProcessSettings(), http=lambda _service: Server())
    assert (code, order) == (0, ["served", "closed"])


async def test_readiness_names_what_is_missing_and_survives_checks_that_hang_or_break() -> None:
    readiness = Readiness(deadline_seconds=0.01)

    async def hangs() -> str | None:
        await asyncio.Event().wait()
        return None

    def breaks() -> str | None:
        raise ValueError("personal data")

    readiness.register("good", lambda: None)
    readiness.register("hanging", hangs)
    readiness.register("broken", breaks)
    readiness.register("late", lambda: "still loading")
    assert await readiness.faults() == {
        "hanging": "no answer in time",
        "broken": "the check itself failed: ValueError",
        "late": "still loading",
    }
