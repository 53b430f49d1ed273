"""Our own lists: CSV as spreadsheets write it, JSON Lines, and what is said of a faulty cell."""

import pytest

from services.correlate.lists.counting import counted
from services.correlate.lists.difference import difference
from services.correlate.lists.own import OwnCsvReader, OwnJsonReader
from services.correlate.lists.reading import Limits, RowFault
from shared.contracts.watchlist import ActorBody
from tests.support.lists import held, names, read, written

HEADER = "source_id,kind,given,paternal,maternal,aliases,weak_aliases,birth_dates,documents,tlp,releasable_to,valid_to,linked"
ROW = '1,person,Nadie,Ejemplo,Prueba,N. Ejemplo; Nadie P.,El Nadie,circa 1971; 1968 to 1970,"dpi GT 123 4; passport HN A1",RED,GT; HN,2027-01-31,2'


def csv(text: str) -> tuple[dict[str, ActorBody], list[RowFault]]:
    return read(OwnCsvReader({"main": written(text, "own.csv")}, Limits(), "own"))


def test_a_row_becomes_an_entry_with_all_it_says() -> None:
    drafts, faults = csv(f"{HEADER}\n{ROW}\n")
    found = drafts["1"]
    assert faults == []
    assert (found.source, names(found), names(found, "weak")) == (
        "own",
        ["Nadie Ejemplo Prueba", "N. Ejemplo", "Nadie P."],
        ["El Nadie"],
    )
    assert (found.names[0].given, found.names[0].paternal, found.names[0].maternal) == ("Nadie", "Ejemplo", "Prueba")
    assert [born.precision for born in found.births or ()] == ["circa", "range"]
    assert found.birth_dates == ("1969", "1970", "1971", "1972", "1973", "1968")
    assert [(one.type, one.issuer, one.number) for one in found.documents] == [("dpi", "GT", "123 4"), ("passport", "HN", "A1")]
    assert found.handling is not None
    assert (found.handling.tlp, found.handling.releasable_to) == ("RED", ("GT", "HN"))
    assert (str(found.valid_to), [link.source_id for link in found.linked or ()]) == ("2027-01-31 00:00:00+00:00", ["2"])


@pytest.mark.parametrize("separator", [";", "\t"])
def test_spreadsheets_of_other_lands_separate_otherwise(separator: str) -> None:
    drafts, faults = csv(
        f'source_id{separator}kind{separator}name{separator}aliases\n1{separator}person{separator}Nadie{separator}"A; B"\n'
    )
    assert (names(drafts["1"]), faults) == (["Nadie", "A", "B"], [])


def test_a_header_in_quotation_marks_and_explanations_before_it_are_read_too() -> None:
    drafts, faults = csv('"# explained; well, at length";\n"source_id";"kind";"name"\n"1";"person";"Nadie, Ana"\n')
    assert (names(drafts["1"]), faults) == (["Nadie, Ana"], [])


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_files_own_count_is_that_of_its_rows_however_they_are_separated(separator: str) -> None:
    rows = [
        '"# explained, well; at length"',
        "source_id|kind|name|remarks",
        '"1"|person|Nadie|"two\nlines"',
        "|||",
        '2|person|"Ana"|"a\n\nb"',
    ]
    text = "\n".join(rows).replace("|", separator) + "\n"
    drafts, faults = csv(text)
    assert (list(drafts), faults) == (["1", "2"], [])
    assert counted("own-csv", {"main": written(text)})["entries"] == 2


OBJECTS = {
    "vehicle": (
        "plate,vin,country",
        "P123ABC,1M8GDM9AXKP042788,GT",
        {"plate": "P123ABC", "vin": "1M8GDM9AXKP042788", "country": "GT"},
    ),
    "vessel": ("name,imo,mmsi", "EJEMPLO,9074729,332000000", {"name": "EJEMPLO", "imo": "9074729", "mmsi": "332000000"}),
    "aircraft": ("registration", "TG-AAA", {"registration": "TG-AAA"}),
    "container": ("container", "CSQU3054383", {"container": "CSQU3054383"}),
    "document": (
        "document_type,document_number,document_issuer",
        "passport,A1,GT",
        {"type": "passport", "container": "A1", "issuer": "GT"},
    ),
}


@pytest.mark.parametrize("kind", OBJECTS)
def test_objects_go_by_their_identifiers(kind: str) -> None:
    header, cells, wanted = OBJECTS[kind]
    drafts, faults = csv(f"source_id,kind,{header}\n1,{kind},{cells}\n")
    assert faults == []
    assert drafts["1"].identifiers is not None
    assert drafts["1"].identifiers.model_dump(exclude_none=True, exclude_defaults=True) == wanted


@pytest.mark.parametrize(
    ("header", "cells", "column", "said"),
    [
        ("name", "planet,Nadie", "kind", "Write one of person, organisation"),
        ("plate", "person,P1", "plate", "A person has no plate."),
        ("birth_dates", "person,31/12/1971", "birth_dates", "Write 1971-05-09"),
        ("documents", "person,A1", "documents", "Write passport GT 123456789."),
        ("nationalities", "person,Guatemala", "nationalities", "pattern"),
        ("severity", "person,huge", "severity", "critical"),
        ("review_on", "person,soon", "review_on", "date"),
        ("tlp", "person,PINK", "tlp", "CLEAR"),
        ("country", "vehicle,Guatemala", "country", "pattern"),
    ],
)
def test_a_faulty_cell_is_named_by_row_and_column_and_what_to_do(header: str, cells: str, column: str, said: str) -> None:
    _, faults = csv(f"source_id,kind,{header}\n1,{cells}\n")
    assert [(fault.file, fault.line, fault.column) for fault in faults] == [("own.csv", 2, column)]
    assert said in str(faults[0])


def test_a_row_without_a_number_could_not_be_known_again() -> None:
    _, faults = csv("source_id,kind,name\n,person,Nadie\n")
    assert [(fault.line, fault.column) for fault in faults] == [(2, "source_id")]


def test_an_empty_cell_of_a_column_that_is_there_takes_back_what_it_said() -> None:
    before, _ = csv("source_id,kind,name,reason,warning_markers\n1,person,Nadie,Ejemplo,armed\n")
    emptied, _ = csv("source_id,kind,name,reason,warning_markers\n1,person,Nadie,,\n")
    without, _ = csv("source_id,kind,name\n1,person,Nadie\n")
    (change,) = difference(held(before.values()), emptied.values()).changed
    assert [(one.field, one.after) for one in change.fields] == [("warning_markers", ()), ("reason", None)]
    assert difference(held(before.values()), without.values()).empty


def test_json_lines_take_what_the_api_takes_and_no_more() -> None:
    text = """# explained
{"source_id": "1", "kind": "person", "names": [{"full": "Nadie"}]}
{"source_id": "2", "kind": "person", "names": [{"full": "Nadie"}], "unheard_of": 1}
{"source_id": "3", "source": "elsewhere", "kind": "person"}
{"source_id": "4", "kind": "person", "kind": "vessel"}
"""
    drafts, faults = read(OwnJsonReader({"main": written(text, "own.jsonl")}, Limits(), "own"))
    assert list(drafts) == ["1"]
    assert [(fault.line, fault.column, fault.code) for fault in faults] == [
        (3, "unheard_of", "extra_forbidden"),
        (4, "source", "other_source"),
        (5, None, "not_json"),
    ]
