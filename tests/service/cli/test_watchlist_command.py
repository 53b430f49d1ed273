"""`atalaya watchlist` without a system: files looked at, templates written, mistakes said in a sentence."""

import gzip
import json
from pathlib import Path

import pytest

from shared.contracts.vocabulary import ActorKind
from tests.service.cli.conftest import Atalaya
from tests.support.lists import EXCERPTS


def test_where_nothing_runs_a_dry_run_still_shows_the_files_counts(atalaya: Atalaya, tmp_path: Path) -> None:
    said = atalaya("watchlist", "import", "un-sc", str(EXCERPTS / "un_consolidated.xml"), "--dry-run", "--var", str(tmp_path))
    assert said.returncode == 0, said.stderr
    assert "only the files were read" in said.stderr
    cells = [[cell.strip() for cell in line.strip("│").split("│")] for line in said.stdout.splitlines() if line.startswith("│")]
    assert ["entries", "8", "8", "", ""] in cells
    assert ["person", "6", "6", "", ""] in cells


def test_rows_that_are_no_rows_are_faulty_and_not_lost(atalaya: Atalaya, tmp_path: Path) -> None:
    for source, text in (("mine", "source_id,kind,name\n1,person,Ana\nbroken\n2,person\n"), ("ofac-sdn", '1,"A"\nx\n')):
        path = tmp_path / f"{source}.csv"
        path.write_text(text, encoding="utf-8")
        said = atalaya("watchlist", "diff", source, str(path), "--json", "--var", str(tmp_path))
        told = json.loads(said.stdout)
        assert (told["counts"][0]["lost"], len(told["faults"]), told["exit"]) == (0, 2, 0), said.stderr


def test_a_packed_list_is_unpacked_as_it_is_read(atalaya: Atalaya, tmp_path: Path) -> None:
    packed = tmp_path / "consolidated.xml.gz"
    packed.write_bytes(gzip.compress((EXCERPTS / "un_consolidated.xml").read_bytes()))
    said = atalaya("watchlist", "diff", "un-sc", str(packed), "--json", "--var", str(tmp_path))
    counts = {one["what"]: (one["in_files"], one["read"], one["lost"]) for one in json.loads(said.stdout)["counts"]}
    assert counts["entries"] == (8, 8, 0)


@pytest.mark.parametrize("form", ["csv", "jsonl"])
@pytest.mark.parametrize("kind", ActorKind)
def test_a_template_explains_itself_and_its_example_can_be_imported(
    atalaya: Atalaya, tmp_path: Path, kind: str, form: str
) -> None:
    path = tmp_path / f"list.{form}"
    assert atalaya("watchlist", "template", kind, "--format", form, "--out", str(path)).returncode == 0
    look = ("watchlist", "import", "mine", str(path), "--dry-run", "--json", "--var", str(tmp_path))
    assert json.loads(atalaya(*look).stdout)["counts"][0]["read"] == 0, "explanations and example are passed over"
    *told, example = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*told, example.removeprefix("# ")]) + "\n", encoding="utf-8")
    taken = json.loads(atalaya(*look).stdout)
    assert taken["faults"] == []
    assert taken["counts"][0]["read"] == 1


def test_a_template_does_not_write_over_a_file(atalaya: Atalaya, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("mine", encoding="utf-8")
    said = atalaya("watchlist", "template", "person", "--out", str(path))
    assert (said.returncode, path.read_text(encoding="utf-8")) == (2, "mine")


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("template", "planet"), 2, "There is a template of person"),
        (("import", "own", "nope.csv", "--dry-run"), 3, "nope.csv: No such file"),
        (("import", "own", "list.doc", "--dry-run"), 2, "no known format of own"),
        (("import", "ofac-sdn", "alt.csv", "--dry-run"), 2, "The list itself is missing"),
        (("import", "own", "a.csv", "--action", "DANCE"), 2, "requested-action"),
        (("import", "own", "a.csv", "--tlp", "PINK"), 2, "handling"),
    ],
)
def test_a_mistake_is_said_in_a_sentence(
    atalaya: Atalaya, tmp_path: Path, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    more = () if arguments[0] == "template" else ("--var", str(tmp_path))
    said = atalaya("watchlist", *arguments, *more)
    assert said.returncode == code, said.stderr
    assert sentence in said.stderr
    assert "Traceback" not in said.stderr


def test_nothing_in_a_list_commands_the_terminal(atalaya: Atalaya, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("source_id,kind,name\n\x1b[2J1,\x1b[31mplanet[bold],Nadie\n", encoding="utf-8")
    said = atalaya("watchlist", "import", "own", str(path), "--dry-run", "--var", str(tmp_path))
    assert said.returncode == 1
    assert "\x1b" not in said.stdout + said.stderr


def test_no_service_at_an_address_is_said_in_a_sentence(
    atalaya: Atalaya, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATALAYA_WATCHLIST__PATIENCE_SECONDS", "1")
    path = EXCERPTS / "un_consolidated.xml"
    more = ("--service", "http://127.0.0.1:1", "--key", "atk_a_b", "--var", str(tmp_path))
    said = atalaya("watchlist", "import", "un-sc", str(path), *more)
    assert said.returncode == 5
    assert "No answer from http://127.0.0.1:1" in said.stderr
    assert "Traceback" not in said.stderr
