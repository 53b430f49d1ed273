"""Three years of OFAC's list, edition after edition through the door of imports: on an excerpt of 37 entities."""

import csv
import io
import json
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

import pytest

from services.correlate.lists.ofac import OfacCsvReader
from services.correlate.lists.reading import Limits, Source
from shared.contracts.watchlist import ENTRY, ActorBody
from tests.support.correlate_station import Opened, Station
from tests.support.imports import Sender
from tests.support.lists import EXCERPTS, excerpt, read, written


@pytest.fixture
async def correlate(opened: Opened) -> AsyncIterator[Station]:
    async with opened(roles="api") as running:
        yield running


def entries(source: Source) -> dict[str, ActorBody]:
    drafts, faults = read(OfacCsvReader({"main": source}, Limits(), "ofac-sdn"))
    assert all(fault.partly for fault in faults), "remarks cut off: there is no file of comments"
    return drafts


def of_rows(rows: Iterable[Sequence[str]]) -> dict[str, ActorBody]:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(sorted(rows, key=lambda row: int(row[0])))
    return entries(written(text.getvalue()))


def on(day: dict[str, Any], listed: dict[str, ActorBody]) -> dict[str, ActorBody]:
    """The list as it was published on a day."""
    kept = {key: body for key, body in listed.items() if key not in set(day["removed"])}
    return kept | of_rows([*day["added"], *day["changed"]])


async def test_every_day_does_what_it_did_and_the_last_leaves_the_list_as_it_was_published(correlate: Station) -> None:
    opener = Sender(correlate, await correlate.key("GT"), "ofac-sdn")
    second = await correlate.key("GT", "watchlist:read", "watchlist:write", "watchlist:approve")
    listed = entries(excerpt("history_base.csv"))
    await opener.take(listed.values())
    done = {"added": 0, "changed": 0, "removed": 0}
    with (EXCERPTS / "history_deltas.jsonl").open(encoding="utf-8") as days:
        for day in map(json.loads, days):
            listed = on(day, listed)
            own = await opener.staged(listed.values())
            shown = await opener.difference(own)
            told = {what: {item["source_id"] for item in shown["items"] if item["what"] == what} for what in done}
            assert told["added"] | {item["source_id"] for item in shown["items"] if item["what"] == "again"} == {
                row[0] for row in day["added"]
            }, day["ts"]
            assert told["removed"] == set(day["removed"]), day["ts"]
            assert told["changed"] == {row[0] for row in day["changed"]}, day["ts"]
            for what in done:
                done[what] += shown["counts"][what] + (shown["counts"]["again"] if what == "added" else 0)
            answer = await opener.commit(own, second, accept_removals=True)
            assert answer.status_code == 200, answer.text
    rows = await correlate.rows("SELECT source_id, content, ended_at FROM correlate.entry")
    standing = {row.source_id: ENTRY.validate_json(row.content).body for row in rows if row.ended_at is None}
    final = entries(excerpt("history_final.csv"))
    assert {key: body.model_dump() for key, body in standing.items()} == {key: body.model_dump() for key, body in final.items()}
    assert (done["added"], done["changed"], done["removed"], len(rows) - len(standing)) == (13, 48, 13, 13)
