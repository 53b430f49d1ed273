"""`atalaya dlq list|show|replay`."""

import asyncio
import json
from collections import Counter, deque
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.key_doors import FAILED, NOT_FOUND, UNREACHABLE, USAGE

if TYPE_CHECKING:
    from services.cli.dlq.selection import Selection
    from shared.platform.kafka.letter_box import BuriedLetter

app = typer.Typer(help="Dead letters: look at them, send them back.", no_args_is_help=True)

Topic = Annotated[str | None, typer.Option(help="only those that came from this topic: atalaya.raw.seizures")]
Reason = Annotated[str | None, typer.Option(help="only those whose reason holds these words")]
Agency = Annotated[str | None, typer.Option(help="only those of this agency: GT-SAT")]
Since = Annotated[str | None, typer.Option(help="buried at or after: 2h, 3d ago, or 2026-01-31T12:00:00Z")]
Until = Annotated[str | None, typer.Option(help="buried before: as --since")]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON, for machines")]


@app.command("list")
def show_all(
    *,
    topic: Topic = None,
    reason: Reason = None,
    agency: Agency = None,
    since: Since = None,
    until: Until = None,
    everything: Annotated[bool, typer.Option("--all", help="those that were sent back already, too")] = False,
    limit: Annotated[int, typer.Option(min=1, help="the last so many")] = 100,
    as_json: AsJson = False,
) -> None:
    """List dead letters, the latest last: where from, whose, how large, why. Nothing of what they hold."""
    from services.cli.dlq.shown import line, summary  # noqa: PLC0415 - so that help is there at once

    wanted = _selection(topic=topic, reason=reason, agency=agency, since=since, until=until, again=everything)
    kept: deque[dict[str, Any]] = deque(maxlen=limit)
    count = _run(_each(wanted, lambda letter, at: kept.append(summary(letter, at))))
    if as_json:
        typer.echo(json.dumps(list(kept)))
        return
    for found in kept:
        typer.echo(line(found))
    typer.echo(f"{count} dead letters{f', the last {limit} shown' if count > limit else ''}.", err=True)


@app.command()
def show(
    place: Annotated[str, typer.Argument(help="the letter's place as `list` shows it: 0-17")],
    *,
    payload: Annotated[bool, typer.Option("--payload", help="its bytes too; they may be about a person")] = False,
    as_json: AsJson = False,
) -> None:
    """Show one dead letter with its headers; what it holds only with --payload."""
    from services.cli.dlq.selection import Selection  # noqa: PLC0415
    from services.cli.dlq.shown import lines, whole  # noqa: PLC0415

    found: list[dict[str, Any]] = []
    wanted = Selection(places=frozenset({place}), again=True)
    _run(_each(wanted, lambda letter, at: found.append(whole(letter, at, payload=payload))))
    if not found:
        typer.echo(f"There is no dead letter at {place}; `atalaya dlq list --all` shows those there are.", err=True)
        raise typer.Exit(NOT_FOUND)
    typer.echo(json.dumps(found[0]) if as_json else "\n".join(lines(found[0])))


@app.command()
def replay(
    places: Annotated[list[str] | None, typer.Argument(help="places as `list` shows them: 0-17 0-18")] = None,
    *,
    topic: Topic = None,
    reason: Reason = None,
    agency: Agency = None,
    since: Since = None,
    until: Until = None,
    everything: Annotated[bool, typer.Option("--all", help="all that were not sent back yet")] = False,
    again: Annotated[bool, typer.Option("--again", help="those that were sent back already, too")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what would be sent back, and send nothing")] = False,
    as_json: AsJson = False,
) -> None:
    """Send dead letters back to the topics they came from, byte for byte. Safe to run again: what was sent back is not sent twice."""
    from services.cli.dlq.replaying import replay_all, told  # noqa: PLC0415

    narrowed = (topic, reason, agency, since, until)
    if not places and not everything and not any(narrowed):
        typer.echo("Say which: their places, a filter, or --all.", err=True)
        raise typer.Exit(USAGE)
    wanted = _selection(places=places, topic=topic, reason=reason, agency=agency, since=since, until=until, again=again)
    counts: Counter[str] = _run(replay_all(_kafka(), wanted, dry_run=dry_run, quiet=as_json))
    typer.echo(json.dumps(dict(counts)) if as_json else told(counts, dry_run=dry_run))
    missing = len(set(places or ())) - counts.total()
    if missing > 0:
        typer.echo(f"{missing} of these places hold no dead letter that is still to be sent back.", err=True)
    if missing > 0 or counts.keys() - {"sent", "would be sent"}:
        raise typer.Exit(FAILED)


def _selection(
    *,
    places: list[str] | None = None,
    topic: str | None,
    reason: str | None,
    agency: str | None,
    since: str | None,
    until: str | None,
    again: bool,
) -> "Selection":
    from services.cli.dlq.selection import Selection, moment  # noqa: PLC0415
    from shared.platform.clock import SystemClock  # noqa: PLC0415

    now = SystemClock().now()
    try:
        start, end = (None if text is None else moment(text, now) for text in (since, until))
    except ValueError as error:
        typer.echo(f"This is no time: {error}. Write 2h, 3d, or 2026-01-31T12:00:00Z.", err=True)
        raise typer.Exit(USAGE) from None
    return Selection(frozenset(places or ()), topic, reason, agency, start, end, again)


async def _each(wanted: "Selection", take: "Callable[[BuriedLetter, datetime | None], None]") -> int:
    """Hand over every letter that is meant, and when it was sent back; how many there were."""
    from dataclasses import replace  # noqa: PLC0415

    from shared.contracts.topics import DEAD_LETTERS  # noqa: PLC0415
    from shared.platform.kafka.letter_box import open_letters  # noqa: PLC0415

    count = 0
    async with open_letters(_kafka(), DEAD_LETTERS, since=wanted.since) as box:
        replayed = await box.replayed()
        wanted = replace(wanted, replayed=replayed)
        async for letter in box.letters():
            if wanted.takes(letter):
                count += 1
                take(letter, replayed.get(letter.place))
    return count


def _kafka() -> Any:
    from services.cli.reach import kafka_settings  # noqa: PLC0415

    return kafka_settings()


def _run(doing: Coroutine[Any, Any, Any]) -> Any:
    from aiokafka.errors import UnknownTopicOrPartitionError  # noqa: PLC0415

    from services.cli.reach import UNREACHABLE_ERRORS  # noqa: PLC0415

    try:
        return asyncio.run(doing)
    except UnknownTopicOrPartitionError:
        typer.echo("There is no topic of dead letters yet; `atalaya topics apply` makes it.", err=True)
        raise typer.Exit(NOT_FOUND) from None
    except UNREACHABLE_ERRORS as error:
        typer.echo(f"No broker answers ({type(error).__name__}). Is Kafka running at ATALAYA_KAFKA__BOOTSTRAP_SERVERS?", err=True)
        raise typer.Exit(UNREACHABLE) from None
