"""`atalaya watchlist import` against a running correlate: what it shows, does, refuses and leaves."""

import asyncio
import json
import signal
import sys
import sysconfig
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.service.cli.conftest import Atalaya
from tests.support.correlate_http import served
from tests.support.correlate_station import Station, make_topics, settings_for, station
from tests.support.lists import EXCERPTS

SDN = [str(EXCERPTS / name) for name in ("sdn.csv", "alt.csv", "add.csv", "sdn_comments.csv")]
ACTORS = "/v1/watchlist/actors"
COMMAND = Path(sysconfig.get_path("scripts")) / "atalaya"


@dataclass
class Desk:
    """A correlate with its API at an address, a key, and the command."""

    correlate: Station
    service: str
    headers: dict[str, str]
    atalaya: Atalaya

    async def run(self, *arguments: str, headers: dict[str, str] | None = None, expect: int = 0) -> Any:
        """The command's answer; what it printed as JSON. Imports say their exit code in it, others end with `expect`, unless they say an error."""
        token = (headers or self.headers)["Authorization"].removeprefix("Bearer ")
        given = ("watchlist", *arguments, "--json", "--service", self.service, "--key", token)
        said = await asyncio.to_thread(self.atalaya, *given)
        assert "Traceback" not in said.stderr, said.stderr
        told = json.loads(said.stdout)
        given_code = told.get("exit", expect if "error" not in told else said.returncode) if isinstance(told, dict) else expect
        assert said.returncode == given_code, said.stderr
        return told

    async def begin(self, *arguments: str) -> asyncio.subprocess.Process:
        """The command, left running, as a terminal starts it: a shell in the background has its children ignore SIGINT."""
        token = self.headers["Authorization"].removeprefix("Bearer ")
        given = ("watchlist", *arguments, "--service", self.service, "--key", token)
        pipe = asyncio.subprocess.PIPE
        return await asyncio.create_subprocess_exec(sys.executable, "-c", _HEEDING, COMMAND, *given, stdout=pipe, stderr=pipe)

    async def listed(self, **query: Any) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        place: dict[str, Any] = {}
        while True:
            page = (await self.correlate.get(ACTORS, self.headers, limit=500, **query, **place)).json()
            items += page["items"]
            if page["next_cursor"] is None:
                return items
            place = {"cursor": page["next_cursor"]}


_HEEDING = (
    "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT}); "
    "os.execv(sys.argv[1], sys.argv[1:])"
)


@pytest.fixture
async def desk(kafka: str, migrated_url: str, topic_prefix: str, atalaya: Atalaya) -> AsyncIterator[Desk]:
    await make_topics(settings_for(kafka, migrated_url, topic_prefix).kafka)
    async with station(kafka, migrated_url, topic_prefix, roles="api") as correlate, served(correlate) as service:
        headers = await correlate.key("GT")
        yield Desk(correlate, service, headers, atalaya)


def counts(told: dict[str, Any]) -> tuple[int, int, int, int]:
    """Added, changed, removed, unchanged."""
    found = told["difference"]["counts"]
    return found["added"], found["changed"], found["removed"], found["unchanged"]


def own(folder: Path, rows: Sequence[str], header: str = "source_id,kind,name,requested_action", born: str = "1971") -> str:
    """A list of our own, of persons whose birth date is known."""
    path = folder / "own.csv"
    path.write_text("\n".join([f"{header},birth_dates", *(f"{row},{born}" for row in rows)]) + "\n", encoding="utf-8")
    return str(path)


async def test_a_list_is_taken_in_and_a_second_time_nothing_is_left_to_do(desk: Desk) -> None:
    shown = await desk.run("import", "ofac-sdn", *SDN, "--dry-run")
    assert counts(shown) == (15, 0, 0, 0)
    assert (await desk.listed(), await desk.run("imports")) == (
        [],
        [{**one, "state": "dropped"} for one in await desk.run("imports")],
    )
    done = await desk.run("import", "ofac-sdn", *SDN, "--list-date", "2024-07-02", "--releasable-to", "GT,HN", "--tlp", "CLEAR")
    assert done["done"] == {"created": 15}
    assert {one["lost"] for one in done["counts"]} == {0}
    again = await desk.run("import", "ofac-sdn", *SDN, "--list-date", "2024-08-02")
    assert (counts(again), again["done"], again["exit"]) == ((0, 0, 0, 15), {}, 0)
    (found,) = await desk.listed(source="ofac-sdn", source_id="31531")
    assert (found["list_date"], found["why"], found["releasable_to"]) == ("2024-07-02", "ofac-sdn of 2024-07-02", ["GT", "HN"])
    assert [document["number"] for document in found["documents"]] == ["A00000794", "0810304650001P"]


