"""`atalaya doctor`."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.key_doors import FAILED
from services.cli.up import DEFAULT_VAR, Var

if TYPE_CHECKING:
    from services.cli.doctor.findings import Finding, Ground

_Address = Annotated[str | None, typer.Option(metavar="URL", help="its address, http://…", show_default=False)]


def doctor(
    *,
    var: Var = DEFAULT_VAR,
    ingest: _Address = None,
    correlate: _Address = None,
    notify: _Address = None,
    lag: Annotated[int, typer.Option(min=1, help="records behind from which a consumer is warned of")] = 10_000,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON, for machines")] = False,
) -> None:
    """Look at everything: Kafka, topics, keys, PostgreSQL, schemas, clocks, disk, services, the list in memory, consumers. Changes nothing.

    Where things are is taken from ATALAYA_… variables, else from what `atalaya up` left. Exit code 1: something is at fault.
    """
    from services.cli.doctor.findings import Ground, Level  # noqa: PLC0415 - so that help is there at once
    from services.cli.reach import database_address, kafka_settings, left_by_up  # noqa: PLC0415

    left = left_by_up(var)
    named = {"ingest": ingest, "correlate": correlate, "notify": notify}
    services = {name: address for name, given in named.items() if (address := given or left.get(name)) is not None}
    ground = Ground(kafka_settings(var), database_address(var), services, Path(var), lag)
    findings = asyncio.run(examine(ground))
    bad = [each for each in findings if each.level is Level.FAULT]
    if as_json:
        typer.echo(json.dumps({"ok": not bad, "findings": [each.as_dict() for each in findings]}))
    else:
        for each in findings:
            typer.echo(each.line())
    if bad:
        raise typer.Exit(FAILED)


async def examine(ground: "Ground") -> "list[Finding]":
    """Every finding, in an order in which causes stand before their effects."""
    from services.cli.doctor import brokers, consumers, doors, equality, host, store  # noqa: PLC0415

    async def disk(ground: "Ground") -> "list[Finding]":
        return await asyncio.to_thread(host.look, ground)

    looks = {
        "kafka": brokers.look,
        "database": store.look,
        "disk": disk,
        "services": doors.look,
        "list": equality.look,
        "consumers": consumers.look,
    }
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(_asked(name, look, ground)) for name, look in looks.items()]
    return [finding for task in asked for finding in task.result()]


async def _asked(name: str, look: "Callable[[Ground], Awaitable[list[Finding]]]", ground: "Ground") -> "list[Finding]":
    """A look that never takes for ever and never ends the others."""
    from services.cli.doctor.findings import fault  # noqa: PLC0415

    try:
        async with asyncio.timeout(3 * ground.seconds):
            return await look(ground)
    except TimeoutError:
        return [fault(name, f"no answer within {3 * ground.seconds:.0f} s", "look at its log, and at the network between")]
    except Exception as error:  # noqa: BLE001 - a check that breaks says so and lets the others speak
        return [fault(name, f"the check itself failed: {type(error).__name__}: {error}", "report it")]
