"""What `atalaya bench screen` measures with: travellers as they are, and every figure that it promises."""

import shutil
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.cli.bench.screen import measure_screen
from services.cli.bench.screen_shown import sentences
from services.cli.bench.screening import Load
from services.cli.bench.travellers import Travellers
from services.correlate.queries.question import question
from shared.contracts.watchlist import ActorBody, ListedName

LISTS = Path(__file__).parents[2] / "data" / "lists"
LISTED = ActorBody(kind="person", names=(ListedName(full="Wenceslao Quiñónez Barahona"),), birth_dates=("1971-05-09",))


def test_travellers_are_strangers_by_name_counts_one_in_five_with_two_words_some_documented_and_a_few_listed() -> None:
    lines = list(Travellers([LISTED], seed=7).lines(5000, first=10))
    told = [orjson.loads(line) for line in lines]
    assert [one["id"] for one in told] == list(range(10, 5010))
    assert all(question(one).asked for one in told)
    strangers = [one for one in told if one["name"] != "Wenceslao Quiñónez Barahona"]
    assert 0.005 < 1 - len(strangers) / 5000 < 0.02
    assert 0.17 < sum(len(one["name"].split()) == 2 for one in strangers) / len(strangers) < 0.27
    assert 0.35 < sum({"birth_date", "documents"} <= one.keys() for one in strangers) / len(strangers) < 0.45
    assert list(Travellers([LISTED], seed=7).lines(5000, first=10)) == lines
    assert list(Travellers([LISTED], seed=8).lines(50)) != lines[:50]


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("lists")
    shutil.copy(LISTS / "un_consolidated.xml", folder / "un.xml")
    return measure_screen(folder, Load(120, 1, nomenklatura=False), entries=1200, say=lambda _: None)


def test_each_list_is_measured_by_itself_beside_its_limits(measured: dict[str, Any]) -> None:
    real, generated = measured["lists"]
    assert (real["list"], real["entries"], generated["entries"]) == ("un-sc", 8, 1200)
    for found in (real, generated):
        rates = {row["name"]: row["rounds"] for row in found["rates"]}
        assert rates.keys() == {
            "judged",
            "from line to line",
            "rapidfuzz, cdist over all names",
            "rapidfuzz, extract over all names",
        }
        assert all(len(rounds) == 1 and rounds[0] > 0 for rounds in rates.values())
        for row in found["comparisons"]:
            assert row["ratio"] == pytest.approx(rates["judged"][0] / rates[row["limit"]["name"]][0], rel=0.01, abs=0.001)
        assert found["persons"] == 120
        assert found["build"]["entries_per_second"] > 0
        assert found["updates"]["entries"] == found["entries"]
        assert found["candidates"]["persons"] > 0
    memory = generated["memory"]
    assert memory["bytes_per_entry"] == memory["bytes_per_entry_beside_it"] + memory["packed_entry_bytes"]
    assert 100 < memory["packed_entry_bytes"] < 600
    assert memory["packed_entry_bytes"] < memory["entry_as_text_bytes"] < memory["entry_as_objects_bytes"]


def test_what_was_measured_is_said_in_sentences(measured: dict[str, Any]) -> None:
    text = "\n".join(sentences(measured))
    assert "1,200 generated entries: 1,200 entries" in text
    assert "rapidfuzz, cdist over all names: " in text
    assert "nomenklatura" in text
