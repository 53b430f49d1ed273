"""A whole list in: staged, compared, and done in one transaction."""

from collections.abc import AsyncIterator
from random import Random
from typing import Any

import pytest

from services.correlate.domain.life.policy import LifePolicy
from services.correlate.lists.formats import FORMATS
from services.correlate.lists.reading import Draft, Limits
from services.correlate.store.entries import entry_row
from services.correlate.store.messages import entry_messages
from shared.contracts.topics import WATCHLIST
from shared.contracts.watchlist import ENTRY, ActorBody, ActorEntry
from tests.support.correlate_station import Opened, Station, records
from tests.support.imports import Sender, person
from tests.support.lists import excerpt, sdn_set

MADE_BY_THE_DATABASE = frozenset({"search", "draft_digest", "content"})


@pytest.fixture
async def correlate(opened: Opened) -> AsyncIterator[Station]:
    async with opened(roles="api") as running:
        yield running


@pytest.fixture
async def sender(correlate: Station) -> Sender:
    return Sender(correlate, await correlate.key("GT"))


def bodies(form: str, source: str) -> list[ActorBody]:
    """A public list's excerpt, read."""
    files = sdn_set() if form == "ofac-csv" else {"main": excerpt("un_consolidated.xml")}
    reader = FORMATS[form].make(files, Limits(), source, None)
    return [read.body for read in reader.records() if isinstance(read, Draft)]


async def stored(correlate: Station) -> dict[str, Any]:
    """What is listed, by the number in its source."""
    return {row.source_id: row for row in await correlate.rows("SELECT *, search::text AS words FROM correlate.entry")}


async def test_what_the_database_makes_of_a_draft_is_what_python_would(correlate: Station, sender: Sender) -> None:
    taken: list[ActorBody] = []
    for form, source in (("ofac-csv", "ofac-sdn"), ("un-xml", "un-sc")):
        sender.source = source
        rows = bodies(form, source)
        done = await sender.take(rows)
        assert (done["state"], done["counts"]["added"]) == ("done", len(rows))
        taken += rows
    sender.source = "own"
    own = [
        person(1),
        person(2, birth_dates=[]),
        person('3"\\é', reason='says "body":{ ,', handling={"releasable_to": ["HN", "GT"]}),
    ]
    await sender.take(own)
    found = await stored(correlate)
    policy = LifePolicy()
    for row in found.values():
        entry = ENTRY.validate_json(row.content)
        assert isinstance(entry, ActorEntry)
        assert entry.model_dump_json(exclude_none=True, by_alias=True) == row.content
        made = {name: value for name, value in entry_row(entry, policy).items() if name not in MADE_BY_THE_DATABASE}
        assert {name: getattr(row, name) for name in made} == made
        words = "SELECT CAST(:words AS tsvector)::text"
        assert (await correlate.rows(words, words=entry_row(entry, policy)["search"]))[0][0] == row.words
    assert {key: ENTRY.validate_json(found[str(key)].content).body for key in (body.source_id for body in taken)} == {
        body.source_id: body for body in taken
    }
    assert {key: found[key].state for key in ("1", "2", '3"\\é')} == {"1": "active", "2": "submitted", '3"\\é': "active"}


async def test_every_entry_leaves_as_the_message_it_would_have_been_one_by_one(correlate: Station, sender: Sender) -> None:
    done = await sender.take([person(number) for number in range(3)])
    sent = await correlate.rows("SELECT content, list_version FROM correlate.entry_version ORDER BY list_version")
    assert [row.list_version for row in sent] == [1, 2, 3]
    assert (done["from_version"], done["to_version"]) == (1, 3)
    (change,) = await correlate.rows("SELECT * FROM correlate.list_change")
    assert (change.from_version, change.to_version, change.change, str(change.import_id)) == (1, 3, "imported", done["import_id"])
    wanted = [message for row in sent for message in entry_messages(ENTRY.validate_json(row.content))]
    await correlate.until("SELECT count(*) FROM correlate.outbox", 0)
    found = await records(correlate.settings.kafka, WATCHLIST)
    assert [(record.key, record.value, tuple(record.headers)) for record in found] == [
        (message.key, message.value, tuple(message.headers)) for message in wanted
    ]


