from datetime import datetime
from typing import Any

from services.correlate.domain.track.policy import TrackPolicy
from shared.contracts.base import Handling
from shared.contracts.events import Conveyance, Declared, Person, PersonName, Place
from tests.support.correlate import NOON, event
from tests.support.correlate_station import Opened, Station, eventually

LORRY = Conveyance(kind="vehicle", plate="C123BCD", country="GT")
LISTED = {"kind": "vehicle", "source": "own", "severity": "high", "handling": {"releasable_to": ["GT", "HN"]}}


async def some_alerts(correlate: Station, plates: list[str]) -> dict[str, str]:
    """One alert a plate; the headers of the issuer."""
    hn = await correlate.key("HN")
    for plate in plates:
        await correlate.add_actor(hn, **LISTED, source_id=plate, identifiers={"plate": plate, "country": "GT"})
    lorries = [event(plate, conveyances=(Conveyance(kind="vehicle", plate=plate, country="GT"),)) for plate in plates]
    await correlate.emit(*lorries)
    await correlate.settled(len(plates))
    return hn


async def test_alerts_are_filtered_paged_and_shown_to_their_nations_only(opened: Opened) -> None:
    plates = [f"C{number}BCD" for number in range(100, 105)]
    async with opened() as correlate:
        hn = await some_alerts(correlate, plates)
        mx, admin = await correlate.key("MX"), await correlate.key("US", "admin")

        async def subjects(who: dict[str, str], **filters: object) -> list[str]:
            answer = await correlate.get("/v1/alerts", who, **filters)
            assert answer.status_code == 200, answer.text
            return sorted(alert["subject"]["key"].rpartition(":")[2] for alert in answer.json()["items"])

        found: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            page = (await correlate.get("/v1/alerts", hn, limit=2, **cursor)).json()
            found += [alert["subject"]["key"].rpartition(":")[2] for alert in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = {"cursor": page["next_cursor"]}
        assert (await correlate.get("/v1/watchlist/actors", hn, **cursor)).status_code == 400
        (entry,) = (await correlate.get("/v1/watchlist/actors", hn, source_id=plates[2])).json()["items"]
        assert sorted(found) == plates
        assert await subjects(admin) == plates
        assert await subjects(mx) == []
        assert await subjects(hn, cause="actor", state="open", severity_at_least="high") == plates
        assert await subjects(hn, severity_at_least="critical") == []
        assert await subjects(hn, cause="route") == []
        assert await subjects(hn, subject="vehicle:GT:C101BCD") == ["C101BCD"]
        assert await subjects(hn, entry=entry["entry_id"]) == [plates[2]]
        assert await subjects(hn, until=NOON.isoformat()) == []
        assert await subjects(hn, since=NOON.isoformat()) == plates
        assert (await correlate.get("/v1/alerts", hn, colour="red")).status_code == 422


async def test_an_alert_has_its_evidence_the_explanation_of_its_score_and_its_timeline(opened: Opened) -> None:
    async with opened() as correlate:
        hn = await some_alerts(correlate, ["C123BCD"])
        await correlate.emit(event("later", conveyances=(LORRY,), occurred_at=NOON.replace(hour=20)))
        await correlate.settled(2)
        (alert,) = (await correlate.get("/v1/alerts", hn)).json()["items"]
        whole = (await correlate.get(f"/v1/alerts/{alert['id']}", hn)).json()
    timeline = whole.pop("timeline")
    for one in whole["entries"]:
        del one["listed"], one["href"]
    assert whole == alert
    assert alert["revision"] == 2
    assert len(alert["evidence"]) == 2
    for one in alert["evidence"]:
        assert {"listed", "seen", "how", "weight"} <= one["explanation"][0].keys()
        assert one["sentence"]["es"]
    assert [item["type"] for item in timeline if item["what"] == "revision"] == ["alert.opened", "alert.revised"]
    seen = [item for item in timeline if item["what"] == "sighting"]
    assert [item["event_id"] for item in seen] == [
        one["event_id"] for one in sorted(alert["evidence"], key=lambda e: e["occurred_at"])
    ]


async def test_an_alert_shows_its_entry_as_it_was_when_the_hit_was_judged_to_who_may_see_that(opened: Opened) -> None:
    async with opened() as correlate:
        hn = await some_alerts(correlate, ["C123BCD"])
        gt = await correlate.key("GT")
        (alert,) = (await correlate.get("/v1/alerts", hn)).json()["items"]
        place = f"/v1/watchlist/actors/{alert['entries'][0]['entry_id']}"
        was = (await correlate.get(place, hn)).json()
        del was["lacks"]
    async with opened(roles="api") as correlate:

        async def shown(who: dict[str, str]) -> list[tuple[Any, Any]]:
            answer = await correlate.get(f"/v1/alerts/{alert['id']}", who)
            assert answer.status_code == 200, answer.text
            return [(one["listed"], one["href"]) for one in answer.json()["entries"]]

        async def edit(**fields: Any) -> None:
            answer = await correlate.client.put(place, headers=hn, json={**was, "version": None, **fields})
            assert answer.status_code == 200, answer.text

        judged = [(was, f"{place}?version=1")]
        assert await shown(gt) == judged
        await edit(severity="low")
        assert await shown(hn) == await shown(gt) == judged, "until a look back has judged it again"
        assert (await correlate.get(place, gt, version=1)).json() == was
        await edit(handling={"releasable_to": []})
        assert await shown(hn) == judged
        assert await shown(gt) == [(None, None)], "what is not released to it any more it does not read behind an alert"


async def test_an_alert_of_other_nations_is_not_there_as_if_it_never_was(opened: Opened) -> None:
    async with opened() as correlate:
        hn = await some_alerts(correlate, ["C123BCD"])
        mx = await correlate.key("MX")
        (alert,) = (await correlate.get("/v1/alerts", hn)).json()["items"]
        hidden = await correlate.get(f"/v1/alerts/{alert['id']}", mx)
        unknown = await correlate.get("/v1/alerts/6f6d1c5e-6d0a-5c38-9a53-0d3f6b1b7a11", mx)
        nobody = await correlate.get("/v1/alerts", {})
        scopeless = await correlate.get("/v1/alerts", await correlate.key("HN", "watchlist:read"))
    assert hidden.status_code == unknown.status_code == 404
    assert {**hidden.json(), "request_id": ""} == {**unknown.json(), "request_id": ""}
    assert nobody.status_code == 401
    assert scopeless.status_code == 403


async def test_screening_by_hand_answers_as_an_event_would_be_judged(opened: Opened) -> None:
    async with opened() as correlate:
        hn, mx = await correlate.key("HN"), await correlate.key("MX")
        person = {
            "kind": "person",
            "source": "own",
            "source_id": "P-1",
            "names": [{"full": "Wenceslao Quiñónez Barahona"}],
            "birth_dates": ["1971-05-09"],
            "handling": {"releasable_to": ["HN"]},
        }
        entry = await correlate.add_actor(hn, **person)
        query = {"id": "q1", "name": "Wenceslao Quiñónez Barahona", "birth_date": "1971-05-09", "nationality": "Honduras"}

        async def answered() -> dict[str, Any] | None:
            answer = await correlate.client.post("/v1/screen", headers=hn, json=query)
            return answer.json() if answer.json()["hits"] else None

        one = await eventually(answered)
        many = await correlate.client.post("/v1/screen", headers=hn, json=[query, {"id": "q2", "name": "Nadie Conocido"}])
        text = b'{"id": "q1", "name": {"given": "Wenceslao", "paternal": "Qui\\u00f1\\u00f3nez", "maternal": "Barahona"}}\n{"id": "q2", "name": "Nadie Conocido"}\n'
        lines = await correlate.client.post("/v1/screen", headers={**hn, "Content-Type": "application/x-ndjson"}, content=text)
        foreign = await correlate.client.post("/v1/screen", headers=mx, json=query)
        wrong = await correlate.client.post("/v1/screen", headers=hn, json=[query, {"nationality": "Atlantis", "x": 1}])
        await correlate.emit(event("E1", persons=(Person(name=PersonName(full=query["name"]), birth_date="1971-05-09"),)))
        await correlate.settled(1)
        (alert,) = (await correlate.get("/v1/alerts", hn)).json()["items"]
    assert one["id"] == "q1"
    assert (one["hits"][0]["entry_id"], one["hits"][0]["alert"]) == (entry["entry_id"], True)
    assert [len(answer["hits"]) for answer in many.json()] == [1, 0]
    assert len(lines.text.splitlines()) == 2
    assert foreign.json()["hits"] == []
    assert {fault["pointer"] for fault in wrong.json()["errors"]} == {"/1/nationality", "/1/x"}
    assert alert["entries"][0]["entry_id"] == entry["entry_id"]


async def test_an_alert_about_an_actor_names_the_posts_ahead_with_their_nations_and_arrival_windows(opened: Opened) -> None:
    north = Place(code="CR-PA-01", nations=("CR", "PA"))
    declared = Declared(origin="PA", destination="MX")
    handling = Handling(releasable_to=("HN", "NI"))
    seen = event("E1", conveyances=(LORRY,), place=north, nation="CR", declared=declared, handling=handling)
    async with opened() as correlate:
        hn = await correlate.key("HN")
        listed = {**LISTED, "handling": {"releasable_to": ["CR", "NI"]}}
        await correlate.add_actor(hn, **listed, source_id="1", identifiers={"plate": LORRY.plate, "country": "GT"})
        await correlate.looked_back()
        await correlate.emit(seen)
        await correlate.settled(1)
        (alert,) = (await correlate.get("/v1/alerts", hn, cause="actor", nation="NI")).json()["items"]
    assert {one["nation"] for one in alert["next"]} == {"NI"}
    for one in alert["next"]:
        assert one["place"]["code"].startswith("NI-CR-")
        assert one["probability"] is None
        assert NOON < datetime.fromisoformat(one["window"]["from"]) < datetime.fromisoformat(one["window"]["to"])
    last = max(datetime.fromisoformat(one["window"]["to"]) for one in alert["next"])
    assert datetime.fromisoformat(alert["expires_at"]) == last + TrackPolicy().next_grace
