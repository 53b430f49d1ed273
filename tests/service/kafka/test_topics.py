from datetime import timedelta

from shared.platform.kafka.topics import TopicSpec, apply_topics
from shared.platform.settings import KafkaSettings


async def test_retention_of_a_declared_topic_is_applied_again_after_somebody_changed_it(settings: KafkaSettings) -> None:
    spec = TopicSpec("declared", 2, timedelta(days=3))
    (created,) = await apply_topics(settings, [spec])
    (same,) = await apply_topics(settings, [spec])
    (changed,) = await apply_topics(settings, [TopicSpec("declared", 2, timedelta(days=5))])
    (other,) = await apply_topics(settings, [TopicSpec("declared", 7, timedelta(days=5))])
    assert (created.verdict, same.verdict, changed.verdict, other.verdict) == (
        "created",
        "unchanged",
        "changed",
        "partitions differ",
    )
    assert changed.changed == ("retention.ms",)
    assert other.partitions == 2
