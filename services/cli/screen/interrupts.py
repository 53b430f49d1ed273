"""Ctrl-C between two batches: what is judged and written is whole."""

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType
from typing import Any, Self


class Interrupts:
    """While it holds, Ctrl-C ends what waits at once, and what works after its batch. A second one ends it wherever it is."""

    def __init__(self) -> None:
        self._asked = False
        self._waiting = False
        self._before: Any = None

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._on)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    @contextlib.contextmanager
    def waiting(self) -> Iterator[None]:
        """Within it nothing is half done: raises KeyboardInterrupt as soon as it is asked for, or was before."""
        self._waiting = True
        try:
            if self._asked:
                raise KeyboardInterrupt
            yield
        finally:
            self._waiting = False

    def _on(self, _number: int, _frame: FrameType | None) -> None:
        again, self._asked = self._asked, True
        if self._waiting or again:
            raise KeyboardInterrupt
