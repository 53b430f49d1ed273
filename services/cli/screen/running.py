"""From the first line to the last: batches are answered several at once, and written in the order of the file."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from services.cli.screen.answering import ALERT, FAULTY, POSSIBLE, Answers
from services.cli.screen.interrupts import Interrupts
from services.cli.screen.lines import Batch, UnreadableInputError

Submit: TypeAlias = Callable[[Batch], "Future[Answers]"]


class Sink(Protocol):
    """Where answers go."""

    def write(self, batch: Batch, answers: Answers) -> None:
        """All of a batch, or nothing of it."""


@dataclass(slots=True)
class Told:
    """What came of the lines that were answered, and how it ended."""

    lines: int = 0
    last: int = 0
    alerts: int = 0
    possible: int = 0
    faulty: int = 0
    interrupted: bool = False
    stopped: bool = False
    unreadable: str | None = None

    def add(self, batch: Batch, answers: Answers) -> None:
        """Count what was written."""
        self.lines += len(answers.lines)
        self.last = batch.lines[len(answers.lines) - 1][0]
        self.alerts += answers.marks.count(ALERT)
        self.possible += answers.marks.count(POSSIBLE)
        self.faulty += answers.marks.count(FAULTY)


@dataclass(slots=True)
class Run:
    """How a file is screened. `ahead` batches may wait to be written; `ready` says whether more can be read without waiting."""

    submit: Submit
    sink: Sink
    ahead: int
    strict: bool
    ready: Callable[[], bool] = lambda: True
    told: Told = field(default_factory=Told)
    _waiting: "deque[tuple[Batch, Future[Answers]]]" = field(default_factory=deque)

    def over(self, batches: Iterator[Batch]) -> Told:
        """Answer every batch. What was answered when it is interrupted, or the input breaks off, is written."""
        with Interrupts() as interrupts:
            try:
                self._over(batches, interrupts)
            except KeyboardInterrupt:
                self.told.interrupted = True
                self._settle()
            except UnreadableInputError as error:
                self.told.unreadable = str(error)
                self._write(interrupts, leave=0)
            finally:
                for _, future in self._waiting:
                    future.cancel()
        return self.told

    def _over(self, batches: Iterator[Batch], interrupts: Interrupts) -> None:
        while not self.told.stopped:
            if not self.ready():
                self._write(interrupts, leave=0)
            with interrupts.waiting():
                batch = next(batches, None)
            if batch is None:
                self._write(interrupts, leave=0)
                return
            self._waiting.append((batch, self.submit(batch)))
            self._write(interrupts, leave=self.ahead)

    def _write(self, interrupts: Interrupts, *, leave: int) -> None:
        """Write what is answered, in order, until so many are left."""
        while len(self._waiting) > leave and not self.told.stopped:
            batch, future = self._waiting[0]
            with interrupts.waiting():
                answers = future.result()
            self._waiting.popleft()
            self._put(batch, answers)

    def _settle(self) -> None:
        """Write what was answered already."""
        while self._waiting and self._waiting[0][1].done() and not self.told.stopped:
            batch, future = self._waiting.popleft()
            if future.exception() is not None:
                return
            self._put(batch, future.result())

    def _put(self, batch: Batch, answers: Answers) -> None:
        first = answers.marks.find(FAULTY) if self.strict else -1
        if first >= 0:
            answers = Answers(answers.lines[: first + 1], answers.marks[: first + 1])
            self.told.stopped = True
        self.sink.write(batch, answers)
        self.told.add(batch, answers)


def at_once(answer: Callable[[Batch], Answers]) -> Submit:
    """Answered here and now."""

    def submit(batch: Batch) -> "Future[Answers]":
        future: Future[Answers] = Future()
        future.set_result(answer(batch))
        return future

    return submit
