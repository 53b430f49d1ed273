"""What the broker has is compared with what markers are counted by."""

from services.correlate.partitions import DECLARED, PartitionWatch
from shared.contracts.topics import EVENTS, SIGHTINGS
from shared.platform.errors import TransientError


class Broker:
    """Says how many partitions a topic has; nothing while it is away."""

    def __init__(self, **counts: int) -> None:
        self.counts = DECLARED | counts
        self.away = False
        self.refuses_markers = False
        self.marked: list[int] = []

    async def count(self, topic: str) -> int:
        if self.away:
            raise TransientError
        return self.counts[topic]

    def watch(self) -> PartitionWatch:
        async def mark() -> None:
            if self.refuses_markers:
                raise TransientError
            self.marked.append(watch.events())

        watch = PartitionWatch(self.count, every_seconds=1, grown=mark, topic_name=lambda topic: f"x.{topic}")
        return watch


async def test_before_the_broker_has_said_anything_nothing_is_ready_and_no_way_is_known() -> None:
    broker = Broker()
    broker.away = True
    watch = broker.watch()
    await watch.look()
    assert "x.atalaya.events" in (watch.check() or "")
    assert "atalaya topics apply" in (watch.check() or "")
    assert (watch.ways(), watch.events()) == (None, DECLARED[EVENTS])


async def test_topics_as_declared_are_ready_and_need_no_further_marker() -> None:
    broker = Broker()
    watch = broker.watch()
    await watch.look()
    assert watch.check() is None
    assert watch.ways() == DECLARED[EVENTS] * DECLARED[SIGHTINGS]
    assert broker.marked == []


async def test_a_topic_that_differs_is_named_with_what_to_do() -> None:
    for topic in (EVENTS, SIGHTINGS):
        watch = Broker(**{topic: 3}).watch()
        await watch.look()
        said = watch.check() or ""
        assert f"x.{topic} has 3 partitions and not the {DECLARED[topic]}" in said
        assert "atalaya topics apply" in said
        assert "ATALAYA_KAFKA__TOPIC_PREFIX" in said


async def test_a_topic_that_grows_is_marked_again_once_and_its_ways_count_from_then_on() -> None:
    broker = Broker()
    watch = broker.watch()
    await watch.look()
    broker.counts[EVENTS] = 8
    broker.refuses_markers = True
    await watch.look()
    assert broker.marked == []
    broker.refuses_markers = False
    await watch.look()
    await watch.look()
    assert broker.marked == [8]
    assert watch.ways() == 8 * DECLARED[SIGHTINGS]
    assert watch.check() is not None


async def test_what_was_known_stays_known_while_the_broker_is_away() -> None:
    broker = Broker()
    watch = broker.watch()
    await watch.look()
    broker.away = True
    await watch.look()
    assert watch.check() is None
    assert watch.ways() == DECLARED[EVENTS] * DECLARED[SIGHTINGS]
