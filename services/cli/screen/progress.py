"""How far it is, on a terminal and nowhere else."""

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from services.cli.screen.answering import Answers
from services.cli.screen.lines import Batch
from services.cli.screen.running import Sink


@dataclass(slots=True)
class Bar:
    """One bar: of so many bytes so many are done."""

    progress: Progress
    task: TaskID
    count: int = 0

    def add(self, size: int) -> None:
        """So many bytes more are to be done."""
        self.progress.update(self.task, total=(self.progress.tasks[0].total or 0) + size)

    def at(self, done: int, more: int = 0) -> None:
        """So many of all are done, and so much more is counted."""
        self.count += more
        self.progress.update(self.task, completed=done, count=f"{self.count:,}" if self.count else "")


@contextlib.contextmanager
def bar(what: str, console: Console | None, *, total: int | None = None) -> Iterator[Bar]:
    """Shown on the console while it lasts; nowhere without one."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[count]}"), TimeRemainingColumn())
    with Progress(*columns, console=console or Console(stderr=True), transient=True, disable=console is None) as progress:
        yield Bar(progress, progress.add_task(what, total=total, count=""))


@dataclass(slots=True)
class Watched:
    """A sink whose bar moves with what is written."""

    sink: Sink
    bar: Bar

    def write(self, batch: Batch, answers: Answers) -> None:
        """See Sink."""
        self.sink.write(batch, answers)
        self.bar.at(batch.at, len(answers.lines))


def terminal(shown: Console, *, apart: bool) -> Console | None:
    """Where a bar may be: beside what is shown, on the same terminal through the same console; `apart` where answers go elsewhere."""
    if not sys.stderr.isatty():
        return None
    if apart or not sys.stdout.isatty():
        return Console(stderr=True)
    return shown
