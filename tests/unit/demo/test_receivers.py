import json
from datetime import UTC, datetime

import aiohttp
from standardwebhooks import Webhook

from services.cli.demo.receivers import Receipt, Receiver

SECRET = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU="
OTHER = "whsec_" + "MDEyMzQ1Njc4OUFCQ0RFRkdISUpLTE1OT1BRUlNUVVY="
BODY = json.dumps({"type": "alert.opened", "data": {"id": "a1", "revision": 1}})


async def answered(url: str, secret: str, webhook_id: str = "w1") -> int:
    at = datetime.now(UTC)  # noqa: TID251 - the library checks the timestamp against the machine's clock
    headers = {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(webhook_id, at, BODY),
    }
    async with aiohttp.ClientSession() as session, session.post(url, data=BODY, headers=headers) as response:
        return response.status


async def test_a_verified_webhook_is_kept_and_one_with_another_signature_is_refused_and_counted() -> None:
    kept: list[Receipt] = []
    async with Receiver("GT", kept.append).listening() as receiver:
        receiver.trust(SECRET)
        assert await answered(receiver.url, SECRET) == 204
        assert await answered(receiver.url, OTHER) == 401
        assert (receiver.verified, receiver.refused) == (1, 1)
    (receipt,) = kept
    assert (receipt.partner, receipt.webhook_id, receipt.type, receipt.alert["id"]) == ("GT", "w1", "alert.opened", "a1")


async def test_without_a_secret_it_asks_to_come_again() -> None:
    kept: list[Receipt] = []
    async with Receiver("GT", kept.append).listening() as receiver:
        assert await answered(receiver.url, SECRET) == 503
    assert kept == []
