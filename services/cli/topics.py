"""The topics of `shared.contracts.topics`, made so on a cluster: by `atalaya topics apply`, and by `atalaya up`."""

import asyncio
import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from shared.platform.kafka.topics import TopicReport, TopicSpec
    from shared.platform.settings import KafkaSettings

app = typer.Typer(help="Topics and their settings, as code.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="one JSON array, for machines")]


class TopicError(Exception):
    """A topic cannot be made as it is declared; the sentence says what to do."""


def declared() -> "list[TopicSpec]":
    """Every topic of the contracts, in Kafka's terms."""
    from shared.contracts.topics import TOPICS  # noqa: PLC0415 - the command line starts without it
    from shared.platform.kafka.topics import TopicSpec  # noqa: PLC0415

    return [
        TopicSpec(
            name=topic.name,
            partitions=topic.partitions,
            retention=topic.retention,
            compacted=topic.compacted,
            tombstones_kept=topic.tombstones_kept,
            max_message_bytes=topic.max_message_bytes,
            log_append_time=topic.log_append_time,
        )
        for topic in TOPICS
    ]


async def make_topics(kafka: "KafkaSettings") -> "list[TopicReport]":
    """Create what is missing and correct settings that differ; doing it again changes nothing.

    Raises:
        TopicError: no broker answers, the cluster refused, or a topic has another number of partitions.
    """
    from aiokafka.errors import KafkaError  # noqa: PLC0415

    from shared.platform.kafka.topics import TopicsRefusedError, Verdict, apply_topics  # noqa: PLC0415

    try:
        reports = await apply_topics(kafka, declared())
    except TopicsRefusedError as error:
        raise TopicError(f"The cluster refused a topic: {error}.") from error
    except KafkaError as error:
        raise TopicError(
            f"No broker answers at {kafka.bootstrap_servers} ({type(error).__name__}). Is Kafka running there?"
        ) from error
    partitions = {topic.name: topic.partitions for topic in declared()}
    wrong = [report for report in reports if report.verdict is Verdict.PARTITIONS_DIFFER]
    if wrong:
        counts = ", ".join(f"{each.name} ({each.partitions} instead of {partitions[each.name]})" for each in wrong)
        raise TopicError(
            f"These topics have another number of partitions than declared: {counts}. Adding some would move keys and break "
            "their order: copy each into a new topic with the declared number, or empty the installation and start anew."
        )
    return reports


@app.command()
def apply(*, as_json: AsJson = False) -> None:
    """Create the topics of ATALAYA_KAFKA__BOOTSTRAP_SERVERS and correct what differs. Safe to run again."""
    from services.cli.settings import UpSettings  # noqa: PLC0415
    from shared.platform.settings import load_settings  # noqa: PLC0415

    try:
        reports = asyncio.run(make_topics(load_settings(UpSettings).kafka))
    except TopicError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    if as_json:
        typer.echo(json.dumps([{"topic": it.name, "verdict": str(it.verdict), "changed": it.changed} for it in reports]))
        return
    for report in reports:
        typer.echo(f"{report.name}: {report.verdict}{' (' + ', '.join(report.changed) + ')' if report.changed else ''}")


@app.command()
def show(*, as_json: AsJson = False) -> None:
    """Show the topics as they are declared; asks no broker."""
    topics = declared()
    if as_json:
        typer.echo(json.dumps([{"topic": it.name, "partitions": it.partitions, "settings": it.configs()} for it in topics]))
        return
    for topic in topics:
        settings = " ".join(f"{key}={value}" for key, value in topic.configs().items())
        typer.echo(f"{topic.name}: {topic.partitions} partitions, {settings}")
