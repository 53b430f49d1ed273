"""How far behind the consumers are."""

from collections import defaultdict

import psycopg
from aiokafka.errors import KafkaError

from services.cli.doctor.findings import Finding, Ground, fault, ok, warning
from services.cli.offsets.standing import Standing, standings


async def look(ground: Ground) -> list[Finding]:
    """One line for each consumer, and one for each partition that halts."""
    try:
        found = await standings(ground.kafka, ground.database)
    except (KafkaError, OSError, TimeoutError, psycopg.Error):
        return [warning("consumers", "how far they are cannot be seen", "see what is said of Kafka and the database above")]
    by_consumer: dict[str, list[Standing]] = defaultdict(list)
    for standing in found:
        by_consumer[standing.consumer].append(standing)
    return [finding for consumer, its in sorted(by_consumer.items()) for finding in _consumer(ground, consumer, its)]


def _consumer(ground: Ground, consumer: str, its: list[Standing]) -> list[Finding]:
    broken = [
        fault(
            "consumers",
            f"{consumer} halts at {standing.topic}/{standing.partition}: {standing.broken}",
            f"`atalaya offsets reset {consumer} {standing.topic} {standing.partition} --to …` once you know what was lost",
        )
        for standing in its
        if standing.broken is not None
    ]
    if broken:
        return broken
    lag = sum(standing.lag for standing in its)
    still = [standing for standing in its if standing.lag and standing.idle is not None and standing.idle > ground.idle]
    if still:
        waits = max(standing.idle for standing in still if standing.idle is not None)
        text = f"{consumer}: {lag} records wait, and none was handled for {waits.total_seconds():.0f} s"
        return [fault("consumers", text, f"see whether {consumer} runs and is ready")]
    if lag > ground.lag_records:
        return [warning("consumers", f"{consumer} is {lag} records behind", "start more copies of it, if it does not catch up")]
    return [ok("consumers", f"{consumer} is {lag} records behind on {len(its)} partitions")]
