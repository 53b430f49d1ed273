"""`atalaya up`: everything on this machine, kept running until Ctrl-C, or left to a keeper in the background."""

import asyncio
import logging
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from services.cli.running import Ports, System

DEFAULT_VAR = Path("var")

Var = Annotated[Path, typer.Option("--var", help="folder of all data, logs and addresses")]
_Port = Annotated[
    int | None,
    typer.Option(
        min=1, max=65535, metavar="PORT", help="this port and no other; else the usual or a free one", show_default=False
    ),
]


def up(
    *,
    detach: Annotated[bool, typer.Option("--detach", "-d", help="return when all is ready and leave it running")] = False,
    var: Var = DEFAULT_VAR,
    ingest_port: _Port = None,
    correlate_port: _Port = None,
    notify_port: _Port = None,
    kafka_port: _Port = None,
    database_port: _Port = None,
    nation: Annotated[str, typer.Option(help="nation of the first key, as ISO 3166-1 alpha-2")] = "GT",
    as_json: Annotated[bool, typer.Option("--json", help="print the addresses as one JSON object")] = False,
    kept: Annotated[bool, typer.Option("--kept", hidden=True, help="be the keeper that --detach leaves behind")] = False,
    told: Annotated[int | None, typer.Option("--tell", hidden=True, help="the pipe on which to tell that all is ready")] = None,
) -> None:
    """Start Kafka, PostgreSQL, ingest, correlate and notify; print their addresses and a first key.

    With ATALAYA_KAFKA__BOOTSTRAP_SERVERS or ATALAYA_DATABASE__URL set, no engine of that kind is started.
    """
    from services.cli.engines.errors import EngineError  # noqa: PLC0415 - so that help is there at once
    from services.cli.running import Ports, detached  # noqa: PLC0415
    from services.cli.running.console import fetch_with_bar, say, show  # noqa: PLC0415
    from services.cli.topics import TopicError  # noqa: PLC0415
    from shared.platform.logs import configure_logging  # noqa: PLC0415

    var = var.absolute()
    ports = Ports(ingest_port, correlate_port, notify_port, kafka_port, database_port)
    if kept:
        configure_logging(service="up", level="warning")
    else:
        # What a client library has to say while a broker starts is no news to the person at the terminal.
        logging.disable(logging.CRITICAL)
    try:
        if not kept:
            fetch_with_bar(var)
        if detach:
            show(detached.start(var, ports, nation), var, as_json=as_json, detached=True)
            return

        def ready(system: "System") -> None:
            if not kept:
                show(system.addresses(), var, as_json=as_json, detached=False)
            elif told is not None:
                detached.tell(told)

        asyncio.run(_until_asked(var, ports, nation, ready, say))
    except (EngineError, TopicError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


async def _until_asked(var: Path, ports: "Ports", nation: str, ready: Any, say: Any) -> None:
    """Run until SIGINT, SIGTERM or SIGHUP; a second one while all is being ended changes nothing."""
    from services.cli.running import running  # noqa: PLC0415

    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    asked = False

    def end() -> None:
        nonlocal asked
        if not asked and task is not None:
            asked = True
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, end)
    try:
        async with running(var, ports, nation=nation, say=say) as system:
            ready(system)
            await asyncio.Event().wait()
    except asyncio.CancelledError:
        if not asked:
            raise
