"""`atalaya screen FILE --lists DIR` as a person types it: no server, a folder of lists, a file or standard input."""

import gzip
import json
import shutil
import signal
import subprocess
import sysconfig
from pathlib import Path

import pytest

from tests.support.forked import atalaya

PROGRAM = Path(sysconfig.get_path("scripts")) / "atalaya"
LISTS = Path(__file__).parents[2] / "data" / "lists"
PERSON = '{"id": 1, "name": "Gilberto Jose Rodriguez Orejuela", "birth_date": "1939-01-31"}\n'
NOBODY = '{"id": "n", "name": "Nadie Conocido"}\n'
FAULTY = '{"id": 3, "name": "Ana Lux", "birth_date": "1971-02-30"}\n'
SDN = (
    '4117,"RODRIGUEZ OREJUELA, Gilberto Jose","individual","SDNT",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"DOB 31 Jan 1939; Cedula No. 6068015 (Colombia)."\r\n'
    '36,"AEROCARIBBEAN AIRLINES",-0- ,"CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n'
)


@pytest.fixture
def lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COLUMNS", "300")
    folder = tmp_path / "lists"
    folder.mkdir()
    rows = "".join(sorted(SDN.splitlines(keepends=True), key=lambda row: int(row.split(",")[0])))
    (folder / "sdn_2024-07-02.csv.gz").write_bytes(gzip.compress(rows.encode()))
    shutil.copy(LISTS / "un_consolidated.xml", folder / "UN.xml")
    (folder / "README.txt").write_text("by hand")
    return folder


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    said = atalaya("screen", *map(str, arguments))
    assert "Traceback" not in said.stderr, said.stderr
    return said


def test_lines_in_lines_out_and_what_was_read_is_said_beside(lists: Path, tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl.gz"
    file.write_bytes(gzip.compress((PERSON + "\n" + NOBODY + FAULTY).encode()))
    said = run(file, "--lists", lists, "--json")
    told = [json.loads(line) for line in said.stdout.splitlines()]
    assert said.returncode == 1
    assert [one["id"] for one in told] == [1, "n", 3]
    assert (told[0]["hits"][0]["source_id"], told[0]["hits"][0]["alert"], told[0]["hits"][0]["list_date"]) == (
        "4117",
        True,
        "2024-07-02",
    )
    assert told[1]["hits"] == []
    assert (told[2]["line"], [fault["pointer"] for fault in told[2]["error"]]) == (4, ["/birth_date"])
    assert "ofac-sdn: 2 entries of 2024-07-02 (by its name)" in said.stderr
    assert "un-sc: 8 entries of 2026-02-27 (by what it says)" in said.stderr
    assert "Not understood: README.txt" in said.stderr
    assert "3 lines: 1 with an alert, 0 with possible hits, 1 faulty. The faulty lines were not screened." in said.stderr


def test_for_a_reader_each_hit_is_a_sentence_in_the_readers_language(
    lists: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text(NOBODY + PERSON)
    monkeypatch.setenv("LC_ALL", "es_GT.UTF-8")
    spanish = run(file, "--lists", lists)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    english = run(file, "--lists", lists, "--jobs", "2")
    assert (spanish.returncode, english.returncode) == (0, 0)
    assert "línea 2: Gilberto Jose Rodriguez Orejuela (1)" in spanish.stdout
    assert "ALERTA" in spanish.stdout
    assert "El nombre" in spanish.stdout
    assert "line 2: Gilberto Jose Rodriguez Orejuela (1)" in english.stdout
    assert "ALERT " in english.stdout
    assert "The name" in english.stdout
    assert "Nadie" not in spanish.stdout + english.stdout


def test_a_file_of_answers_is_never_written_over_and_strictly_the_first_fault_ends_it(lists: Path, tmp_path: Path) -> None:
    file, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    file.write_text(NOBODY + FAULTY + PERSON)
    said = run(file, "--lists", lists, "--json", "--strict", "--out", out)
    assert (said.returncode, said.stdout) == (1, "")
    assert [json.loads(line)["id"] for line in out.read_text().splitlines()] == ["n", 3]
    assert "Stopped at line 2, which is faulty." in said.stderr
    again = run(file, "--lists", lists, "--json", "--out", out)
    assert (again.returncode, "is there already" in again.stderr) == (2, True)


def test_what_cannot_be_done_is_said_in_a_sentence(lists: Path, tmp_path: Path) -> None:
    file, empty = tmp_path / "in.jsonl", tmp_path / "empty"
    file.write_text(PERSON)
    empty.mkdir()
    (empty / "vessels.csv").write_text("id,name\n1,MAR AZUL\n")
    none = run(file, "--lists", empty)
    assert (none.returncode, "there is no list in it" in none.stderr, "Not understood: vessels.csv" in none.stderr) == (
        2,
        True,
        True,
    )
    assert run(file, "--lists", tmp_path / "nowhere").returncode == 3
    missing = run(tmp_path / "missing.jsonl", "--lists", lists)
    assert (missing.returncode, "missing.jsonl" in missing.stderr) == (3, True)
    nobody = run(file, "--var", tmp_path)
    assert (nobody.returncode, "--lists" in nobody.stderr) == (2, True)
    wide = tmp_path / "wide.jsonl"
    wide.write_bytes("{}".encode("utf-16"))
    other = run(wide, "--lists", lists, "--json")
    assert (other.returncode, other.stdout, "UTF-16" in other.stderr) == (1, "", True)


def test_who_writes_into_it_is_answered_line_by_line_and_ctrl_c_leaves_whole_lines(lists: Path) -> None:
    command = (PROGRAM, "screen", "-", "--lists", lists, "--json")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(PERSON)
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == 1
        process.stdin.write(NOBODY)
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == "n"
        process.send_signal(signal.SIGINT)
        rest, said = process.communicate(timeout=30)
    assert (process.returncode, rest) == (130, "")
    assert "Interrupted. Answered until line 2." in said
    assert "Traceback" not in said


def test_where_the_disk_is_full_it_says_so_and_how_far_it_came(lists: Path, tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text(PERSON)
    command = (PROGRAM, "screen", file, "--lists", lists)
    for options in ((), ("--json",)):
        with Path("/dev/full").open("wb") as full:
            said = subprocess.run((*command, *options), stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60)
        assert said.returncode == 1
        assert "The answers cannot be written: No space left on device. Answered until line 0." in said.stderr
        assert "Traceback" not in said.stderr


def test_a_file_that_can_grow_no_further_ends_with_a_whole_line(lists: Path, tmp_path: Path) -> None:
    file, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    file.write_text(NOBODY * 20_000)
    command = f'ulimit -f 200; exec "{PROGRAM}" screen "{file}" --lists "{lists}" --json --out "{out}"'
    said = subprocess.run(("bash", "-c", command), capture_output=True, text=True, check=False, timeout=60)
    written = out.read_text().splitlines()
    assert said.returncode == 1
    assert f"File too large. Answered until line {len(written)}." in said.stderr
    assert len(written) > 500
    assert all(json.loads(line)["id"] == "n" for line in written)


def test_whoever_stops_reading_ends_it_without_noise(lists: Path, tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text(NOBODY * 20_000)
    command = (PROGRAM, "screen", file, "--lists", lists, "--json")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read().decode() if process.stderr else ""
        assert process.wait(30) == 1
    assert "Traceback" not in said
    assert "Exception" not in said
