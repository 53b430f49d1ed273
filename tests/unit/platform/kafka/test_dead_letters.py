from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from shared.platform.kafka.dead_letters import DeadLetter, TopicDeadLetters, hops, original
from shared.platform.kafka.errors import BrokerUnavailableError
from shared.platform.kafka.messages import Message
from shared.platform.kafka.routes import SendError


class Noon:
    def now(self) -> datetime:
        return datetime(2026, 1, 2, 12, tzinfo=UTC)


class Outbox:
    """A producer that keeps what it is given."""

    def __init__(self, error: SendError | None = None) -> None:
        self.sent: list[Message] = []
        self.error = error

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    async def send_many(self, messages: Sequence[Message]) -> list[SendError | None]:
        self.sent += messages
        return [self.error for _ in messages]

    async def partitions(self, topic: str) -> int:
        return len(topic)


def letter(headers: Sequence[tuple[str, bytes | None]] = (), value: bytes | None = b"original") -> DeadLetter:
    return DeadLetter("raw", 3, 42, "/persons/0: missing", b"key", value, headers)


async def test_a_dead_letter_keeps_its_bytes_and_says_where_from_and_why() -> None:
    outbox = Outbox()
    await TopicDeadLetters(outbox, "dlq", service="ingest", clock=Noon()).add([letter([("ce_id", b"1"), ("note", None)])])
    (message,) = outbox.sent
    assert (message.topic, message.key, message.value) == ("dlq", b"key", b"original")
    assert dict(message.headers) == {
        "ce_id": b"1",
        "note": None,
        "dl-topic": b"raw",
        "dl-partition": b"3",
        "dl-offset": b"42",
        "dl-reason": b"/persons/0: missing",
        "dl-service": b"ingest",
        "dl-time": b"2026-01-02T12:00:00+00:00",
        "dl-kind": b"record",
        "dl-hops": b"1",
    }


async def test_forged_origin_headers_are_overwritten_and_hops_are_counted() -> None:
    outbox = Outbox()
    forged = [("dl-topic", b"elsewhere"), ("dl-hops", b"2")]
    await TopicDeadLetters(outbox, "dlq", service="ingest", clock=Noon()).add([letter(forged)])
    headers = outbox.sent[0].headers
    assert [value for name, value in headers if name == "dl-topic"] == [b"raw"]
    assert hops(headers) == 3
    assert list(original(headers)) == [("dl-hops", b"3")]


async def test_a_letter_without_key_and_value_can_be_sent() -> None:
    outbox = Outbox()
    await TopicDeadLetters(outbox, "dlq", service="ingest", clock=Noon()).add([letter(value=None)])
    assert outbox.sent[0].value == b""
    assert ("dl-null-value", b"1") in outbox.sent[0].headers


async def test_letters_that_are_not_acknowledged_are_reported() -> None:
    outbox = Outbox(BrokerUnavailableError("away"))
    with pytest.raises(BrokerUnavailableError):
        await TopicDeadLetters(outbox, "dlq", service="ingest", clock=Noon()).add([letter()])


@pytest.mark.parametrize("forged", [b"", b"-1", b"x", b"9" * 5000, "²".encode(), None])
def test_hops_of_anything_forged_are_a_number(forged: bytes | None) -> None:
    assert 0 <= hops([("dl-hops", forged)]) <= 1_000_000