async def test_the_next_list_changes_what_it_says_and_what_is_gone_ends_with_its_history(desk: Desk, tmp_path: Path) -> None:
    await desk.run("import", "own", own(tmp_path, [f"{number},person,Nadie {number},LOCATE" for number in range(12)]))
    next_list = own(tmp_path, ["0,person,Nadie Otro,", *(f"{number},person,Nadie {number}," for number in (*range(1, 11), 99))])
    shown = await desk.run("diff", "own", next_list)
    (change,) = shown["difference"]["changed"]
    assert [(one["field"], one["before"][0]["full"], one["after"][0]["full"]) for one in change["fields"]] == [
        ("names", "Nadie 0", "Nadie Otro")
    ]
    done = await desk.run("import", "own", next_list)
    assert done["done"] == {"created": 1, "revised": 1, "ended": 1}
    (kept,) = await desk.listed(source_id="0")
    assert (kept["version"], kept["requested_action"]) == (2, "LOCATE"), "an empty cell says nothing of what to do"
    (gone,) = await desk.listed(source_id="11", state="ended")
    assert (gone["version"], gone["why"]) == (2, "own")


async def test_a_list_that_lost_a_third_stops_and_takes_a_second_person(desk: Desk, tmp_path: Path) -> None:
    rows = [f"{number},person,Nadie {number},LOCATE" for number in range(12)]
    await desk.run("import", "own", own(tmp_path, rows))
    refused = await desk.run("import", "own", own(tmp_path, rows[:8]))
    assert (refused["exit"], "done" in refused) == (1, False)
    assert "would end 4 of 12 entries, 33.3%" in refused["refused"][0]
    assert len(await desk.listed()) == 12
    waits = await desk.run("import", "own", own(tmp_path, rows[:8]), "--accept-removals")
    assert (waits["exit"], len(await desk.listed())) == (1, 12)
    alone = await desk.run("approve", "import", waits["waits_for_second_person"])
    assert "It takes a second person" in alone["error"]
    second = await desk.correlate.key("GT", "watchlist:read", "watchlist:write", "watchlist:approve")
    await desk.run("approve", "import", waits["waits_for_second_person"], headers=second)
    assert len(await desk.listed()) == 8


async def test_a_faulty_row_is_named_and_nothing_is_done_until_it_is_agreed_to(desk: Desk, tmp_path: Path) -> None:
    rows = [
        "1,person,Nadie,LOCATE",
        "2,planet,Nadie,LOCATE",
        "3,person,Nadie,DANCE",
        "4,person,=A1,LOCATE",
        "1,person,Otra,LOCATE",
    ]
    refused = await desk.run("import", "own", own(tmp_path, rows))
    assert [(one["line"], one["column"], one["value"]) for one in refused["faults"]] == [
        (3, "kind", "planet"),
        (4, "requested_action", "DANCE"),
        (5, "name", "=A1"),
        (6, "source_id", "1"),
    ]
    assert refused["refused"] == ["4 rows are faulty. Mend them, or import without them by --accept-faults."]
    assert (refused["exit"], [one["source_id"] for one in refused["difference"]["added"]]) == (1, ["1"])
    assert await desk.listed() == []
    taken = await desk.run("import", "own", own(tmp_path, rows), "--accept-faults")
    assert taken["done"] == {"created": 1}


async def test_no_import_lowers_a_marking_nor_undoes_what_the_issuer_wrote(desk: Desk, tmp_path: Path) -> None:
    header = "source_id,kind,name,tlp,releasable_to"
    await desk.run("import", "own", own(tmp_path, ["1,person,Nadie,AMBER+STRICT,GT"], header))
    (entry,) = await desk.listed()
    edited = {**entry, "warning_markers": ["armed"], "severity": "critical"}
    path = f"{ACTORS}/{entry['entry_id']}"
    assert (await desk.correlate.client.put(path, headers=desk.headers, json=edited)).status_code == 200
    await desk.run("import", "own", own(tmp_path, ["1,person,Nadie Nuevo,CLEAR,GT;HN;MX"], header))
    (after,) = await desk.listed()
    assert after["names"][0]["full"] == "Nadie Nuevo"
    assert after["handling"] == {"tlp": "AMBER+STRICT", "releasable_to": ["GT"]}
    assert (after["warning_markers"], after["severity"]) == (["armed"], "critical")


