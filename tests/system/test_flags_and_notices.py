"""From the list to the partners' endpoints, over both services: a nation flags an entry, and who it concerns is told."""

import json
from pathlib import Path
from typing import Any

import httpx
from standardwebhooks import Webhook

from services.correlate.migrate import migrate as migrate_correlate
from services.notify.migrate import migrate as migrate_notify
from shared.contracts.events import Conveyance
from tests.support.correlate import event
from tests.support.correlate_station import make_topics, settings_for, station
from tests.support.notify import Receiver
from tests.support.notify_process import notify_process

LORRY = Conveyance(kind="vehicle", plate="C123BCD", country="GT")
LISTED = {
    "kind": "vehicle",
    "source": "own",
    "source_id": "V-1",
    "requested_action": "SEIZE",
    "identifiers": {"plate": "C123BCD", "country": "GT"},
    "handling": {"tlp": "AMBER", "releasable_to": ["GT", "HN"]},
}
SCOPES = ("watchlist:read", "watchlist:write", "alerts:read", "subscriptions:manage", "deliveries:read")


def told(receiver: Receiver) -> list[tuple[str, str]]:
    """What came, in order: of an alert what is to be done, of a notice its agency."""
    said: list[dict[str, Any]] = [json.loads(receipt.body) for receipt in receiver.receipts]
    return [(one["type"], one["data"].get("executed_action") or one["data"]["agency"]) for one in said]


async def test_a_flag_reaches_the_flagging_nation_as_a_report_and_the_issuer_as_a_notice(
    kafka: str, topic_prefix: str, database_url: str, tmp_path: Path
) -> None:
    await migrate_correlate(database_url)
    await migrate_notify(database_url)
    settings = settings_for(kafka, database_url, topic_prefix)
    await make_topics(settings.kafka)
    async with (
        station(kafka, database_url, topic_prefix) as correlate,
        notify_process(settings.kafka, database_url, tmp_path) as notify,
        Receiver() as guatemala,
        Receiver() as honduras,
        httpx.AsyncClient(base_url=notify.url) as client,
    ):
        gt = await correlate.key("GT", *SCOPES, agency="gt-police")
        hn = await correlate.key("HN", *SCOPES, agency="hn-police")
        secrets = {}
        for receiver, key in ((guatemala, gt), (honduras, hn)):
            wanted = {"url": receiver.url, "filter": {"notices": True}}
            answer = await client.post("/v1/subscriptions", headers=key, json=wanted)
            assert answer.status_code == 201, answer.text
            secrets[receiver.url] = answer.json()["secret"]
        entry = await correlate.add_actor(hn, **LISTED)
        await correlate.emit(event("E1", conveyances=(LORRY,)))
        await guatemala.wait_for(1, 30)
        await honduras.wait_for(1, 30)
        for number, action in ((2, "flag"), (3, "unflag")):
            path = f"/v1/watchlist/actors/{entry['entry_id']}/{action}"
            answer = await correlate.client.post(path, headers=gt, json={"reason": "its courts do not allow it"})
            assert answer.status_code == 200, answer.text
            await guatemala.wait_for(number, 30)
            await honduras.wait_for(2 * number - 1, 30)
        for receiver in (guatemala, honduras):
            for receipt in receiver.receipts:
                Webhook(secrets[receiver.url]).verify(receipt.body, receipt.headers)
    assert told(guatemala) == [("alert.opened", "SEIZE"), ("alert.revised", "INFORM_ONLY"), ("alert.revised", "SEIZE")]
    assert sorted(told(honduras)) == [
        ("alert.opened", "SEIZE"),
        ("alert.revised", "SEIZE"),
        ("alert.revised", "SEIZE"),
        ("entry.flagged", "hn-police"),
        ("entry.unflagged", "hn-police"),
    ]
