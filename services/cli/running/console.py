"""What a person at the terminal sees of a start. All but the result goes to standard error."""

import contextlib
import json
from pathlib import Path
from typing import Any

import typer

from services.cli.engines import jars
from services.cli.running import space
from services.cli.settings import UpSettings
from shared.platform.settings import load_settings


def say(what: str) -> None:
    """A step of the start or the end. Where it cannot be said, as on a full disk, it is done all the same."""
    with contextlib.suppress(OSError):
        typer.echo(f"· {what}", err=True)


def fetch_with_bar(var: Path) -> None:
    """Fetch what a first start needs, with a progress bar; nothing to see where it is there, or where Kafka runs elsewhere."""
    if load_settings(UpSettings).foreign_kafka is not None:
        return
    space.check(var)
    cache = jars.cache_folder(var / "cache")
    if jars.cached(cache):
        return
    from rich.console import Console  # noqa: PLC0415 - only the first start draws a bar
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task(f"Apache Kafka {jars.KAFKA_VERSION}, once", total=jars.DOWNLOAD_BYTES)
        jars.ensure(cache, lambda count: progress.advance(bar, count))
        progress.update(bar, completed=jars.DOWNLOAD_BYTES)


def show(addresses: dict[str, Any], var: Path, *, as_json: bool, detached: bool) -> None:
    """The addresses and the key, on standard output."""
    if as_json:
        typer.echo(json.dumps(addresses))
        return
    lines = [f"{name:10} {addresses[name]}/docs" for name in ("ingest", "correlate", "notify")]
    lines += [f"{'kafka':10} {addresses['kafka']}", f"{'database':10} {_without_password(addresses['database'])}"]
    lines += [f"{'key':10} {addresses['admin_key']}", f"All of it is in {var / 'atalaya.json'}, logs in {var / 'log'}."]
    folder = "" if var == Path("var").absolute() else f" --var {var}"
    lines.append(f"`atalaya down{folder}` ends it." if detached else "Ctrl-C ends it.")
    typer.echo("Atalaya is up.\n" + "\n".join(lines))


def _without_password(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}"
