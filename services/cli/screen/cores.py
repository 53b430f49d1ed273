"""Several processes of this machine, each with the same lists: forked, so that the index is in memory once."""

import contextlib
import multiprocessing
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

from services.cli.screen.answering import Answers, ByLists
from services.cli.screen.lines import Batch
from services.cli.screen.running import Submit

_held: ByLists | None = None


@contextlib.contextmanager
def several(screening: ByLists, jobs: int) -> Iterator[Submit]:
    """Batches are answered by so many processes. They are there when it begins: no thread may be when a process forks."""
    context = multiprocessing.get_context("fork")
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(screening,))
    try:
        pool.submit(int).result()
        yield lambda batch: pool.submit(_answered, batch)
    finally:
        pool.shutdown(cancel_futures=True)


def can_fork() -> bool:
    """Whether this system can do it."""
    return "fork" in multiprocessing.get_all_start_methods()


def _begin(screening: ByLists) -> None:
    global _held  # noqa: PLW0603 - what a forked process was born with
    _held = screening
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _answered(batch: Batch) -> Answers:
    if _held is None:
        raise RuntimeError("the process was not begun")
    return _held(batch)
