import uuid

import pytest

from tests.support.notify import Receiver, Station, alert_message
from tests.support.notify_door import WANTED, Door, made


@pytest.fixture
def door(notify: Station) -> Door:
    return Door(notify)


async def test_the_secret_is_shown_once_and_never_again(door: Door) -> None:
    async with door.as_("SV") as client:
        created = await made(client)
        assert created["secret"].startswith("whsec_")
        answers = [
            await client.get("/v1/subscriptions"),
            await client.get(f"/v1/subscriptions/{created['id']}"),
            await client.patch(f"/v1/subscriptions/{created['id']}", json={"language": "en"}),
        ]
    for answer in answers:
        assert answer.status_code == 200
        assert "whsec_" not in answer.text
        assert 'secret"' not in answer.text
    assert answers[2].json()["language"] == "en"


async def test_subscribing_needs_no_partner_made_before(door: Door) -> None:
    async with door.as_("SV") as client:
        assert (await client.get("/v1/partners")).json() == {"items": []}
        assert (await made(client, partner=None))["partner"] == "SV"
        assert [item["id"] for item in (await client.get("/v1/partners")).json()["items"]] == ["SV"]


async def test_a_nation_subscribes_for_itself_only_and_an_administrator_for_all(door: Door) -> None:
    async with door.as_("SV") as client, door.as_("GT", "admin") as admin:
        refused = await client.post("/v1/subscriptions", json={**WANTED, "partner": "GT"})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (403, "/partner")
        assert (await made(admin, partner="HN"))["partner"] == "HN"


async def test_a_key_without_the_scope_may_do_nothing(door: Door) -> None:
    async with door.as_("SV", "alerts:read") as client:
        for method, path in (
            ("GET", "/v1/subscriptions"), ("POST", "/v1/subscriptions"), ("GET", "/v1/deliveries"), ("GET", "/v1/partners"),
            ("POST", f"/v1/deliveries/{uuid.uuid4()}/redeliver"),
        ):  # fmt: skip
            answer = await client.request(
                method, path, json=WANTED if path.endswith("subscriptions") and method == "POST" else None
            )
            assert answer.status_code == 403, (method, path)


async def test_what_is_not_built_yet_and_what_nothing_can_be_sent_to_is_said_by_pointer_all_at_once(door: Door) -> None:
    bad = {"format": "cap", "url": "http://169.254.169.254/", "filter": {"cel": "true"}}
    async with door.as_("SV") as client:
        answer = await client.post("/v1/subscriptions", json={**WANTED, **bad})
        unknown = await client.post("/v1/subscriptions", json={**WANTED, "colour": "red"})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/url", "/format", "/filter/cel"]
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/colour")


async def test_another_nations_things_are_as_unknown_as_what_is_not_there(
    door: Door, notify: Station, receiver: Receiver
) -> None:
    async with door.as_("SV") as owner, door.as_("MX") as stranger, notify.dispatching():
        created = await made(owner, url=receiver.url)
        await notify.arrive(alert_message())
        await notify.settled()
        delivery = receiver.ids[0]
        asked = [
            ("GET", "/v1/subscriptions/{}", created["id"], None), ("PATCH", "/v1/subscriptions/{}", created["id"], {"language": "en"}),
            ("DELETE", "/v1/subscriptions/{}", created["id"], None), ("POST", "/v1/subscriptions/{}/secrets", created["id"], None),
            ("POST", "/v1/subscriptions/{}/test", created["id"], None), ("GET", "/v1/deliveries/{}", delivery, None),
            ("POST", "/v1/deliveries/{}/redeliver", delivery, None), ("GET", "/v1/partners/{}", "SV", None),
        ]  # fmt: skip
        for method, path, identity, body in asked:
            theirs = await stranger.request(method, path.format(identity), json=body)
            absent = "HN" if identity == "SV" else uuid.uuid4()
            nothing = await stranger.request(method, path.format(absent), json=body)
            assert theirs.status_code == nothing.status_code == 404, (method, path)
            one, other = theirs.json(), nothing.json()
            one.pop("request_id")
            other.pop("request_id")
            assert one == other
        assert (await stranger.get("/v1/subscriptions")).json() == {"items": []}
        assert (await stranger.get("/v1/deliveries")).json() == {"items": [], "next_cursor": None}
        assert len((await owner.get("/v1/deliveries")).json()["items"]) == 1


