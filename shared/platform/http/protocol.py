"""A protocol class that does not wait for ever: a request must come whole in time, however its bytes drip.

uvicorn has no deadline for receiving, and its keep-alive timer starts anew with every byte; a few hundred slow senders would
hold the server. Here headers and body each have a deadline. A streaming route's body may take long, but must keep a minimum
rate; time in which we ourselves do not read (back-pressure) does not count. A client that does not take its answer is given up
as well.
"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Self

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.platform.http.problems import MEDIA_TYPE
from shared.platform.http.settings import HttpSettings

_TOO_SLOW = orjson.dumps({
    "type": "/docs/problems#request-timeout", "title": "Request Timeout", "status": 408,
    "detail": "The request did not come whole in time.",
})  # fmt: skip
_ANSWER = (
    b"HTTP/1.1 408 Request Timeout\r\ncontent-type: %s\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
    % (MEDIA_TYPE.encode(), len(_TOO_SLOW))
) + _TOO_SLOW


@dataclass(frozen=True, slots=True)
class Patience:
    """How long we wait for what."""

    header_seconds: float
    body_seconds: float
    window_seconds: float
    window_bytes: int
    write_seconds: float
    streaming: frozenset[str]

    @classmethod
    def of(cls, settings: HttpSettings, streaming: Collection[str]) -> Self:
        """As the settings say."""
        return cls(
            settings.header_deadline_seconds,
            settings.body_deadline_seconds,
            settings.stream_window_seconds,
            settings.stream_window_bytes,
            settings.write_deadline_seconds,
            frozenset(streaming),
        )


class PatientProtocol(HttpToolsProtocol):
    """uvicorn's httptools protocol with deadlines on receiving."""

    def __init__(self, config: Any, server_state: Any, app_state: dict[str, Any], _loop: Any = None) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._patience: Patience = config.patience
        self._deadline: asyncio.TimerHandle | None = None
        self._untaken: asyncio.TimerHandle | None = None
        self._received = 0

    def connection_made(self, transport: Any) -> None:
        """A connection must send a request, or it is closed."""
        super().connection_made(transport)
        self._arm(self._patience.header_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more is waited for."""
        self._disarm()
        self.resume_writing()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """The first byte of a request: its headers must end in time."""
        super().on_message_begin()
        self._arm(self._patience.header_seconds)

    def on_headers_complete(self) -> None:
        """Headers are here: the body must end in time, or flow on a streaming route."""
        super().on_headers_complete()
        if self.scope.get("path") in self._patience.streaming:
            self._received = 0
            self._arm_window()
        else:
            self._arm(self._patience.body_seconds)

    def on_body(self, body: bytes) -> None:
        """Progress, which only a streaming route's window counts."""
        self._received += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._disarm()
        super().on_message_complete()

    def pause_writing(self) -> None:
        """The client takes less than we send: it has so long to catch up."""
        super().pause_writing()
        if self._untaken is None:
            self._untaken = self.loop.call_later(self._patience.write_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """It caught up."""
        if self._untaken is not None:
            self._untaken.cancel()
            self._untaken = None
        super().resume_writing()

    def _arm(self, seconds: float) -> None:
        self._disarm()
        self._deadline = self.loop.call_later(seconds, self._give_up)

    def _arm_window(self) -> None:
        self._disarm()
        self._deadline = self.loop.call_later(self._patience.window_seconds, self._end_window)

    def _end_window(self) -> None:
        if self._received < self._patience.window_bytes and not self.flow.read_paused:
            self._give_up()
            return
        self._received = 0
        self._arm_window()

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        if self.transport.is_closing():
            return
        if self.cycle is None or not self.cycle.response_started or self.cycle.response_complete:
            self.transport.write(_ANSWER)
        self.transport.close()
