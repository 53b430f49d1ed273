"""One run from the first process to the verdict."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp

from services.cli.demo import doors, ground, scenario, setup, verdict
from services.cli.demo.board import Board
from services.cli.demo.nations import PARTNERS
from services.cli.demo.options import Options
from services.cli.demo.outcome import Outcome, outcome
from services.cli.demo.receivers import Receipt, Receiver
from services.cli.demo.scenario import Scenario
from services.cli.demo.watch import NOT_NOW, Watch, watching
from services.cli.running import System, running
from services.cli.settings import UpSettings
from shared.contracts.topics import ALERTS, EVENTS, RAW_SEIZURES, SIGHTINGS
from shared.platform.clock import SystemClock

LOOK_SECONDS = 0.5
QUIET_SECONDS = 2.0
"""How long nothing may have moved, after all was worked off, until the run is over."""
REST_SECONDS = 20.0

Keep = Callable[[Receipt], None]
Say = Callable[[str], None]
Then = Callable[[System, Outcome], Awaitable[None]]


@contextlib.asynccontextmanager
async def receiving(keep: Keep) -> AsyncIterator[list[Receiver]]:
    """The three partners' receivers."""
    async with contextlib.AsyncExitStack() as stack:
        yield [await stack.enter_async_context(Receiver(partner, keep).listening()) for partner in PARTNERS]


async def play(options: Options, board: Board, *, say: Say, then: Then | None = None, keep: Keep | None = None) -> Outcome:
    """Bring everything up, play the scenario, wait until all of it is worked off, and judge. `keep` is what receivers do with a
    verified webhook, the board's own note of it by default; `then` is awaited while all still runs.

    Raises:
        EngineError: it cannot run here.
        DemoError: it cannot be played.
    """
    loop, settings = asyncio.get_running_loop(), UpSettings()
    began, now = loop.time(), SystemClock().now()
    run = f"{int(now.timestamp()) % 36**4:05X}"
    async with contextlib.AsyncExitStack() as stack:
        partners = await stack.enter_async_context(receiving(keep or board.keep))
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15)))
        made = await asyncio.to_thread(scenario.make, options.seed, options.crossings, now, run)
        system = await stack.enter_async_context(running(options.var, ground.free_ports(), say=say, settings=settings))
        watch = await stack.enter_async_context(watching(system, settings.kafka.topic_prefix))
        route_id = await _prepare(session, system, made, partners, board)
        await _at_rest(watch, board)
        await watch.mark()
        unsettled = await _perform(session, system, made, watch, board, route_id, options)
        unsettled += verdict.not_raised(made.due, await setup.raised(session, system), route_id)
        result = outcome(made, board, partners, route_id, unsettled, loop.time() - began)
        board.stage = "done"
        if then is not None:
            await then(system, result)
    return result


async def _prepare(session: aiohttp.ClientSession, system: System, made: Scenario, partners: list[Receiver], board: Board) -> str:
    """The list, the route and the subscriptions; the route's id."""
    board.stage = "importing the list"
    watchlist = await setup.open_list(session, system)
    async for count in setup.import_list(watchlist, made.entries):
        board.entries += count
    route_id = await setup.write_route(watchlist, made.route, made.run)
    board.entries += 1
    board.stage = "subscribing the partners"
    async with asyncio.TaskGroup() as group:
        for receiver in partners:
            group.create_task(setup.subscribe(session, system, receiver))
    return route_id


async def _at_rest(watch: Watch, board: Board) -> None:
    """Return when the list is in place: what its import set in motion is worked off. Nothing is lost by going on without it."""
    board.stage = "putting the list in place"
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(REST_SECONDS):
            while True:
                with contextlib.suppress(*NOT_NOW):
                    if await watch.is_worked_off(await watch.ends()):
                        return
                await asyncio.sleep(LOOK_SECONDS)


async def _perform(
    session: aiohttp.ClientSession, system: System, made: Scenario, watch: Watch, board: Board, route_id: str, options: Options
) -> list[str]:
    """Play both doors side by side and wait for the end; sentences about what did not come to it."""
    board.stage = "playing"
    board.to_post, board.to_produce = len(made.crossings), len(made.seizures)
    opened = await setup.open_doors(session, system, {one.nation for one in made.crossings})
    topic, seconds = watch.prefix + RAW_SEIZURES, options.seconds(board.to_post + board.to_produce)
    over = asyncio.Event()
    unsettled: list[str] = []

    async def events() -> None:
        async with asyncio.TaskGroup() as both:
            both.create_task(doors.post(made.crossings, opened, board, seconds))
            both.create_task(doors.produce(made.seizures, system.kafka, topic, board, seconds))
        board.stage = "working off"
        try:
            async with asyncio.timeout(options.patience_seconds):
                await _settled(watch, board, made, route_id)
        except TimeoutError:
            unsettled.append(
                f"{options.patience_seconds:g} s after the last event not all that was due had arrived and been worked off"
            )
        over.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(events())
        group.create_task(_count(watch, board, over))
    board.repeated = sum(door.repeated for door in opened.values())
    return unsettled


async def _count(watch: Watch, board: Board, over: asyncio.Event) -> None:
    """Keep the board's counts of what is on the topics."""
    while not over.is_set():
        with contextlib.suppress(*NOT_NOW):
            counts = await watch.counts()
            board.events, board.sightings, board.revisions = (counts.get(topic, 0) for topic in (EVENTS, SIGHTINGS, ALERTS))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):
                await over.wait()


async def _settled(watch: Watch, board: Board, made: Scenario, route_id: str) -> None:
    """Return when all that is due has arrived, every topic is worked off, and nothing has moved for a while."""
    loop = asyncio.get_running_loop()
    before, since = None, loop.time()
    while True:
        with contextlib.suppress(*NOT_NOW):
            ends = await watch.ends()
            state = (dict(ends), board.arrivals)
            complete = verdict.is_complete(made.due, board.receipts, route_id) and await watch.is_worked_off(ends)
            if not complete or state != before:
                before, since = state, loop.time()
            elif loop.time() - since >= QUIET_SECONDS:
                return
        await asyncio.sleep(LOOK_SECONDS)