async def test_the_log_is_filtered_and_paged_without_a_gap(door: Door, notify: Station, receiver: Receiver) -> None:
    messages = [alert_message() for _ in range(7)]
    async with door.as_("SV") as client, notify.dispatching():
        created = await made(client, url=receiver.url)
        await made(client, url=receiver.url, filter={"severity_at_least": "critical"})
        await notify.arrive(*messages)
        await notify.settled()
        seen: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            page = (await client.get("/v1/deliveries", params={"limit": "3", **cursor})).json()
            seen += [item["id"] for item in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = {"cursor": page["next_cursor"]}
        assert sorted(seen) == sorted(receiver.ids)
        for wanted, count in (
            ({"state": "delivered"}, 7), ({"state": "failed"}, 0), ({"subscription": created["id"]}, 7),
            ({"alert": str(messages[0].data.id)}, 1),
        ):  # fmt: skip
            assert len((await client.get("/v1/deliveries", params=wanted)).json()["items"]) == count
        assert (await client.get("/v1/deliveries", params={"cursor": "forged"})).status_code == 400


async def test_a_delivery_shows_its_attempts_and_is_sent_again_on_demand(door: Door, notify: Station, receiver: Receiver) -> None:
    async with door.as_("SV") as client, notify.dispatching():
        await made(client, url=receiver.url)
        await notify.arrive(alert_message())
        await notify.settled()
        path = f"/v1/deliveries/{receiver.ids[0]}"
        shown = (await client.get(path)).json()
        assert (shown["state"], [attempt["status"] for attempt in shown["log"]]) == ("delivered", [204])
        assert shown["reasons"] == ["every originator releases it to SV", "TLP:AMBER"]
        assert (await client.post(f"{path}/redeliver")).status_code == 202
        await receiver.wait_for(2)
        await notify.settled()
        assert receiver.ids[0] == receiver.ids[1]
        assert [attempt["status"] for attempt in (await client.get(path)).json()["log"]] == [204, 204]


async def test_an_ended_subscription_is_gone_and_what_waited_is_cancelled(door: Door, notify: Station) -> None:
    async with door.as_("SV") as client:
        created = await made(client)
        await notify.arrive(alert_message())
        assert (await client.get(f"/v1/subscriptions/{created['id']}")).json()["waiting"] == 1
        assert (await client.delete(f"/v1/subscriptions/{created['id']}")).status_code == 204
        assert (await client.get("/v1/subscriptions")).json() == {"items": []}
        assert (await client.get(f"/v1/subscriptions/{created['id']}")).json()["state"] == "ended"
        assert (await client.delete(f"/v1/subscriptions/{created['id']}")).status_code == 404
        assert (await client.patch(f"/v1/subscriptions/{created['id']}", json={"state": "active"})).status_code == 404
    assert await notify.states() == {"cancelled": 1}


async def test_a_rotated_secret_is_new_and_the_overlap_is_told(door: Door) -> None:
    async with door.as_("SV") as client:
        created = await made(client)
        rotated = (await client.post(f"/v1/subscriptions/{created['id']}/secrets")).json()
        assert rotated["secret"] != created["secret"]
        assert rotated["old_secrets_until"] is not None


async def test_an_exercise_is_answered_with_its_delivery(door: Door, notify: Station, receiver: Receiver) -> None:
    async with door.as_("SV") as client, notify.dispatching():
        created = await made(client, url=receiver.url)
        sent = (await client.post(f"/v1/subscriptions/{created['id']}/test")).json()
        await receiver.wait_for(1)
        assert receiver.ids == [sent["delivery_id"]]
        await client.patch(f"/v1/subscriptions/{created['id']}", json={"state": "paused"})
        assert (await client.post(f"/v1/subscriptions/{created['id']}/test")).status_code == 409


async def test_partners_are_written_and_read(door: Door) -> None:
    async with door.as_("SV") as client, door.as_("GT", "admin") as admin:
        written = await client.post(
            "/v1/partners", json={"id": "SV", "name": "Policía Nacional Civil", "contact": "sala@pnc.example"}
        )
        assert (written.status_code, written.json()["name"]) == (201, "Policía Nacional Civil")
        assert (await client.post("/v1/partners", json={"id": "GT"})).status_code == 403
        assert (await client.put("/v1/partners/GT", json={})).status_code == 404
        assert (await admin.put("/v1/partners/HN", json={"name": "Policía Nacional"})).json()["id"] == "HN"
        assert [item["id"] for item in (await admin.get("/v1/partners")).json()["items"]] == ["HN", "SV"]
        assert (await client.get("/v1/partners/SV")).json()["contact"] == "sala@pnc.example"
        refused = await client.post("/v1/partners", json={"id": "SV", "name": "a\u0000b"})
        assert refused.status_code == 422
