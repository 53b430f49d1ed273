"""`atalaya watchlist show|export|approve` on a terminal: what is found, as it was, and what a second person sees before it is asked."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.service.cli.conftest import Atalaya
from tests.support.correlate_http import served
from tests.support.correlate_station import Station, make_topics, settings_for, station

ACTORS = "/v1/watchlist/actors"
HANDLING = {"releasable_to": ["GT", "HN"]}


@dataclass
class Terminal:
    """A correlate with its API at an address, and the command as a person types it."""

    correlate: Station
    service: str
    atalaya: Atalaya

    async def __call__(self, who: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
        token = who["Authorization"].removeprefix("Bearer ")
        said = await asyncio.to_thread(self.atalaya, "watchlist", *arguments, "--service", self.service, "--key", token)
        assert "Traceback" not in said.stderr, said.stderr
        return said

    async def person(self, who: dict[str, str], number: str, name: str, **more: Any) -> dict[str, Any]:
        body = {"kind": "person", "source_id": number, "names": [{"full": name}], "birth_dates": ["1971"], "handling": HANDLING}
        return await self.correlate.add_actor(who, **{**body, **more})


@pytest.fixture
async def terminal(
    kafka: str, migrated_url: str, topic_prefix: str, atalaya: Atalaya, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Terminal]:
    monkeypatch.setenv("COLUMNS", "400")
    await make_topics(settings_for(kafka, migrated_url, topic_prefix).kafka)
    async with station(kafka, migrated_url, topic_prefix, roles="api") as correlate, served(correlate) as service:
        yield Terminal(correlate, service, atalaya)


async def test_a_name_shows_the_one_that_has_it_or_those_that_do_and_nobody_is_told(terminal: Terminal) -> None:
    gt = await terminal.correlate.key("GT")
    one, _ = [await terminal.person(gt, number, name) for number, name in (("1", "Ana Núñez"), ("2", "Eva Núñez"))]
    place = f"{ACTORS}/{one['entry_id']}"
    await terminal.correlate.client.put(place, headers=gt, json={**one, "severity": "critical"}, params={"why": "armed"})
    only = await terminal(gt, "show", "nunez ana")
    assert (only.returncode, "severity: medium → critical" in only.stdout, "armed" in only.stdout) == (0, True, True), only.stdout
    was = await terminal(gt, "show", "nunez ana", "--as-of", one["changed_at"])
    assert "version 1: active" in was.stdout, was.stdout + was.stderr
    both = await terminal(gt, "show", "nunez")
    assert (both.returncode, "Ana Núñez" in both.stdout, "Eva Núñez" in both.stdout) == (0, True, True)
    told = json.loads((await terminal(gt, "show", "nunez ana", "--json")).stdout)
    assert (told["entry"]["version"], len(told["history"]), len(told["actors"])) == (2, 2, 1)
    nobody = await terminal(gt, "show", "nobody")
    assert (nobody.returncode, nobody.stdout) == (3, "")
    early = await terminal(gt, "show", one["entry_id"], "--as-of", "2001-01-01T00:00:00Z")
    assert early.returncode == 3
    unclear = await terminal(gt, "show", one["entry_id"], "--as-of", "2026-01-01")
    assert unclear.returncode != 0
    assert "offset" in unclear.stderr


async def test_what_is_mine_is_exported_as_it_is_and_as_it_was(terminal: Terminal, tmp_path: Path) -> None:
    gt, hn = await terminal.correlate.key("GT"), await terminal.correlate.key("HN")
    first = await terminal.person(gt, "1", "Ana")
    await terminal.person(gt, "2", "=Eva")
    await terminal.person(hn, "3", "Ida")
    await terminal.correlate.client.delete(f"{ACTORS}/{first['entry_id']}", headers=gt)

    async def exported(name: str, *options: str) -> list[str]:
        file = tmp_path / name
        said = await terminal(gt, "export", str(file), *options)
        assert said.returncode == 0, said.stderr
        return sorted(json.loads(line)["source_id"] for line in file.read_text(encoding="utf-8").splitlines())

    assert await exported("all.jsonl") == ["2", "3"]
    assert await exported("mine.jsonl", "--mine") == ["2"]
    assert await exported("was.jsonl", "--mine", "--as-of", first["changed_at"]) == ["1"]
    again = await terminal(gt, "import", "own", str(tmp_path / "mine.jsonl"), "--dry-run")
    assert "1 unchanged" in again.stdout, again.stdout + again.stderr


async def test_a_second_person_sees_what_an_edit_changes_before_it_is_asked(terminal: Terminal) -> None:
    gt = await terminal.correlate.key("GT")
    second = await terminal.correlate.key("GT", "watchlist:read", "watchlist:write", "watchlist:approve")
    entry = await terminal.person(gt, "1", "Ana")
    weaker = await terminal.correlate.client.put(
        f"{ACTORS}/{entry['entry_id']}", headers=gt, json={**entry, "birth_dates": [], "severity": "low"}
    )
    assert weaker.status_code == 202, weaker.text
    said = await terminal(second, "approve", entry["entry_id"], "--yes")
    assert said.returncode == 0, said.stderr
    assert "An edit waits" in said.stdout
    assert "birth_dates: −1971" in said.stdout
    assert "severity: medium → low" in said.stdout
    assert (await terminal.correlate.get(f"{ACTORS}/{entry['entry_id']}", gt)).json()["birth_dates"] == []
