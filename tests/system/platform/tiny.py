"""A small process under the supervisor, for tests of how processes receive and end. Run with a path to write its port and effects to."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import StreamingResponse

from shared.platform.http.app import create_app
from shared.platform.http.duplex import DuplexResponse
from shared.platform.http.server import HttpServer, stopping
from shared.platform.http.settings import HttpSettings
from shared.platform.logs import configure_logging
from shared.platform.settings import ProcessSettings
from shared.platform.supervisor import Service, run_process, run_service


class TinySettings(ProcessSettings):
    http: HttpSettings = HttpSettings(
        header_deadline_seconds=1, body_deadline_seconds=1.5, stream_window_seconds=0.5, stream_window_bytes=64, write_deadline_seconds=1,
        graceful_seconds=3,
    )  # fmt: skip


def streams() -> APIRouter:
    made = APIRouter()

    @made.get("/events")
    async def events(request: Request) -> StreamingResponse:
        stop = stopping(request)

        async def lines() -> AsyncIterator[bytes]:
            yield b"data: first\n\n"
            while not stop.is_set():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.2):
                        await stop.wait()
                yield b": still here\n\n"
            yield b"data: last\n\n"

        return StreamingResponse(lines(), media_type="text/event-stream")

    @made.get("/endless")
    async def endless() -> StreamingResponse:
        async def lines() -> AsyncIterator[bytes]:
            while True:
                yield b"x" * 65_536

        return StreamingResponse(lines(), media_type="text/plain")

    @made.post("/stream")
    async def stream(request: Request) -> DuplexResponse:
        async def lines() -> AsyncIterator[bytes]:
            async for chunk in request.stream():
                yield b"%d\n" % len(chunk)

        return DuplexResponse(lines(), media_type="text/plain")

    return made


def work(folder: Path) -> APIRouter:
    made = APIRouter()

    @made.get("/stubborn")
    async def stubborn() -> str:
        await asyncio.Event().wait()
        return "never"

    @made.post("/work")
    async def do(request: Request) -> str:
        body = await request.body()
        (folder / "begun").touch()
        await asyncio.sleep(0.5)
        (folder / "done").write_bytes(body)
        return "done"

    return made


@contextlib.asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Service]:
    yield Service(routers=[streams(), work(folder)], workers=[])
    (folder / "closed").touch()


def main(folder: Path) -> int:
    settings = TinySettings()
    configure_logging(service="tiny")

    def http(service: Service) -> HttpServer:
        app = create_app("tiny", service.routers, settings=settings.http, readiness=service.readiness, streaming=["/stream"])
        server = HttpServer(app, settings.http)
        (folder / "port.new").write_text(str(server.bind()))
        (folder / "port.new").rename(folder / "port")
        return server

    return run_process(lambda: run_service(opened(folder), settings, http=http))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