async def test_anothers_entries_of_the_same_source_are_left_alone(desk: Desk, tmp_path: Path) -> None:
    theirs = await desk.correlate.key("HN")
    body = {
        "kind": "person",
        "source": "own",
        "source_id": "1",
        "names": [{"full": "Nadie"}],
        "birth_dates": ["1971"],
        "handling": {"releasable_to": ["GT"]},
    }
    await desk.correlate.add_actor(theirs, **body)
    done = await desk.run("import", "own", own(tmp_path, ["2,person,Nadie,LOCATE"]))
    assert (counts(done), done["done"]) == ((1, 0, 0, 0), {"created": 1})
    assert len(await desk.listed()) == 2


async def test_more_entries_than_a_page_are_compared_each(desk: Desk, tmp_path: Path) -> None:
    rows = [f"{number},person,Nadie {number},LOCATE" for number in range(1203)]
    await desk.run("import", "own", own(tmp_path, rows))
    again = await desk.run("import", "own", own(tmp_path, rows))
    assert counts(again) == (0, 0, 0, 1203)


async def test_long_entries_go_in_smaller_parts_than_the_service_takes_at_once(desk: Desk, tmp_path: Path) -> None:
    rows = [f"{number},person,Nadie {number},LOCATE,{'x' * 20_000}" for number in range(120)]
    path = own(tmp_path, rows, "source_id,kind,name,requested_action,remarks")
    assert (await desk.run("import", "own", path))["done"] == {"created": 120}


