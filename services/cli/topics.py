"""The topics of `shared.contracts.topics`, made so on a cluster: by `atalaya topics apply`, and by `atalaya up`."""

import asyncio
import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from shared.platform.kafka.topics import TopicPlan, TopicReport, TopicSpec
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
            may_grow=topic.may_grow,
        )
        for topic in TOPICS
    ]


async def planned(kafka: "KafkaSettings") -> "list[TopicPlan]":
    """What is to be done so that the topics are as declared; nothing is changed.

    Raises:
        TopicError: no broker answers, or the cluster would refuse.
    """
    from aiokafka.errors import KafkaError  # noqa: PLC0415

    from shared.platform.kafka.topics import TopicsRefusedError, plan_topics  # noqa: PLC0415

    try:
        return await plan_topics(kafka, declared())
    except TopicsRefusedError as error:
        raise TopicError(f"The cluster refused a topic: {error}.") from error
    except KafkaError as error:
        raise TopicError(
            f"No broker answers at {kafka.bootstrap_servers} ({type(error).__name__}). Is Kafka running there?"
        ) from error


async def make_topics(kafka: "KafkaSettings") -> "list[TopicReport]":
    """Create what is missing and correct what differs; doing it again changes nothing.

    Raises:
        TopicError: no broker answers, the cluster refused, or something is wrong that could not be undone; then nothing is touched.
    """
    from shared.platform.kafka.topics import TopicsRefusedError, apply_topics  # noqa: PLC0415

    refused = [plan for plan in await planned(kafka) if plan.refused is not None]
    if refused:
        raise TopicError(_refusal(refused))
    try:
        return await apply_topics(kafka, declared())
    except TopicsRefusedError as error:
        raise TopicError(f"The cluster refused a topic: {error}.") from error


def _refusal(refused: "list[TopicPlan]") -> str:
    each = "; ".join(f"{plan.spec.name}: {plan.refused}" for plan in refused)
    return (
        f"Nothing was touched. {each}. Copy such a topic into a new one with the declared number of partitions, or empty the "
        "installation and start anew."
    )


@app.command()
def apply(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what would be done, and change nothing")] = False,
    as_json: AsJson = False,
) -> None:
    """Create the topics of ATALAYA_KAFKA__BOOTSTRAP_SERVERS and correct what differs; what else was set for them stays. Safe to run again."""
    from services.cli.settings import UpSettings  # noqa: PLC0415
    from shared.platform.settings import load_settings  # noqa: PLC0415

    kafka = load_settings(UpSettings).kafka
    try:
        if dry_run:
            _tell_plans(asyncio.run(planned(kafka)), as_json=as_json)
            return
        reports = asyncio.run(make_topics(kafka))
    except TopicError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    if as_json:
        typer.echo(json.dumps([{"topic": it.name, "verdict": str(it.verdict), "changed": it.changed} for it in reports]))
        return
    for report in reports:
        typer.echo(f"{report.name}: {report.verdict}{' (' + ', '.join(report.changed) + ')' if report.changed else ''}")


def _tell_plans(plans: "list[TopicPlan]", *, as_json: bool) -> None:
    """Print a plan; exits with 1 when something in it is refused."""
    if as_json:
        shown = [
            {"topic": each.spec.name, "steps": each.steps, "kept": dict(each.kept), "refused": each.refused} for each in plans
        ]
        typer.echo(json.dumps(shown))
    else:
        for each in plans:
            for step in each.steps or ("nothing to do",):
                typer.echo(f"{each.spec.name}: {step}")
            for name, value in each.kept.items():
                typer.echo(f"{each.spec.name}: keep {name}={value}, set by somebody else")
    if any(each.refused is not None for each in plans):
        raise typer.Exit(1)


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
