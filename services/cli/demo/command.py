"""`atalaya demo`."""

import asyncio
import contextlib
import json
import logging
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from services.cli.demo.board import Board
    from services.cli.demo.options import Options
    from services.cli.demo.outcome import Outcome
    from services.cli.running import System

VAR = Path("var/demo")


def demo(
    *,
    keep: Annotated[
        bool, typer.Option("--keep", help="leave everything running afterwards, and print how to try it with curl")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print the outcome as one JSON object")] = False,
    seed: Annotated[int, typer.Option(help="another seed generates other crossings and chooses other entries")] = 2026,
    crossings: Annotated[int, typer.Option(min=40, max=200_000, help="how many strangers cross")] = 4000,
    var: Annotated[
        Path, typer.Option("--var", help="folder of the demonstration; what an earlier one left there is deleted")
    ] = VAR,
    patience: Annotated[float, typer.Option(min=1, help="seconds that what is due may take after the last event")] = 120.0,
    picture: Annotated[Path | None, typer.Option(hidden=True, help="keep the last view as an SVG")] = None,
) -> None:
    """Play real seizures and generated crossings against a real list, and check what three partner nations receive.

    Exit code 0: every alert arrived, verified, once, at exactly the partners it was releasable to. 1: it did not; the difference is printed.
    """
    import structlog  # noqa: PLC0415 - so that help is there at once

    from services.cli.demo import ground  # noqa: PLC0415 - as above
    from services.cli.demo.board import Board  # noqa: PLC0415
    from services.cli.demo.options import Options  # noqa: PLC0415
    from services.cli.demo.outcome import summary  # noqa: PLC0415
    from services.cli.demo.shown import picture as keep_picture  # noqa: PLC0415
    from services.cli.demo.view import NOTE  # noqa: PLC0415
    from services.cli.running.console import fetch_with_bar  # noqa: PLC0415

    logging.disable(logging.CRITICAL)  # a client library's words about a broker that is being started are no news here
    # Standard output is the outcome's alone. The stream is looked up for each line: the live view puts its own in place.
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    options, board = Options(var.absolute(), seed, crossings, patience), Board()
    if not sys.stderr.isatty():
        typer.echo(NOTE, err=True)

    def tell(result: "Outcome") -> None:
        if picture is not None:
            keep_picture(board, picture)
        typer.echo(json.dumps(result.as_dict()) if as_json else summary(result))

    with _sentences():
        fetch_with_bar(options.var)
        ground.clear(options.var)
        ground.allow_agencies()
        result = asyncio.run(_run(options, board, tell, keep=keep))
    raise typer.Exit(0 if result.good else 1)


async def _run(options: "Options", board: "Board", tell: "Callable[[Outcome], None]", *, keep: bool) -> "Outcome":
    """Play under a view; a signal ends all in good order."""
    from services.cli.demo.play import play  # noqa: PLC0415 - as above
    from services.cli.demo.shown import live, plain  # noqa: PLC0415

    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    for number in (signal.SIGINT, signal.SIGTERM):
        if task is not None:
            loop.add_signal_handler(number, task.cancel)
    async with (live if sys.stderr.isatty() else plain)(board) as view:

        async def finish(system: "System", result: "Outcome") -> None:
            view.stop()
            tell(result)
            if keep:
                await _linger(system, options.var)

        return await play(options, board, say=view.say, then=finish)


async def _linger(system: "System", var: Path) -> None:
    """Leave it running until a signal comes."""
    from services.cli.demo.curl import lines  # noqa: PLC0415 - as above

    typer.echo(lines(system, var), err=True)
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None:
            task.uncancel()


@contextlib.contextmanager
def _sentences() -> Iterator[None]:
    """What cannot be done is told in a sentence, not a traceback."""
    from services.cli.demo.api import DemoError  # noqa: PLC0415 - as above
    from services.cli.engines.errors import EngineError  # noqa: PLC0415
    from services.cli.topics import TopicError  # noqa: PLC0415

    known = (DemoError, EngineError, TopicError)
    try:
        yield
    except asyncio.CancelledError:
        raise typer.Exit(130) from None
    except known as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except BaseExceptionGroup as group:
        expected, rest = group.split(known)
        if expected is None or rest is not None:
            raise
        typer.echo("\n".join(sorted({str(one) for one in _each(expected)})), err=True)
        raise typer.Exit(1) from None


def _each(error: BaseException) -> "Iterator[BaseException]":
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _each(one)
    else:
        yield error
