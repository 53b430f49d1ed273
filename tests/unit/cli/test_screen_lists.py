"""A folder of list files, called as they may be: each is taken for what it holds, the newest of each list, and nothing in silence."""

import csv
import gzip
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.cli.screen.lists.loading import Loaded, loaded
from services.cli.screen.lists.sniffing import NoList, Sniffed, sniffed
from services.cli.screen.lists.telling import tell
from services.correlate.domain.screen.index import WatchlistIndex
from services.correlate.lists.reading import Limits
from services.correlate.lists.template import csv_template, json_template
from shared.contracts.vocabulary import ActorKind
from shared.contracts.watchlist import ActorEntry
from tests.support.correlate import NOON

LISTS = Path(__file__).parents[2] / "data" / "lists"
SIMPLE = 'id,schema,name,aliases,birth_date\n"Q1","Person","Ana Lux","",""\n"Q2","Person","Eva Paz","",""\n'
FTM = '{"id": "Q1", "schema": "Person", "properties": {"name": ["Ana Lux"]}}\n'


class Nobody:
    """Is told how far it is, and does not care."""

    def add(self, size: int) -> None: ...

    def at(self, done: int) -> None: ...


def load(folder: Path, index: WatchlistIndex | None = None) -> Loaded:
    return loaded(folder, Limits(), NOON, Nobody(), (WatchlistIndex() if index is None else index).apply)


