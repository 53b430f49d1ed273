"""The use case: accepted means acknowledged, a repeat is not sent twice, other content under one id is seen while remembered."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.ingest.intake import Intake
from services.ingest.judging import Submission
from services.ingest.recent import RecentEvents
from services.ingest.verdict import Status
from shared.contracts.codec import header
from shared.contracts.events import Event, Place
from shared.platform.kafka.errors import MessageTooLargeError, OutcomeUnknownError
from shared.platform.kafka.messages import Message
from tests.support.ingest import CROSSING, NOW, SAT, Posts, least, rules


class SetClock:
    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        return self.time


class Topic:
    """A sink in memory: acknowledges when it is let, or fails as it is told."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.calls = 0
        self.failure: Exception | None = None
        self.open = asyncio.Event()
        self.open.set()

    async def send_many(self, messages: Sequence[Message]) -> list[Exception | None]:
        self.calls += 1
        failure = self.failure
        await self.open.wait()
        if failure is None:
            self.messages += messages
        return [failure] * len(messages)


class Desk:
    """An intake over a topic in memory."""

    def __init__(self, *, entries: int = 100) -> None:
        self.topic, self.clock = Topic(), SetClock()
        self.recent = RecentEvents(entries=entries, age=timedelta(hours=1), clock=self.clock)
        self.intake = Intake(self.topic, rules=rules(), recent=self.recent, clock=self.clock)

    async def statuses(self, *trees: Any) -> list[Status]:
        verdicts = await self.intake.accept_many([Submission(CROSSING, tree, SAT) for tree in trees])
        return [verdict.status for verdict in verdicts]


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_what_is_accepted_is_on_the_topic_under_its_lineage_and_in_its_envelope(desk: Desk) -> None:
    traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    verdict = await desk.intake.accept(Submission(CROSSING, least(), SAT, traceparent=traceparent))
    (message,) = desk.topic.messages
    event = Event.model_validate_json(message.value or b"")
    assert (verdict.status, verdict.event_id) == (Status.ACCEPTED, event.event_id)
    assert (message.topic, message.key) == ("atalaya.events", event.lineage_id.bytes)
    carried = {name: header(message.headers, name) for name, _ in message.headers}
    assert carried == {
        "ce_specversion": "1.0", "ce_id": str(event.event_id), "ce_type": "atalaya.event.v1", "ce_source": "/agencies/GT-SAT",
        "ce_time": "2026-11-25T12:00:00Z", "content-type": "application/json", "traceparent": traceparent,
    }  # fmt: skip


async def test_a_repeat_is_a_duplicate_and_not_sent_again(desk: Desk) -> None:
    assert await desk.statuses(least()) == [Status.ACCEPTED]
    assert await desk.statuses(least(), least()) == [Status.DUPLICATE, Status.DUPLICATE]
    assert len(desk.topic.messages) == 1


async def test_a_repeat_in_the_same_call_waits_for_the_first(desk: Desk) -> None:
    assert await desk.statuses(least(), least(), least(id="2")) == [Status.ACCEPTED, Status.DUPLICATE, Status.ACCEPTED]
    assert len(desk.topic.messages) == 2


async def test_a_repeat_while_the_first_is_on_its_way_shares_its_outcome(desk: Desk) -> None:
    for failure, expected in ((None, Status.DUPLICATE), (OutcomeUnknownError(), Status.UNKNOWN)):
        desk.topic.open.clear()
        desk.topic.failure = failure
        tree = least(id=expected.value)
        async with asyncio.TaskGroup() as group:
            first = group.create_task(desk.statuses(tree))
            await asyncio.sleep(0)
            assert desk.topic.calls == 1
            second = group.create_task(desk.statuses(tree))
            await asyncio.sleep(0)
            assert not second.done()
            desk.topic.open.set()
        assert first.result() == [Status.ACCEPTED if failure is None else Status.UNKNOWN]
        assert second.result() == [expected]
        desk.topic.calls = 0


async def test_other_content_under_the_same_id_and_revision_is_a_contradiction(desk: Desk) -> None:
    assert await desk.statuses(least()) == [Status.ACCEPTED]
    assert await desk.statuses(least(lane="4"), least(lane="4", revision=2)) == [Status.CONTRADICTION, Status.ACCEPTED]


async def test_after_an_unknown_outcome_the_same_id_may_be_sent_again(desk: Desk) -> None:
    desk.topic.failure = OutcomeUnknownError()
    assert await desk.statuses(least()) == [Status.UNKNOWN]
    desk.topic.failure = None
    assert await desk.statuses(least()) == [Status.ACCEPTED]


async def test_a_cancelled_request_leaves_nothing_remembered(desk: Desk) -> None:
    desk.topic.open.clear()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await desk.statuses(least())
    desk.topic.open.set()
    assert len(desk.recent) == 0
    assert await desk.statuses(least()) == [Status.ACCEPTED]


async def test_an_event_larger_than_its_topic_takes_is_told_so(desk: Desk) -> None:
    desk.topic.failure = MessageTooLargeError("atalaya.events", 2, 1)
    assert await desk.statuses(least()) == [Status.TOO_LARGE]


async def test_a_bad_submission_does_not_hold_up_the_others(desk: Desk) -> None:
    assert await desk.statuses(least(), {}, least(id="3", agency="HN-ADU")) == [Status.ACCEPTED, Status.INVALID, Status.FOREIGN]
    assert len(desk.topic.messages) == 1


class Faulty(Posts):
    """A register with a bug."""

    def coded(self, code: str) -> Place | None:
        if code == "MX-GT-99":
            raise LookupError(code)
        return super().coded(code)


async def test_requests_of_one_turn_are_sent_as_one_and_a_bug_touches_only_its_own() -> None:
    topic, clock = Topic(), SetClock()
    recent = RecentEvents(entries=9, age=timedelta(hours=1), clock=clock)
    intake = Intake(topic, rules=rules(register=Faulty()), recent=recent, clock=clock)
    trees = [least(id="1"), least(id="2", place={"code": "MX-GT-99"}), {}, least(id="3")]

    async def ask(tree: Any) -> str:
        try:
            return (await intake.accept(Submission(CROSSING, tree, SAT))).status
        except LookupError:
            return "bug"

    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(ask(tree)) for tree in trees]
    assert [each.result() for each in asked] == ["accepted", "bug", "invalid", "accepted"]
    assert (topic.calls, len(topic.messages)) == (1, 2)


async def test_what_is_remembered_is_bounded_by_number_and_by_age() -> None:
    desk = Desk(entries=2)
    assert set(await desk.statuses(*(least(id=str(number)) for number in range(5)))) == {Status.ACCEPTED}
    assert len(desk.recent) == 2
    assert await desk.statuses(least(id="4"), least(id="0")) == [Status.DUPLICATE, Status.ACCEPTED]
    desk.clock.time += timedelta(hours=1)
    assert await desk.statuses(least(id="0")) == [Status.ACCEPTED]


async def test_an_entry_that_is_pushed_out_while_on_its_way_still_tells_those_who_wait() -> None:
    desk = Desk(entries=1)
    assert await desk.statuses(least(id="1"), least(id="2"), least(id="1")) == [Status.ACCEPTED] * 3
