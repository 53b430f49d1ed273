"""How a run is shown: live on a terminal, in plain lines anywhere else."""

import asyncio
import contextlib
import io
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console
from rich.live import Live

from services.cli.demo.board import Board
from services.cli.demo.view import line, progress, render

LINE_SECONDS = 2.0
PICTURE_WIDTH = 118
FETCHED_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Shown:
    """A view that is being shown: what to call when a step begins, and when it is to stand still."""

    say: Callable[[str], None]
    stop: Callable[[], None]


@contextlib.asynccontextmanager
async def live(board: Board) -> AsyncIterator[Shown]:
    """Redraws the view on standard error while the body runs."""

    def say(what: str) -> None:
        board.stage = what

    with Live(console=Console(stderr=True), get_renderable=lambda: render(board), refresh_per_second=5) as drawn:
        yield Shown(say, drawn.stop)


@contextlib.asynccontextmanager
async def plain(board: Board) -> AsyncIterator[Shown]:
    """Prints steps, alerts and, now and then, the counts on standard error."""

    def say(what: str) -> None:
        typer.echo(f"· {what}", err=True)

    over = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(_lines(board, over))
        try:
            yield Shown(say, over.set)
        finally:
            over.set()


async def _lines(board: Board, over: asyncio.Event) -> None:
    told, shown = 0, set[tuple[str, str]]()
    while not over.is_set():
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LINE_SECONDS):
                await over.wait()
        for receipt in board.receipts[told:]:
            key = (receipt.partner, str(receipt.alert.get("id")))
            if receipt.alert.get("cause") != "seizure_link" or key not in shown:
                typer.echo(line(receipt), err=True)
            shown.add(key)
        told = len(board.receipts)
        if board.to_post:
            typer.echo(progress(board), err=True)


def picture(board: Board, path: Path) -> None:
    """Keep the view as it stands as an SVG that fetches nothing from anywhere: it is shown in the reader's own fixed-width font."""
    console = Console(record=True, width=PICTURE_WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(render(board))
    drawn = console.export_svg(title="atalaya demo")
    path.write_text(FETCHED_FONTS.sub("", drawn), encoding="utf-8")