def put(folder: Path, name: str, content: str | bytes | Path) -> Path:
    """A file; packed where its name says so."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.read_bytes() if isinstance(content, Path) else content.encode() if isinstance(content, str) else content
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


def said(held: Loaded, folder: Path) -> str:
    return "\n".join(tell(held, folder))


@pytest.mark.parametrize(
    ("name", "content", "form", "part", "date"),
    [
        ("sdn_2024-07-02.csv.gz", LISTS / "sdn.csv", "ofac-csv", "main", "2024-07-02"),
        ("a.dat", LISTS / "alt.csv", "ofac-csv", "aliases", ""),
        ("20251224_add", LISTS / "add.csv", "ofac-csv", "addresses", "2025-12-24"),
        ("2025-12/remarks.txt.gz", LISTS / "sdn_comments.csv", "ofac-csv", "comments", "2025-12"),
        ("list.bin", LISTS / "sdn_advanced.xml", "ofac-xml", "main", "2024-07-02"),
        ("un_2020-01-01.xml.gz", LISTS / "un_consolidated.xml", "un-xml", "main", "2026-02-27"),
        ("targets.simple.csv", SIMPLE, "opensanctions-csv", "main", ""),
        ("entities.json", FTM, "ftm-jsonl", "main", ""),
        ("ours.csv", csv_template(ActorKind.PERSON), "own-csv", "main", ""),
        ("ours_2026-01.csv", csv_template(ActorKind.VEHICLE).replace(",", ";"), "own-csv", "main", "2026-01"),
        ("ours.jsonl", json_template(ActorKind.PERSON).replace("# {", "{"), "own-jsonl", "main", ""),
    ],
)
def test_a_file_is_known_by_what_it_holds(
    tmp_path: Path, name: str, content: str | Path, form: str, part: str, date: str
) -> None:
    path = put(tmp_path, name, content)
    os.utime(path, (0, datetime(2021, 3, 4, tzinfo=UTC).timestamp()))
    found = sniffed(path)
    assert isinstance(found, Sniffed), found
    assert (found.form, found.part, found.date) == (form, part, date or "2021-03-04")


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("README.md", "# Lists\nOne, two\n", "other columns"),
        ("vessels.csv", "ofac_id,name\n1,MAR AZUL\n", "other columns"),
        ("names.json", '[{"id": 1}]', "array"),
        ("names.jsonl", '{"id": 1, "full_name": "Ana"}\n', "neither"),
        ("page.html", "<!DOCTYPE html>\n<html></html>", "html"),
        ("sdn.xml", '<?xml version="1.0"?><sdnList xmlns="x"></sdnList>', "simple XML"),
        ("empty.csv", "", "empty"),
        ("photo.jpg", b"\xff\xd8\0\0", "no text"),
        ("half.csv.gz", b"", "empty"),
        ("broken.gz.csv", b"\x1f\x8b\x08\x00broken", "gzip"),
        ("old.zip", b"PK\x03\x04rest", "zip"),
        ("quoted.csv", '"' + "x" * 200_000, "no table"),
        ("deep.jsonl", '{"a":' * 2000, "no JSON"),
    ],
)
def test_what_is_no_list_is_said_to_be_none_and_why(tmp_path: Path, name: str, content: str | bytes, why: str) -> None:
    found = sniffed(put(tmp_path, name, content))
    assert isinstance(found, NoList), found
    assert why in found.why


def test_a_cell_without_an_end_is_no_table_whatever_limit_a_library_has_set(tmp_path: Path) -> None:
    before = csv.field_size_limit(2**31)
    try:
        found = sniffed(put(tmp_path, "quoted.csv", '"' + "x" * 200_000))
    finally:
        csv.field_size_limit(before)
    assert isinstance(found, NoList), found
    assert "no table" in found.why


def test_every_list_of_a_folder_is_read_with_what_stands_beside_it_and_told_of(tmp_path: Path) -> None:
    put(tmp_path, "us/primary_2025-12.csv.gz", LISTS / "sdn.csv")
    put(tmp_path, "us/other_names_2025-12.csv.gz", LISTS / "alt.csv")
    put(tmp_path, "us/add_2025-12.csv", LISTS / "add.csv")
    put(tmp_path, "us/comments_2025-11.csv", LISTS / "sdn_comments.csv")
    put(tmp_path, "UN.xml", LISTS / "un_consolidated.xml")
    put(tmp_path, "eu/targets.simple_2026-01-01.csv", SIMPLE)
    put(tmp_path, "notes.txt", "by hand\n")
    index = WatchlistIndex()
    held = load(tmp_path, index)
    text = said(held, tmp_path)
    by_source = {one.edition.source: one for one in held.lists}
    assert by_source.keys() == {"ofac-sdn", "un-sc", "opensanctions"}
    assert by_source["ofac-sdn"].edition.parts.keys() == {"aliases", "addresses", "comments"}
    assert len(index) == sum(one.entries for one in held.lists) == 25
    assert by_source["opensanctions"].entries == 2
    assert held.dates == {"ofac-sdn": "2025-12", "un-sc": "2026-02-27", "opensanctions": "2026-01-01"}
    assert "us/primary_2025-12.csv.gz with us/add_2025-12.csv, us/other_names_2025-12.csv.gz, us/comments_2025-11.csv" in text
    assert "of another day: 2025-11" in text
    assert "Not understood: notes.txt" in text
    assert load(tmp_path).digest == held.digest


def test_of_several_editions_of_a_list_the_newest_is_taken_whatever_they_are_called_and_the_others_are_named(
    tmp_path: Path,
) -> None:
    put(tmp_path, "z_2021-05-22.csv", LISTS / "history_base.csv")
    put(tmp_path, "a_2024-07-02.csv.gz", LISTS / "history_final.csv")
    put(tmp_path, "un/2019/consolidated.xml", (LISTS / "un_consolidated.xml").read_text().replace("2026-02-27T", "2019-01-01T"))
    put(tmp_path, "un/consolidated.xml", LISTS / "un_consolidated.xml")
    put(tmp_path, "os/new_2026-02.csv", SIMPLE.replace("Lux", "Paz"))
    put(tmp_path, "os/old_2026-01.csv", SIMPLE)
    put(tmp_path, "os/others_2020-01.csv", SIMPLE.replace("Q1", "X1").replace("Q2", "X2"))
    held = load(tmp_path)
    files = sorted(one.edition.main.path.name for one in held.lists)
    assert files == ["a_2024-07-02.csv.gz", "consolidated.xml", "new_2026-02.csv", "others_2020-01.csv"]
    text = said(held, tmp_path)
    assert "Left aside: z_2021-05-22.csv: an edition of ofac-sdn of 2021-05-22; the newest is taken." in text
    assert "Left aside: un/2019/consolidated.xml: an edition of un-sc of 2019-01-01" in text
    assert "Left aside: os/old_2026-01.csv" in text
    put(tmp_path, "os/new_2026-02.csv", SIMPLE.replace("Lux", "Sol"))
    assert load(tmp_path).digest != held.digest


def test_a_list_as_csv_and_as_xml_is_taken_once(tmp_path: Path) -> None:
    shutil.copy(LISTS / "sdn_advanced.xml", tmp_path / "x.xml")
    entries: list[ActorEntry] = []
    loaded(tmp_path, Limits(), NOON, Nobody(), entries.append)
    numbers = [one.body.source_id or "" for one in entries]
    rows = "".join(
        f'{number},"SOMEBODY {number}","individual","SDNT",-0-,-0-,-0-,-0-,-0-,-0-,-0-,-0-\n'
        for number in sorted(map(int, numbers))
    )
    put(tmp_path, "sdn_2024-07-02.csv", rows)
    [one] = load(tmp_path).lists
    assert (one.edition.main.form, [path.path.name for path in one.edition.earlier]) == ("ofac-xml", ["sdn_2024-07-02.csv"])


def test_in_doubt_both_are_read_a_part_of_a_list_and_lists_of_two_agencies_with_the_same_numbers(tmp_path: Path) -> None:
    many = SIMPLE + "".join(f'"X{number}","Person","Somebody {number}","",""\n' for number in range(10))
    put(tmp_path, "all_2026-01.csv", many)
    put(tmp_path, "part_2026-02.csv", SIMPLE)
    own = json_template(ActorKind.PERSON).replace("# {", "{")
    put(tmp_path, "gt/lookouts_2026-01-01.jsonl", own)
    put(tmp_path, "gt/lookouts-2026-02-01.jsonl", own)
    put(tmp_path, "hn/wanted.jsonl", own)
    held = load(tmp_path)
    assert sorted(one.edition.main.path.name for one in held.lists) == [
        "all_2026-01.csv",
        "lookouts-2026-02-01.jsonl",
        "part_2026-02.csv",
        "wanted.jsonl",
    ]


def test_a_number_that_comes_twice_hides_nobody(tmp_path: Path) -> None:
    put(tmp_path, "a.jsonl", FTM)
    put(tmp_path, "b/a.csv", SIMPLE)
    put(tmp_path, "c/a.csv", SIMPLE.replace("Lux", "Sol").replace('"Q2"', '"Q1"'))
    index = WatchlistIndex()
    held = load(tmp_path, index)
    assert len(index) == sum(one.entries for one in held.lists)


def test_a_list_that_breaks_off_is_taken_so_far_and_said_to_be_broken(tmp_path: Path) -> None:
    whole = gzip.compress((LISTS / "history_final.csv").read_bytes())
    (tmp_path / "sdn.csv.gz").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "un.xml").write_bytes((LISTS / "un_consolidated.xml").read_bytes()[:-2000])
    (tmp_path / "ok.csv").write_text(SIMPLE)
    held = load(tmp_path)
    broken = {one.edition.source: bool(one.broken) for one in held.lists}
    assert broken == {"ofac-sdn": True, "un-sc": True, "opensanctions": False}
    assert said(held, tmp_path).count("NOT READ TO ITS END") == 2
