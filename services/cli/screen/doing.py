"""One run of `atalaya screen` from its options to its exit code."""

import contextlib
import io
import os
import select
import sys
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import typer
from rich.console import Console

from services.cli.reach import left_by_up
from services.cli.screen.answering import ByLists, settle
from services.cli.screen.cores import can_fork, several
from services.cli.screen.door import Door, through
from services.cli.screen.errors import DENIED, FAILED, INTERRUPTED, NOT_FOUND, OK, USAGE, ScreenFailedError
from services.cli.screen.lines import Lines
from services.cli.screen.lists.loading import loaded
from services.cli.screen.lists.telling import tell
from services.cli.screen.progress import Watched, bar, terminal
from services.cli.screen.running import Run, Submit, Told, at_once
from services.cli.screen.settings import ScreenSettings, Settings
from services.cli.screen.showing import JsonLines, Sentences, language_of, shown_on, written_to
from services.cli.watchlist.faults import plain
from services.cli.watchlist.reach import Reach
from services.correlate.domain.screen.index import WatchlistIndex
from shared.platform.clock import SystemClock
from shared.platform.settings import load_settings

_STDIN: Final = Path("-")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the options say."""

    file: Path
    lists: Path | None
    out: Path | None
    as_json: bool
    strict: bool
    jobs: int
    language: str
    reach: Reach


def do(wanted: Wanted) -> int:
    """Screen it, say what came of it, and return the exit code."""
    settings = load_settings(Settings).screen
    try:
        with _input(wanted.file) as (raw, ready), _way(wanted, settings) as (submit, ahead):
            told = _screened(wanted, settings, raw, ready, submit, ahead)
    except ScreenFailedError as error:
        _say(str(error))
        return error.code
    except BrokenProcessPool:
        _say("A process that screened was ended from outside, as a system without memory does: fewer --jobs.")
        return FAILED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # nothing more can be written there, at the interpreter's end either
        return FAILED
    except KeyboardInterrupt:
        _say("Interrupted before anything was screened.")
        return INTERRUPTED
    return _ended(wanted, told)


def _screened(
    wanted: Wanted, settings: ScreenSettings, raw: io.RawIOBase, ready: Callable[[], bool], submit: Submit, ahead: int
) -> Told:
    lines = Lines(raw, line_bytes=settings.line_bytes, batch_lines=settings.batch_lines, batch_bytes=settings.batch_bytes)
    size = None if wanted.file == _STDIN else wanted.file.stat().st_size
    apart = wanted.out is not None
    with written_to(wanted.out) as out, shown_on(out, terminal=not apart and sys.stdout.isatty()) as console:
        sink = JsonLines(out) if wanted.as_json else Sentences(console, language_of(wanted.language))
        shown = None if wanted.as_json and not apart and sys.stdout.isatty() else terminal(console, apart=apart)
        with bar("screening", shown, total=size) as moving:
            run = Run(submit, Watched(sink, moving), ahead, wanted.strict, ready)
            try:
                return run.over(lines.batches())
            except BrokenPipeError:
                raise
            except OSError as error:
                sentence = f"The answers cannot be written: {error.strerror or error}. Answered until line {run.told.last}."
                raise ScreenFailedError(sentence, FAILED) from None
            except (ScreenFailedError, BrokenProcessPool):
                _say(f"Answered until line {run.told.last}.")
                raise


@contextlib.contextmanager
def _way(wanted: Wanted, settings: ScreenSettings) -> Iterator[tuple[Submit, int]]:
    """Who answers, and how many batches may be on the way at once."""
    if wanted.lists is None:
        with through(_door(wanted.reach, settings)) as submit:
            yield submit, settings.requests
        return
    screening = _by_lists(wanted.lists, settings)
    jobs = wanted.jobs or os.cpu_count() or 1
    if jobs == 1 or not can_fork():
        yield at_once(screening), 0
        return
    with several(screening, jobs) as submit:
        yield submit, 2 * jobs


def _by_lists(folder: Path, settings: ScreenSettings) -> ByLists:
    """The lists of a folder, each told of on standard error. Raises ScreenFailedError where there is none."""
    if not folder.exists():
        raise ScreenFailedError(f"{folder}: there is no such folder.", NOT_FOUND)
    index, now = WatchlistIndex(), SystemClock().now()
    with bar("reading lists", Console(stderr=True) if sys.stderr.isatty() else None) as moving:
        held = loaded(folder, settings.lists, now, moving, index.apply)
    for sentence in tell(held, folder):
        _say(sentence)
    if not len(index):
        raise ScreenFailedError(f"{folder}: there is no list in it that can be read.", USAGE)
    bounds = {"line_bytes": settings.line_bytes, "faults_told": settings.faults_told}
    settle()
    return ByLists(index, held.dates, held.digest, now, **bounds)


def _door(reach: Reach, settings: ScreenSettings) -> Door:
    if reach.address is None:
        sentence = f"Nothing runs under {reach.var}. Say where: --service http://…, or which list files: --lists DIR."
        raise ScreenFailedError(sentence, USAGE)
    key = reach.key or left_by_up(reach.var).get("admin_key")
    if key is None:
        raise ScreenFailedError("A key with the scope screen is needed: --key, or ATALAYA_KEY.", DENIED)
    return Door(reach.address, str(key), settings)


@contextlib.contextmanager
def _input(file: Path) -> Iterator[tuple[io.RawIOBase, Callable[[], bool]]]:
    """The bytes as they come, and whether more are there already. Raises ScreenFailedError."""
    try:
        opened = io.FileIO(0, closefd=False) if file == _STDIN else io.FileIO(file)
    except OSError as error:
        name = "standard input" if file == _STDIN else file
        raise ScreenFailedError(f"{name}: {error.strerror or error}.", NOT_FOUND) from None
    with opened:
        yield opened, lambda: file != _STDIN or bool(select.select([opened], [], [], 0)[0])


def _ended(wanted: Wanted, told: Told) -> int:
    """What came of it in a sentence, and the exit code."""
    counts = f"{told.lines:,} {'line' if told.lines == 1 else 'lines'}: {told.alerts:,} with an alert, {told.possible:,} with possible hits, {told.faulty:,} faulty."
    where = f" Answered until line {told.last}" + (f", in {wanted.out}." if wanted.out else ".")
    if told.interrupted:
        _say(f"Interrupted.{where} {counts}")
        return INTERRUPTED
    if told.unreadable:
        _say(f"{wanted.file}: {told.unreadable}{where} {counts}")
        return FAILED
    if told.stopped:
        _say(f"Stopped at line {told.last}, which is faulty. {counts}")
        return FAILED
    _say(counts if not told.faulty else f"{counts} The faulty lines were not screened.")
    return FAILED if told.faulty else OK


def _say(sentence: str) -> None:
    typer.echo(plain(sentence, None), err=True)
