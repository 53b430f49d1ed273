"""A process on the supervisor, to be ended in different ways: `python -m tests.support.small_process MODE`."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.platform.logs import configure_logging
from shared.platform.settings import ProcessSettings
from shared.platform.supervisor import Service, run_process, run_service


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Patient:
    """Says that it runs; finishes what is in hand when told to stop."""

    name = "patient"

    async def run(self, stop: asyncio.Event) -> None:
        say("started")
        await stop.wait()
        await asyncio.sleep(0.05)
        say("finished")


class Hanging:
    """Does not stop."""

    name = "hanging"

    async def run(self, stop: asyncio.Event) -> None:
        del stop
        await asyncio.Event().wait()


class Failing:
    """Fails at once."""

    name = "failing"

    async def run(self, stop: asyncio.Event) -> None:
        del stop
        await asyncio.sleep(0.05)
        raise RuntimeError


class Blocking:
    """Holds the event loop for ever."""

    name = "blocking"

    async def run(self, stop: asyncio.Event) -> None:
        await asyncio.sleep(0.05)
        while True:
            stop.is_set()


MODES = {"patient": Patient, "hanging": Hanging, "failing": Failing, "blocking": Blocking}


@asynccontextmanager
async def opened(mode: str) -> AsyncIterator[Service]:
    yield Service(routers=[], workers=[MODES[mode]()])
    say("closed")


if __name__ == "__main__":
    configure_logging(service="small")
    sys.exit(run_process(lambda: run_service(opened(sys.argv[1]), ProcessSettings(), http=lambda _: Patient())))
