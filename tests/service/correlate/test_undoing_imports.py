"""An import undone, and an undoing undone: the list is what it was, but for what anybody changed since."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.contracts.watchlist import ENTRY
from tests.support.correlate_station import Opened, Station
from tests.support.imports import Sender, person

ACTORS = "/v1/watchlist/actors"


@pytest.fixture
async def correlate(opened: Opened) -> AsyncIterator[Station]:
    async with opened(roles="api", imports={"slice_rows": 4, "page_rows": 3}) as running:
        yield running


@pytest.fixture
async def sender(correlate: Station) -> Sender:
    return Sender(correlate, await correlate.key("GT"))


async def undo(sender: Sender, own: str, **query: Any) -> dict[str, Any]:
    answer = await sender.ask("POST", f"/{own}/undo", params=query, json={"why": "the wrong file"})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def standing(correlate: Station) -> dict[str, tuple[Any, ...]]:
    """What each entry says and where it is in its life, by its number in the source."""
    rows = await correlate.rows("SELECT * FROM correlate.entry")
    entries = [ENTRY.validate_json(row.content) for row in rows]
    for row, entry in zip(rows, entries, strict=True):
        assert (row.version, row.list_version, row.state, row.ended_at) == (
            entry.version,
            entry.list_version,
            entry.state,
            entry.ended_at,
        )
        assert entry.model_dump_json(exclude_none=True, by_alias=True) == row.content
    return {row.source_id: (entry.state, entry.body) for row, entry in zip(rows, entries, strict=True)}


async def test_an_import_undone_leaves_the_list_as_it_was_and_an_undoing_undone_as_it_became(
    correlate: Station, sender: Sender
) -> None:
    first = [person(number) for number in range(12)]
    await sender.take(first)
    before = await standing(correlate)
    second = [person(number, f"Otro {number}" if number < 5 else None) for number in range(11)]
    done = await sender.take([*second, person("new"), person("weak", birth_dates=[])])
    became = await standing(correlate)
    assert (became["11"][0], became["new"][0], became["weak"][0]) == ("revoked", "active", "submitted")
    shown = await undo(sender, done["import_id"], dry_run=True)
    assert await standing(correlate) == became, "a rehearsal changes nothing"
    undone = await undo(sender, done["import_id"])
    assert undone["counts"] == shown["counts"] == {"revoked": 2, "restored": 5, "returned": 1, "left": 0, "markings_kept": 0}
    after = await standing(correlate)
    assert {key: after[key] for key in before} == before
    assert (after["new"][0], after["weak"][0]) == ("revoked", "revoked")
    again = await undo(sender, undone["import_id"])
    assert (again["counts"]["returned"], again["undoes"]) == (2, undone["import_id"])
    assert await standing(correlate) == became
    changes = await correlate.rows("SELECT from_version, to_version, change FROM correlate.list_change ORDER BY 1")
    assert [row.change for row in changes] == ["imported", "imported", "undone", "undone"]
    assert [row.from_version for row in changes][1:] == [row.to_version + 1 for row in changes][:-1]


async def test_what_somebody_changed_since_is_left_and_named_and_the_rest_undone(correlate: Station, sender: Sender) -> None:
    done = await sender.take([person(number) for number in range(4)])
    entry = (await correlate.get(ACTORS, sender.headers, source_id="2")).json()["items"][0]
    await correlate.client.put(f"{ACTORS}/{entry['entry_id']}", headers=sender.headers, json={**entry, "severity": "critical"})
    undone = await undo(sender, done["import_id"])
    assert undone["counts"] | {"revoked": 3, "left": 1} == undone["counts"]
    assert undone["left"] == [{"entry_id": entry["entry_id"], "source_id": "2", "why": "changed since"}]
    assert {key: state for key, (state, _) in (await standing(correlate)).items()}["2"] == "active"
    nothing = await sender.ask("POST", f"/{done['import_id']}/undo", json={"why": "once more"})
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_to_undo")


async def test_an_undoing_widens_no_circle_that_the_import_had_narrowed_and_counts_it(correlate: Station, sender: Sender) -> None:
    await sender.take([person(1, handling={"tlp": "GREEN", "releasable_to": ["GT", "HN", "MX"]})])
    strict = {"tlp": "AMBER", "releasable_to": ["GT", "HN"]}
    done = await sender.take([person(1, "Otro", handling=strict)])
    undone = await undo(sender, done["import_id"])
    assert (undone["counts"]["restored"], undone["counts"]["markings_kept"]) == (1, 1)
    (_, body) = (await standing(correlate))["1"]
    assert body.names[0].text == "Nadie 1"
    assert body.handling is not None
    assert body.handling.model_dump(mode="json") == strict


async def test_what_would_come_back_under_a_number_that_another_has_is_left(correlate: Station, sender: Sender) -> None:
    await sender.take([person(number) for number in range(12)])
    done = await sender.take([person(number) for number in range(11)])
    added = await correlate.add_actor(sender.headers, source="own", **person("11", "Nueva"))
    again = await correlate.rows("SELECT version FROM correlate.entry WHERE source_id = '11'")
    undone = await undo(sender, done["import_id"], dry_run=True)
    assert (len(again), undone["left"][0]["entry_id"], undone["counts"]["returned"]) == (1, added["entry_id"], 0)


async def test_another_agency_knows_nothing_of_an_import_and_cannot_undo_it(correlate: Station, sender: Sender) -> None:
    done = await sender.take([person(1)])
    theirs = Sender(correlate, await correlate.key("HN"))
    for method, path in (("GET", ""), ("GET", "/difference"), ("POST", "/commit"), ("POST", "/undo"), ("DELETE", "")):
        more = {"json": {"why": "theirs"}} if path == "/undo" else {}
        answer = await theirs.ask(method, f"/{done['import_id']}{path}", **more)
        assert answer.status_code == 404, (method, path)
    assert (await theirs.ask("GET")).json()["items"] == []
    assert len((await sender.ask("GET")).json()["items"]) == 1
