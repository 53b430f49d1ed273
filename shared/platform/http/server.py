"""uvicorn as one worker among the process's workers: the process owns it, its signals and its end."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import structlog
import uvicorn
from fastapi import FastAPI
from starlette.requests import Request

from shared.platform.http.protocol import Patience, PatientProtocol
from shared.platform.http.settings import HttpSettings

log = structlog.get_logger()


class PatientConfig(uvicorn.Config):
    """uvicorn's configuration, with the deadlines its protocol class reads."""

    patience: Patience


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: those belong to the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class HttpServer:
    """The HTTP worker. Stopping: no new connections, streams told to end, requests in hand get `graceful_seconds`."""

    name = "http"

    def __init__(self, app: FastAPI, settings: HttpSettings) -> None:
        self._app = app
        self._settings = settings
        self._socket: socket.socket | None = None

    def bind(self) -> int:
        """Take the port now, so that a taken one is an error at the start and port 0 is known; returns the port."""
        if self._socket is None:
            family = socket.AF_INET6 if ":" in self._settings.host else socket.AF_INET
            self._socket = socket.create_server(
                (self._settings.host, self._settings.port), family=family, backlog=2048, reuse_port=False
            )
            # Connections inherit it. uvloop sets it by itself, asyncio's own loop only on sockets whose protocol is named.
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.settimeout(0)
        port: int = self._socket.getsockname()[1]
        return port

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop`."""
        port = self.bind()
        if self._socket is None:
            raise RuntimeError("the socket is bound by now")
        server = _Server(self._config())
        log.info("http.opened", host=self._settings.host, port=port)
        async with asyncio.TaskGroup() as group:
            watcher = group.create_task(self._end_on(stop, server))
            await server.serve(sockets=[self._socket])
            watcher.cancel()
        log.info("http.closed", port=port)

    async def _end_on(self, stop: asyncio.Event, server: uvicorn.Server) -> None:
        await stop.wait()
        self._app.state.stopping.set()
        server.should_exit = True

    def _config(self) -> PatientConfig:
        settings = self._settings
        config = PatientConfig(
            self._app,
            http=PatientProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,  # nobody here asks for the client's address or scheme
            server_header=False,
            limit_concurrency=settings.max_connections,
            timeout_keep_alive=settings.keep_alive_seconds,
            timeout_graceful_shutdown=settings.graceful_seconds,
        )
        config.patience = Patience.of(settings, self._app.state.streaming)
        return config


def stopping(request: Request) -> asyncio.Event:
    """Set when the process is to stop: endless answers (SSE) end on it."""
    event: asyncio.Event = request.app.state.stopping
    return event
