"""What to do at a position where the client breaks: keep the batch, handle what is sound, go on behind it."""

from aiokafka.structs import TopicPartition

from shared.platform.kafka.dead_letters import DeadLetter
from shared.platform.kafka.poison import fetch_raw, inspect
from shared.platform.kafka.runner import Chunk, PartitionRunner
from shared.platform.settings import KafkaSettings


async def quarantined(settings: KafkaSettings, where: TopicPartition, runner: PartitionRunner) -> Chunk | None:
    """What stands at the runner's position up to the end of the first batch that the client cannot read.

    None when the client can read all of it; KafkaError when the broker does not answer.
    """
    finding = inspect(await fetch_raw(settings, where, runner.position), runner.position)
    if finding is None:
        return None
    batch = finding.batch
    letter = DeadLetter(
        topic=runner.topic,
        partition=runner.partition,
        offset=batch.base_offset,
        reason=finding.reason,
        key=None,
        value=batch.data,
        kind="batch",
        last_offset=batch.last_offset,
    )
    return Chunk((*finding.before, *finding.salvaged), batch.last_offset + 1, (letter,))
