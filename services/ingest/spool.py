"""Holds answers that a client does not read yet.

Most clients send their whole body before they read anything. If we stopped reading a batch because its answers are not
taken, both sides would wait for ever; so answers beyond a little memory wait in a temporary file.
"""

import asyncio
from collections.abc import AsyncIterator
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Final, Self

_PIECE: Final = 65_536


class Spool:
    """Written and read at once by two tasks of one loop: first in, first out."""

    def __init__(self, *, memory_bytes: int, disk_bytes: int) -> None:
        self._file = SpooledTemporaryFile(max_size=memory_bytes)  # noqa: SIM115 - closed in __exit__
        self._limit = disk_bytes
        self._read = self._written = 0
        self._ended = False
        self._more = asyncio.Event()
        self._room = asyncio.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()

    async def write(self, data: bytes) -> None:
        """Add to the end; waits only when the file has reached its limit."""
        while self._written - self._read > 0 and self._written + len(data) > self._limit:
            self._room.clear()
            await self._room.wait()
        self._file.seek(self._written)
        self._file.write(data)
        self._written += len(data)
        self._more.set()

    def end(self) -> None:
        """Nothing follows."""
        self._ended = True
        self._more.set()

    async def pieces(self) -> AsyncIterator[bytes]:
        """What was written, as it comes, until the end. Space is used again whenever the reader has caught up."""
        while True:
            if self._read < self._written:
                self._file.seek(self._read)
                piece = self._file.read(min(_PIECE, self._written - self._read))
                self._read += len(piece)
                if self._read == self._written:
                    self._read = self._written = 0
                    self._room.set()
                yield piece
            elif self._ended:
                return
            else:
                self._more.clear()
                await self._more.wait()
