import signal
from pathlib import Path

import httpx
from standardwebhooks import Webhook

from shared.contracts.identity import webhook_id
from tests.support.notify import Receiver, alert_message, until
from tests.support.notify_process import broker, headers, notify_process, subscribe


async def test_an_alert_on_the_topic_arrives_signed_and_is_in_the_log(
    kafka: str, topic_prefix: str, migrated_url: str, receiver: Receiver, tmp_path: Path
) -> None:
    message = alert_message()
    async with broker(kafka, topic_prefix) as topics, notify_process(topics.settings, migrated_url, tmp_path) as process:
        token = await topics.key("GT", "admin")
        made = await subscribe(process, token, receiver.url)
        await topics.publish(message)
        await receiver.wait_for(1)
        Webhook(made["secret"]).verify(receiver.receipts[0].body, receiver.receipts[0].headers)
        assert receiver.ids == [str(webhook_id(message.data.id, 1, made["id"]))]
        async with httpx.AsyncClient(base_url=process.url, headers=headers(token)) as client:

            async def logged() -> bool:
                found = (await client.get("/v1/deliveries", params={"state": "delivered"})).json()["items"]
                return [item["id"] for item in found] == receiver.ids

            await until(logged)
        assert await process.end() == 0


async def test_a_record_that_is_no_alert_goes_to_the_dead_letters_and_stops_nothing(
    kafka: str, topic_prefix: str, migrated_url: str, receiver: Receiver, tmp_path: Path
) -> None:
    message = alert_message()
    async with broker(kafka, topic_prefix) as topics, notify_process(topics.settings, migrated_url, tmp_path) as process:
        await subscribe(process, await topics.key("GT", "admin"), receiver.url)
        for value in (b"", b"{", b"\xff", b'{"type": "alert.opened"}'):
            await topics.publish_raw(value, str(message.data.id).encode())
        await topics.publish(message)
        await receiver.wait_for(1)
        assert await process.ready()


async def test_killed_between_the_request_and_the_mark_it_sends_again_under_the_same_id(
    kafka: str, topic_prefix: str, migrated_url: str, receiver: Receiver, tmp_path: Path
) -> None:
    messages = [alert_message() for _ in range(200)]
    async with broker(kafka, topic_prefix) as topics, notify_process(topics.settings, migrated_url, tmp_path) as process:
        made = await subscribe(process, await topics.key("GT", "admin"), receiver.url)
        await topics.publish(*messages)
        await receiver.wait_for(20)
        assert await process.end(signal.SIGKILL) == -signal.SIGKILL
        await process.start(wait=False)
        wanted = {str(webhook_id(message.data.id, 1, made["id"])) for message in messages}
        await until(lambda: set(receiver.ids) >= wanted, 30)
    assert set(receiver.ids) == wanted


async def test_of_two_processes_one_is_killed_and_the_other_sends_what_it_held(
    kafka: str, topic_prefix: str, migrated_url: str, receiver: Receiver, tmp_path: Path
) -> None:
    messages = [alert_message() for _ in range(600)]
    async with (
        broker(kafka, topic_prefix) as topics,
        notify_process(topics.settings, migrated_url, tmp_path, number=1) as first,
        notify_process(topics.settings, migrated_url, tmp_path, number=2) as second,
    ):
        made = await subscribe(second, await topics.key("GT", "admin"), receiver.url)
        await topics.publish(*messages)
        await receiver.wait_for(50)
        await first.end(signal.SIGKILL)
        wanted = {str(webhook_id(message.data.id, 1, made["id"])) for message in messages}
        await until(lambda: set(receiver.ids) >= wanted, 40)
        assert await second.end() == 0
    assert set(receiver.ids) == wanted


async def test_its_document_tells_receivers_what_they_will_get(
    kafka: str, topic_prefix: str, migrated_url: str, tmp_path: Path
) -> None:
    async with (
        broker(kafka, topic_prefix) as topics,
        notify_process(topics.settings, migrated_url, tmp_path) as process,
        httpx.AsyncClient(base_url=process.url) as client,
    ):
        document = (await client.get("/openapi.json")).json()
        metrics = (await client.get("/metrics")).text
    sent = document["webhooks"]["alert"]["post"]
    assert {parameter["name"] for parameter in sent["parameters"]} >= {"webhook-id", "webhook-timestamp", "webhook-signature"}
    assert {"/v1/partners", "/v1/subscriptions", "/v1/deliveries", "/v1/keys"} <= set(document["paths"])
    assert "atalaya_webhook_attempts_total" in metrics
