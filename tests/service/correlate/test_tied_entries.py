"""A tie to an entry that few see, at every door: its issuer reads it, and another nation nothing of it."""

from typing import Any

from tests.support.correlate_station import Opened, Station

ACTORS = "/v1/watchlist/actors"
ALL, FEW = {"releasable_to": ["GT", "HN"]}, {"releasable_to": ["GT"]}
SECRET = "Secreto Escondido"


def person(number: str, name: str, handling: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "kind": "person",
        "source": "own",
        "source_id": number,
        "names": [{"full": name}],
        "birth_dates": ["1971-02-03"],
        "handling": handling,
        **more,
    }


async def texts(correlate: Station, who: dict[str, str], entry: str, versions: int) -> dict[str, str]:
    """What each door says, as text."""
    place = f"{ACTORS}/{entry}"
    doors = {
        "one": (place, {}),
        "then": (place, {"as_of": versions}),
        "list": (ACTORS, {}),
        "search": (ACTORS, {"q": "Secreto"}),
        "search by number": (ACTORS, {"q": "SECRET-9"}),
        "list then": (ACTORS, {"as_of": versions}),
        "history": (f"{place}/history", {}),
        "difference": ("/v1/watchlist/difference", {"since": 0}),
        "last difference": ("/v1/watchlist/difference", {"since": versions - 1}),
        "cases": ("/v1/watchlist/cases", {}),
    }
    doors |= {f"version {number}": (place, {"version": number}) for number in (1, 2)}
    found = {}
    for name, (path, asked) in doors.items():
        answer = await correlate.get(path, who, **asked)
        assert answer.status_code in {200, 404}, answer.text
        found[name] = answer.text
    return found


async def test_an_entry_tied_to_one_that_few_see_gives_nothing_of_it_away(opened: Opened) -> None:
    async with opened(roles="api") as correlate:
        gt, hn = await correlate.key("GT"), await correlate.key("HN")
        secret = await correlate.add_actor(gt, **person("SECRET-9", SECRET, FEW))
        open_one = await correlate.add_actor(gt, **person("OPEN-3", "Abierto Visible", ALL))
        one = await correlate.add_actor(gt, **person("A-1", "Eusebio Tzoc Xicay", ALL))
        links = [
            {"relation": "owner", "kind": "owner", "entry_id": secret["entry_id"], "name": SECRET},
            {"relation": "companion", "source_id": "SECRET-9", "name": SECRET},
            {"relation": "companion", "source_id": "OPEN-3"},
        ]
        place = f"{ACTORS}/{one['entry_id']}"
        changed = await correlate.client.put(place, headers=gt, json={**one, "linked": links})
        assert changed.status_code == 200, changed.text

        theirs, ours = await texts(correlate, hn, one["entry_id"], 4), await texts(correlate, gt, one["entry_id"], 4)
        given_away = {
            door: text for door, text in theirs.items() if any(word in text for word in (SECRET, "SECRET-9", secret["entry_id"]))
        }
        assert given_away == {}
        assert {door for door, text in ours.items() if SECRET in text} >= {"one", "list", "history", "difference", "version 2"}

        shown = (await correlate.get(place, hn)).json()
        assert [link["source_id"] for link in shown["linked"]] == ["OPEN-3"]
        assert [(link["entry_id"], link["name"], link["actor"], link["state"]) for link in shown["links"]] == [
            (open_one["entry_id"], "Abierto Visible", "person", "active")
        ]
        whole = (await correlate.get(place, gt)).json()
        assert [link["source_id"] for link in whole["links"]] == ["SECRET-9", "OPEN-3"]

        flagged = await correlate.client.post(f"{place}/flag", headers=hn, json={"reason": "our courts do not allow it"})
        assert flagged.status_code == 200, flagged.text
        assert SECRET not in flagged.text
        asked = await correlate.client.post(
            "/v1/screen", headers=hn, json={"name": "Eusebio Tzoc Xicay", "birth_date": "1971-02-03"}
        )
        assert SECRET not in asked.text
        assert "SECRET-9" not in asked.text


async def test_a_correction_by_who_was_not_shown_a_tie_leaves_it_where_it_is(opened: Opened) -> None:
    async with opened(roles="api") as correlate:
        gt, hn = await correlate.key("GT"), await correlate.key("HN")
        secret = await correlate.add_actor(gt, **person("SECRET-9", SECRET, FEW))
        links = [{"relation": "owner", "entry_id": secret["entry_id"], "name": SECRET}]
        one = await correlate.add_actor(gt, **person("A-1", "Eusebio Tzoc Xicay", ALL, linked=links))
        place = f"{ACTORS}/{one['entry_id']}"
        shown = (await correlate.get(place, hn)).json()
        assert not shown["linked"]
        body = {name: shown[name] for name in ("kind", "source", "source_id", "names", "handling")}
        case = await correlate.client.post(
            f"{place}/cases",
            headers=hn,
            json={"kind": "correction", "text": "born in 1972", "body": {**body, "birth_dates": ["1972-02-03"]}},
        )
        assert case.status_code == 201, case.text
        number = case.json()["case_id"]
        theirs = (await correlate.get(f"/v1/watchlist/cases/{number}", hn)).text
        assert SECRET not in theirs
        assert [change["field"] for change in (await correlate.get(f"/v1/watchlist/cases/{number}", gt)).json()["changes"]] == [
            "birth_dates"
        ]
        accepted = await correlate.client.post(f"/v1/watchlist/cases/{number}/accept", headers=gt, json={"reason": "so it is"})
        assert accepted.status_code == 200, accepted.text
        whole = (await correlate.get(place, gt)).json()
        assert [link["entry_id"] for link in whole["linked"]] == [secret["entry_id"]]
        assert whole["birth_dates"] == ["1972-02-03"]