async def test_any_edition_makes_the_list_what_it_says_and_a_second_time_nothing(correlate: Station, sender: Sender) -> None:
    chance, second = Random(20261125), await correlate.key("GT", "watchlist:read", "watchlist:write", "watchlist:approve")
    for _ in range(12):
        numbers = chance.sample(range(30), chance.randrange(1, 30))
        rows = [person(number, chance.choice(["Ana", "Eva", "Luz"])) for number in numbers]
        before = {row.source_id: row.label for row in (await stored(correlate)).values() if row.ended_at is None}
        own = await sender.staged(rows)
        counts = (await sender.difference(own))["counts"]
        wanted = {str(row["source_id"]): str(row["names"][0]["full"]).casefold() for row in rows}
        named = {number: label.split("\n")[0] for number, label in before.items()}
        assert (counts["listed"], counts["removed"]) == (len(before), len(set(before) - set(wanted)))
        assert counts["changed"] == sum(named[number] != wanted[number] for number in set(before) & set(wanted))
        assert counts["added"] + counts["again"] == len(set(wanted) - set(before))
        assert (await sender.commit(own, second, accept_removals=True)).status_code == 200
        after = {row.source_id: row.label.split("\n")[0] for row in (await stored(correlate)).values() if row.ended_at is None}
        assert after == wanted
        again = await sender.staged(reversed(rows))
        assert (await sender.difference(again))["counts"]["unchanged"] == len(wanted)
        assert (await sender.commit(again)).json()["from_version"] is None


async def test_a_row_that_stands_twice_is_refused_until_the_first_of_each_is_agreed_to(
    correlate: Station, sender: Sender
) -> None:
    own = await sender.staged([person(1, "Ana"), person(1, "Eva"), person(2)])
    refused = await sender.commit(own)
    assert (refused.status_code, refused.json()["code"]) == (409, "doubled_rows")
    done = await sender.commit(own, accept_doubled=True)
    assert done.status_code == 200
    assert {row.label.split("\n")[0] for row in (await stored(correlate)).values()} == {"ana", "nadie 2"}


async def test_an_import_edits_as_a_person_does_and_a_second_person_who_commits_stands_for_what_is_weak(
    correlate: Station, sender: Sender
) -> None:
    second = await correlate.key("GT", "watchlist:write", "watchlist:approve")
    strong, weak = [person(number) for number in range(3)], person("weak", birth_dates=[])
    await sender.take([*strong, weak])
    held = await stored(correlate)
    aside = f"/v1/watchlist/actors/{held['2'].entry_id}/suspend"
    answer = await correlate.client.post(aside, headers=sender.headers, json={"reason": "looked into"})
    assert answer.status_code == 200, answer.text
    weaker = [person(0), person(1, birth_dates=[]), person(2, birth_dates=[]), person("weak", "Otra", birth_dates=[])]
    alone = await sender.take(weaker)
    assert (alone["counts"]["needs_second"], alone["counts"]["waiting"], alone["counts"]["changed"]) == (2, 2, 1)
    found = await stored(correlate)
    assert {key: (row.state, row.version) for key, row in found.items()} == {
        "0": ("active", 1), "1": ("active", 1), "2": ("suspended", 2), "weak": ("submitted", 2),
    }  # fmt: skip
    again = await sender.commit(await sender.staged([*weaker[:3], person("weak", "Otra mas", birth_dates=[])]), second)
    assert again.json()["counts"] | {"waiting": 0, "changed": 3} == again.json()["counts"]
    approved = await stored(correlate)
    assert {key: row.state for key, row in approved.items()} == {"0": "active", "1": "active", "2": "suspended", "weak": "active"}
    entry = ENTRY.validate_json(approved["weak"].content)
    assert (entry.written_by, entry.approved_by) == (entry.written_by, entry.changed_by)
    assert entry.written_by != entry.approved_by
