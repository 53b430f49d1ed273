"""Three years of OFAC's list, day by day, through the difference: on an excerpt of 37 entities."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from services.correlate.lists.difference import difference
from services.correlate.lists.ofac import OfacCsvReader
from services.correlate.lists.reading import Limits, Source
from shared.contracts.watchlist import ActorBody
from tests.support.lists import EXCERPTS, applied, excerpt, held, read, written


def entries(source: Source) -> dict[str, ActorBody]:
    drafts, faults = read(OfacCsvReader({"main": source}, Limits(), "ofac-sdn"))
    assert all(fault.partly for fault in faults), "remarks cut off: there is no file of comments"
    return drafts


def of_rows(rows: Sequence[Sequence[str]]) -> dict[str, ActorBody]:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(sorted(rows, key=lambda row: int(row[0])))
    return entries(written(text.getvalue()))


def test_every_day_does_what_it_did_and_the_last_leaves_the_list_as_it_was_published() -> None:
    listed = entries(excerpt("history_base.csv"))
    now = held(listed.values())
    done = {"added": 0, "changed": 0, "removed": 0}
    with (EXCERPTS / "history_deltas.jsonl").open(encoding="utf-8") as days:
        for day in map(json.loads, days):
            listed = _on(day, listed)
            found = difference(now, listed.values())
            assert {body.source_id for body in found.added} == {row[0] for row in day["added"]}, day["ts"]
            assert {one.body.source_id for one in found.removed} == set(day["removed"]), day["ts"]
            assert {one.body.source_id for one in found.changed} == {row[0] for row in day["changed"]}, day["ts"]
            for what in done:
                done[what] += len(getattr(found, what))
            now = applied(now, found)
    final = entries(excerpt("history_final.csv"))
    assert {key: one.body for key, one in now.items() if not one.ended} == final
    assert sum(one.ended for one in now.values()) == done["removed"] == 13
    assert (done["added"], done["changed"]) == (13, 48)


def _on(day: dict[str, Any], listed: dict[str, ActorBody]) -> dict[str, ActorBody]:
    """The list as it was published on a day."""
    kept = {key: body for key, body in listed.items() if key not in set(day["removed"])}
    return kept | of_rows([*day["added"], *day["changed"]])
