"""The sink of the measurement sees what it claims to: by webhooks that another library signed."""

import base64
import json
from datetime import datetime, timedelta
from uuid import uuid4

import aiohttp
import pytest
from standardwebhooks import Webhook

from services.cli.bench.deliver.limits import bare_posts
from services.cli.bench.deliver.measure import sentences
from services.cli.bench.deliver.partners import alert_template, filled, opened_sink
from services.cli.bench.deliver.sink import Book
from shared.contracts.alerts import AlertMessage
from shared.platform.clock import SystemClock

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()


def signed(body: bytes, identity: str, at: datetime, secret: str = SECRET) -> dict[str, str]:
    signature = Webhook(secret).sign(identity, at, body.decode())
    return {"webhook-id": identity, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}


def take(book: Book, body: bytes, headers: dict[str, str]) -> bool:
    return book.take("/a", {name.encode(): value.encode() for name, value in headers.items()}, body)


@pytest.fixture
def book() -> Book:
    made = Book()
    made.control("/control/trust", json.dumps({"/a": SECRET}).encode())
    return made


def test_the_generated_alert_is_one_and_of_a_size_that_alerts_have() -> None:
    identity = str(uuid4())
    body = filled(alert_template(), identity, 2)
    message = AlertMessage.model_validate_json(body)
    assert (str(message.data.id), message.data.revision) == (identity, 2)
    assert 900 < len(body) < 2000


def test_a_signature_that_does_not_hold_is_not_taken(book: Book) -> None:
    now = SystemClock().now()
    body = filled(alert_template(), str(uuid4()))
    good = signed(body, "one", now)
    assert take(book, body, good)
    assert not take(book, body + b" ", good)
    assert not take(book, body, good | {"webhook-id": "two"})
    assert not take(book, body, signed(body, "one", now - timedelta(hours=1)))
    assert not take(book, body, signed(body, "one", now, "whsec_" + base64.b64encode(b"o" * 32).decode()))
    assert take(book, body, good | {"webhook-signature": "v1,AAAA " + good["webhook-signature"]})
    report = book.seen.report()
    assert (report["received"], report["repeats"], report["unverified"]) == (1, 1, 4)


def test_a_revision_that_comes_after_a_later_one_is_seen(book: Book) -> None:
    now, template, alert = SystemClock().now(), alert_template(), str(uuid4())
    for revision in (1, 3, 2):
        body = filled(template, alert, revision)
        assert take(book, body, signed(body, f"{alert}-{revision}", now))
    assert book.seen.report()["out_of_order"] == 1


async def test_the_sink_answers_by_how_it_is_told_and_counts_what_came() -> None:
    body = filled(alert_template(), str(uuid4()))
    async with opened_sink() as sink, aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=1.5)) as client:
        await sink.tell("trust", {"/a": SECRET, "/slow": SECRET})
        await sink.tell("behave", {"/slow": ("hang", 30), "/drip": ("drip", 30)})
        async with client.post(f"{sink.url}/a", data=body, headers=signed(body, "one", SystemClock().now())) as answer:
            assert answer.status == 204
        async with client.post(f"{sink.url}/a", data=body) as answer:
            assert answer.status == 401
        for path in ("/slow", "/drip"):
            with pytest.raises(TimeoutError):
                async with client.post(f"{sink.url}{path}", data=body) as answer:
                    await answer.read()
        report = await sink.tell("report")
        assert (report["received"], report["unverified"], report["by_path"]) == (1, 1, {"/a": 1})
        assert await bare_posts(sink.url, body, 100) > 0


def test_what_was_measured_is_said_in_sentences() -> None:
    one = {"what": "handed over → received", "p50": 1.0, "p99": 2.0, "max": 3.0, "count": 10}
    sound = {"lost": 0, "doubled": 0, "out_of_order": 0, "unverified": 0}
    phases = [
        {"phase": "burst to 1", "deliveries": 20_000, "seconds": 5.0, "per_second": 4000.0, **sound},
        {"phase": "steady 200/s", "latency": one, "bare": one, **sound},
        {"phase": "one of ten hangs", "calm": one, "troubled": one, "p50_ratio": 1.0, "p99_ratio": 1.0, **sound},
        {"phase": "killed 1 times", "all_there_after_the_last_kill_seconds": 2.5, **sound | {"doubled": 7}},
    ]
    text = "\n".join(sentences({"bare_posts_per_second": [9000.0, 10_000.0], "phases": phases, "unseen": ["One machine."]}))
    for said in (
        "20,000 deliveries in 5.0 s: 4,000/s",
        "p99 1.00 times that of calm",
        "2.5 s after the last kill",
        "doubled 7",
        "One machine.",
    ):
        assert said in text
