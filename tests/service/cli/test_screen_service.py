"""`atalaya screen FILE` against a running correlate."""

import asyncio
import json
from pathlib import Path

from tests.service.cli.conftest import Atalaya
from tests.support.correlate_http import served
from tests.support.correlate_station import eventually, make_topics, settings_for, station

PERSON = {
    "kind": "person",
    "source": "own",
    "source_id": "P-1",
    "names": [{"full": "Wenceslao Quiñónez Barahona"}],
    "birth_dates": ["1971-05-09"],
    "handling": {"releasable_to": ["HN"]},
}
ASKED = {"name": "Wenceslao Quiñónez Barahona", "birth_date": "1971-05-09"}


async def test_many_lines_go_to_the_service_in_batches_and_come_back_in_their_order(
    kafka: str, migrated_url: str, topic_prefix: str, atalaya: Atalaya, tmp_path: Path
) -> None:
    await make_topics(settings_for(kafka, migrated_url, topic_prefix).kafka)
    file = tmp_path / "in.jsonl"
    lines = [{"id": number, **(ASKED if number % 500 == 0 else {"name": "Nadie Conocido"})} for number in range(2500)]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines) + '{"id": 2500, "surname": "Lux"}\n')
    async with station(kafka, migrated_url, topic_prefix, roles="api") as correlate, served(correlate) as service:
        hn, scopeless = await correlate.key("HN"), await correlate.key("HN", "alerts:read")
        await correlate.add_actor(hn, **PERSON)

        async def known() -> bool:
            return bool((await correlate.client.post("/v1/screen", headers=hn, json=ASKED)).json().get("hits"))

        await eventually(known)

        async def run(who: dict[str, str], *options: str) -> tuple[int, str, str]:
            token = who["Authorization"].removeprefix("Bearer ")
            said = await asyncio.to_thread(atalaya, "screen", str(file), "--url", service, "--key", token, *options)
            assert "Traceback" not in said.stderr, said.stderr
            return said.returncode, said.stdout, said.stderr

        code, out, said = await run(hn, "--json")
        readable = await run(hn, "--language", "es")
        denied = await run(scopeless, "--json")
    told = [json.loads(line) for line in out.splitlines()]
    assert [one["id"] for one in told] == list(range(2501))
    assert [one["id"] for one in told if one.get("hits")] == [0, 500, 1000, 1500, 2000]
    assert {hit["source_id"] for one in told for hit in one.get("hits", ())} == {"P-1"}
    assert {one["list_version"] for one in told if "hits" in one} == {1}
    assert [fault["code"] for fault in told[-1]["error"]] == ["field_unknown"]
    assert (code, "2,501 lines: 5 with an alert, 0 with possible hits, 1 faulty." in said) == (1, True)
    assert readable[1].count("ALERTA") == 5
    assert (denied[0], denied[1], "refused" in denied[2]) == (4, "", True)