async def test_an_import_that_is_interrupted_leaves_the_old_list_and_goes_on_where_it_was(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = own(tmp_path, [f"{number},person,Nadie {number},LOCATE" for number in range(2000)])
    monkeypatch.setenv("ATALAYA_WATCHLIST__CHUNK", "1")
    process = await desk.begin("import", "own", path)
    await desk.correlate.until("SELECT least(count(*), 20) FROM correlate.list_import_draft", 20)
    process.send_signal(signal.SIGINT)
    _, told = await process.communicate()
    assert process.returncode == 130, told
    assert b"run it again" in told
    assert await desk.listed() == []
    (waiting,) = await desk.run("imports")
    assert (waiting["state"], waiting["rows"] >= 20) == ("open", True)
    monkeypatch.delenv("ATALAYA_WATCHLIST__CHUNK")
    done = await desk.run("import", "own", path)
    assert (done["import_id"], done["done"]) == (waiting["import_id"], {"created": 2000})
    assert {one["version"] for one in await desk.listed()} == {1}


async def test_what_another_changes_before_the_commit_is_told_and_nothing_is_done(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"{number},person,Nadie {number},LOCATE" for number in range(300)]
    await desk.run("import", "own", own(tmp_path, rows))
    (last,) = await desk.listed(source_id="199")
    path = own(tmp_path, [row.replace("Nadie", "Alguien") for row in rows])
    monkeypatch.setenv("ATALAYA_WATCHLIST__SHOWN", "300")
    process = await desk.begin("import", "own", path, "--json")
    await desk.correlate.until("SELECT count(*) FROM correlate.list_import WHERE state = 'open' AND seen_version IS NOT NULL", 1)
    process.send_signal(signal.SIGSTOP)
    edited = {**last, "severity": "critical"}
    answer = await desk.correlate.client.put(f"{ACTORS}/{last['entry_id']}", headers=desk.headers, json=edited)
    process.send_signal(signal.SIGCONT)
    out, _ = await process.communicate()
    told = json.loads(out)
    assert answer.status_code == 200
    assert (told["exit"], {one["names"][0]["full"].split()[0] for one in await desk.listed()}) == (1, {"Nadie"})
    assert (await desk.run("import", "own", path))["done"] == {"revised": 300}
    (after,) = await desk.listed(source_id="199")
    assert (after["severity"], after["names"][0]["full"]) == ("critical", "Alguien 199")


async def test_an_import_is_undone_and_what_changed_since_is_left_and_named(desk: Desk, tmp_path: Path) -> None:
    await desk.run("import", "own", own(tmp_path, ["1,person,Nadie,LOCATE", "2,person,Alguien,LOCATE"]))
    done = await desk.run("import", "own", own(tmp_path, ["1,person,Nadie Nuevo,LOCATE", "2,person,Alguien Nuevo,LOCATE"]))
    (edited,) = await desk.listed(source_id="2")
    path = f"{ACTORS}/{edited['entry_id']}"
    await desk.correlate.client.put(path, headers=desk.headers, json={**edited, "severity": "critical"})
    undone = await desk.run("undo", done["import_id"], "--why", "the wrong file", expect=6)
    assert ([one["source_id"] for one in undone["left"]], undone["counts"]["restored"]) == (["2"], 1)
    assert {one["names"][0]["full"] for one in await desk.listed()} == {"Nadie", "Alguien Nuevo"}


async def test_the_list_is_looked_up_exported_and_taken_in_again(desk: Desk, tmp_path: Path) -> None:
    await desk.run("import", "own", own(tmp_path, ["1,person,José Ñandú Pérez,LOCATE", "2,person,Nadie,LOCATE"]))
    found = await desk.run("show", "perez nandu")
    (entry,) = found["actors"]
    whole = await desk.run("show", entry["entry_id"])
    assert ([one["change"] for one in whole["history"]], whole["cases"]) == (["imported"], [])
    for ending in ("jsonl", "csv", "xlsx"):
        file = tmp_path / f"out.{ending}"
        assert (await desk.run("export", str(file), "--source", "own"))["entries"] == 2
        again = await desk.run("import", "own", str(file), "--dry-run")
        assert counts(again) == (0, 0, 0, 2), ending
    assert "is there already" in (await desk.run("export", str(file)))["error"]


async def test_a_second_person_approves_what_waits_and_the_writer_cannot(desk: Desk, tmp_path: Path) -> None:
    await desk.run("import", "own", own(tmp_path, ["1,person,García,LOCATE"], born=""))
    (weak,) = await desk.listed()
    assert weak["state"] == "submitted"
    writer = await desk.correlate.key("GT", "watchlist:read", "watchlist:write", "watchlist:approve")
    await desk.run("import", "own", own(tmp_path, ["1,person,García,LOCATE", "2,person,López,LOCATE"], born=""), headers=writer)
    (other,) = await desk.listed(source_id="2")
    (refused,) = await desk.run("approve", other["entry_id"], headers=writer, expect=1)
    assert "second person" in refused["refused"]
    second = await desk.correlate.key("GT", "watchlist:read", "watchlist:write", "watchlist:approve")
    waiting = await desk.run("review", headers=second)
    assert {one["entry_id"] for one in waiting["approvals"]} == {weak["entry_id"], other["entry_id"]}
    await desk.run("approve", weak["entry_id"], headers=second)
    who = tmp_path / "who.json"
    who.write_text('{"name": "Ana García", "documents": [{"number": "A1234567", "issuer": "GT"}]}', encoding="utf-8")
    await desk.run("act", "clear", weak["entry_id"], "--why", "another one", "--person", str(who))
    assert [one["reason"] for one in (await desk.listed(source_id="1"))[0]["cleared"]] == ["another one"]
    await desk.run("act", "unclear", weak["entry_id"], "--why", "it was", "--person", who.read_text(encoding="utf-8"))
    assert (await desk.listed(source_id="1"))[0]["cleared"] == []
    await desk.run("act", "suspend", weak["entry_id"], "--why", "an operation")
    (now,) = await desk.listed(source_id="1")
    assert now["state"] == "suspended"
    (refused,) = await desk.run("act", "flag", weak["entry_id"], "--why", "ours", expect=1)
    assert refused["status"] == "refused"


async def test_a_key_that_may_not_is_told_so(desk: Desk, tmp_path: Path) -> None:
    reader = await desk.correlate.key("GT", "watchlist:read")
    refused = await desk.run("import", "own", own(tmp_path, ["1,person,Nadie,LOCATE"]), headers=reader)
    assert (refused["exit"], refused["error"].endswith("lacks a scope that this needs.")) == (4, True)
