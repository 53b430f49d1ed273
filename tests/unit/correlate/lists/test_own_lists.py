"""Our own lists: CSV as spreadsheets write it, JSON Lines, and what is said of a faulty cell."""

import pytest

from services.correlate.lists.counting import counted
from services.correlate.lists.difference import changes, merged
from services.correlate.lists.own import OwnCsvReader, OwnJsonReader
from services.correlate.lists.reading import Limits, RowFault, UnreadableError
from shared.contracts.watchlist import ActorBody
from tests.support.lists import names, read, written

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
    "trailer": ("plate,vin", "TC1,1M8GDM9AXKP042788", {"plate": "TC1", "vin": "1M8GDM9AXKP042788"}),
    "firearm": ("serial,make,calibre", "X1,Ejemplo,9 mm", {"serial": "X1", "make": "Ejemplo", "calibre": "9 mm"}),
    "document": (
        "document_type,document_number,document_issuer,document_state",
        "passport,A1,GT,stolen",
        {"type": "passport", "container": "A1", "issuer": "GT", "state": "stolen"},
    ),
}


@pytest.mark.parametrize("kind", OBJECTS)
def test_objects_go_by_their_identifiers(kind: str) -> None:
    header, cells, wanted = OBJECTS[kind]
    drafts, faults = csv(f"source_id,kind,{header}\n1,{kind},{cells}\n")
    assert faults == []
    assert drafts["1"].identifiers is not None
    assert drafts["1"].identifiers.model_dump(exclude_none=True, exclude_defaults=True) == wanted


PERSON, VEHICLE = "person,Nadie,", "vehicle,,P1,"


@pytest.mark.parametrize(
    ("header", "cells", "column", "said"),
    [
        ("reason", "planet,Nadie,x", "kind", "Write one of person, organisation"),
        ("reason", "vehicel,,x", "kind", "Is vehicle meant?"),
        ("reason", ",Nadie,x", "kind", "The row does not say what is listed."),
        ("plate", f"{PERSON}P1", "plate", "A person has no plate."),
        ("birth_dates", f"{PERSON}31/12/1971", "birth_dates", "Write 1971-12-31, whichever is meant."),
        ("birth_dates", f"{PERSON}5/9/1971", "birth_dates", "Write 1971-09-05 or 1971-05-09, whichever is meant."),
        ("birth_dates", f"{PERSON}a while ago", "birth_dates", "Write 1971-05-09, 1971-05, 1971, circa 1971"),
        ("birth_dates", f"{PERSON}1971-02-30", "birth_dates", "This is no date."),
        ("documents", f"{PERSON}A1", "documents", "Write passport GT 123456789."),
        ("documents", f"{PERSON}passport Guatemala A1", "documents", "Write passport GT 123456789."),
        ("documents", f"{PERSON}passport XX A1", "documents", "Write its two letters"),
        ("documents", f"{PERSON}passport GT A1 (stolne)", "documents", "Is stolen meant?"),
        ("documents", f'{PERSON}"passport GT A1 (stolen, issued 31/01/2020)"', "documents", "Write 2020-01-31"),
        ("documents", f"{PERSON}1.2E+12", "documents", "A spreadsheet has rounded this number."),
        ("nationalities", f"{PERSON}Guatemala", "nationalities", "Write GT."),
        ("nationalities", f"{PERSON}XX", "nationalities", "This is no code of a nation."),
        ("severity", f"{PERSON}huge", "severity", "critical"),
        ("category", f"{PERSON}discret check", "category", "Is discreet_check meant?"),
        ("requested_action", f"{PERSON}INFORM", "requested_action", "Is INFORM_ONLY meant?"),
        ("warning_markers", f"{PERSON}armed; violnt", "warning_markers", "Is violent meant?"),
        ("review_on", f"{PERSON}soon", "review_on", "Write year, month and day: 2026-12-31."),
        ("review_on", f"{PERSON}20261231", "review_on", "This is no date."),
        ("review_on", f"{PERSON}2026-13-31", "review_on", "The column holds: when its issuer looks at it again"),
        ("valid_to", f"{PERSON}2026-12-31T10:00", "valid_to", "timezone"),
        ("linked", f"{PERSON}ownr: 7", "linked", "Is owner meant?"),
        ("tlp", f"{PERSON}PINK", "tlp", "CLEAR"),
        ("reason", f"{PERSON}#N/A", "reason", "Write what it should be."),
        ("reason", f"{PERSON}=1+1", "reason", "Paste the column as values."),
        ("further", f"{PERSON}not json", "further", "This is not JSON"),
        ("further", f'{PERSON}"{{""nmes"": 1}}"', "further", "There is no 'nmes'"),
        ("further", f'{PERSON}"{{""names"": [{{""full"": ""A""}}]}}"', "name", "The column further says names too."),
        ("plate,country", f"{VEHICLE}Guatemala", "country", "Write GT."),
        ("plate,set_trailer", f"{VEHICLE}XX TC1", "set_trailer", "This is no code of a nation."),
    ],
)  # fmt: skip
def test_a_faulty_cell_is_named_by_row_and_column_and_what_to_do(header: str, cells: str, column: str, said: str) -> None:
    drafts, faults = csv(f"source_id,kind,name,{header}\n1,{cells}\n")
    assert drafts == {}
    assert [(fault.file, fault.line, fault.column) for fault in faults] == [("own.csv", 2, column)]
    assert said in str(faults[0])


def test_every_faulty_cell_of_a_row_is_told_at_once_with_what_was_given() -> None:
    _, faults = csv(
        "source_id,kind,birth_dates,nationalities,severity,warning_markers,review_on,plate\n"
        ",person,31/12/1971; 1970; yesterday,Guatemala,huge,armd; violent,soon,P1\n"
    )
    assert [(fault.line, fault.column, fault.value) for fault in faults] == [
        (2, "plate", "P1"),
        (2, "birth_dates", "31/12/1971"),
        (2, "birth_dates", "yesterday"),
        (2, "nationalities", "Guatemala"),
        (2, "warning_markers", "armd"),
        (2, "severity", "huge"),
        (2, "review_on", "soon"),
        (2, "source_id", None),
    ]


def test_faults_of_the_row_as_a_whole_are_told_beside_those_of_its_cells() -> None:
    _, faults = csv("source_id,kind,reason,valid_from,valid_to,severity,sex\n1,organisation,,2026-02-01,2026-01-01,huge,\n")
    assert [(fault.column, fault.code) for fault in faults] == [
        ("severity", "word_unknown"),
        ("name", "nothing_to_match"),
        ("valid_to", "before_start"),
    ]
    _, faults = csv("source_id,kind,review_on,valid_from,valid_to\n1,person,2026-02-30,2026-02-01,2026-01-01\n")
    assert [(fault.column, fault.code) for fault in faults] == [
        ("review_on", "date_from_datetime_parsing"),
        ("name", "nothing_to_match"),
        ("valid_to", "before_start"),
    ]


def test_a_long_value_is_shortened() -> None:
    _, faults = csv(f"source_id,kind,name,severity\n1,person,Nadie,{'x' * 500}\n")
    assert faults[0].value == "x" * 39 + "…"


def test_what_was_left_out_as_faulty_is_not_said_to_be_missing_besides() -> None:
    _, faults = csv("source_id,kind,documents\n1,person,A1\n")
    assert [fault.column for fault in faults] == ["documents"]


def test_words_of_closed_lists_and_nations_are_known_in_any_case() -> None:
    drafts, faults = csv("source_id,kind,name,severity,requested_action,nationalities\n1,Person,Nadie,High,inform_only,gt\n")
    assert faults == []
    assert (drafts["1"].severity, drafts["1"].requested_action, drafts["1"].nationalities) == ("high", "INFORM_ONLY", ("GT",))


def test_a_number_that_stands_twice_is_told_with_both_lines_and_its_first_row_stays() -> None:
    drafts, faults = csv("source_id,kind,name\n1,person,Nadie\n2,person,Ana\n1,person,Eva\n")
    assert {number: names(body) for number, body in drafts.items()} == {"1": ["Nadie"], "2": ["Ana"]}
    assert [(fault.line, fault.column, fault.value, fault.what) for fault in faults] == [
        (4, "source_id", "1", "This number stands twice: in line 2, and in line 4.")
    ]


def test_columns_that_are_unknown_or_there_twice_are_told_together_and_the_rows_read_all_the_same() -> None:
    drafts, faults = csv("source_id,kind,name,sevrity,colour of hair,name\n1,person,Nadie,huge,brown,Eva\n")
    assert names(drafts["1"]) == ["Nadie"]
    assert [(fault.line, fault.column, fault.partly, str(fault).partition(": ")[2]) for fault in faults] == [
        (1, "sevrity", True, "There is no such column. Is severity meant? Mend its name."),
        (1, "colour of hair", True, "There is no such column. Take it out, or mend its name."),
        (1, "name", True, "The column is there twice. Take one out."),
    ]


def test_a_list_without_the_columns_that_are_needed_is_refused_with_all_that_is_wrong_with_its_header() -> None:
    with pytest.raises(UnreadableError) as refused:
        csv("sorce_id,knd,name\n1,person,Nadie\n")
    assert str(refused.value) == (
        "own.csv, line 1, header: The header has no column source_id and no column kind."
        " sorce_id: There is no such column. Is source_id meant? Mend its name."
        " knd: There is no such column. Is kind meant? Mend its name. `atalaya watchlist template` writes one."
    )


CHECKED = {
    "vin": ("vehicle", "1M8GDM9AXKP042788", "1M8GDM9AXKP042789", "The check digit of this VIN does not fit."),
    "imo": ("vessel", "IMO 9074729", "9074728", "The check digit of this IMO number does not fit."),
    "mmsi": ("vessel", "332000000", "33200000", "An MMSI has nine digits."),
    "container": ("container", "CSQU3054383", "CSQU3054384", "The check digit of this container's number does not fit (ISO 6346)."),
    "set_container": ("trailer", "CSQU3054383", "CSQU3054384", "The check digit of this container's number does not fit (ISO 6346)."),
}  # fmt: skip


@pytest.mark.parametrize("column", CHECKED)
def test_a_number_that_fails_its_check_is_warned_of_and_taken_as_it_may_be_painted(column: str) -> None:
    kind, right, wrong, said = CHECKED[column]
    drafts, faults = csv(f"source_id,kind,{column}\n1,{kind},{right}\n2,{kind},{wrong}\n")
    assert list(drafts) == ["1", "2"]
    assert [(one.line, one.column, one.value, one.what, one.warning) for one in faults] == [(3, column, wrong, said, True)]


@pytest.mark.parametrize("vin", ["WVWZZZ1JZXW000001", "JT2AE09W1P0038539"])
def test_the_check_digit_of_a_vin_is_no_matter_where_no_rule_has_one(vin: str) -> None:
    drafts, faults = csv(f"source_id,kind,vin\n1,vehicle,{vin}\n")
    assert (list(drafts), faults) == (["1"], [])


def test_a_document_may_have_the_number_of_no_container() -> None:
    drafts, faults = csv("source_id,kind,document_type,document_number\n1,document,passport,A1\n")
    assert (list(drafts), faults) == (["1"], [])


def test_a_row_that_begins_with_a_spreadsheets_error_is_no_explanation() -> None:
    drafts, faults = csv("source_id,kind,name\n# an explanation,,\n#N/A,person,Nadie\n#¡REF!,person,Nadie\n2,person,Ana\n")
    assert list(drafts) == ["2"]
    assert [(fault.line, fault.column, fault.code) for fault in faults] == [
        (3, "source_id", "error_value"),
        (4, "source_id", "error_value"),
    ]
    assert counted("own-csv", {"main": written("source_id,kind,name\n# an explanation,,\n#N/A,person,Nadie\n")})["entries"] == 1


def test_sets_links_states_and_the_sources_rules_have_columns() -> None:
    drafts, faults = csv(
        "source_id,kind,plate,country,set_trailer,set_container,set_seal,linked,must_confirm_with_source,notice_colour\n"
        "1,vehicle,C123BCD,GT,GT TC1; TC2,CSQU3054383,S1; S2,owner: 2; 3,yes,red\n"
    )
    found = drafts["1"]
    assert faults == []
    told = [(part.role.value, part.identifiers.model_dump(exclude_defaults=True)) for part in found.parts or ()]
    assert told == [
        ("trailer", {"plate": "TC1", "country": "GT"}),
        ("trailer", {"plate": "TC2"}),
        ("container", {"container": "CSQU3054383"}),
        ("seal", {"seals": ("S1",)}),
        ("seal", {"seals": ("S2",)}),
    ]
    assert [(one.relation, one.kind, one.source_id) for one in found.linked or ()] == [
        ("owner", "owner", "2"),
        ("linked_to", None, "3"),
    ]
    assert (found.must_confirm_with_source, found.notice_colour) == (True, "red")


def test_a_document_says_its_state_and_its_days_in_brackets() -> None:
    drafts, faults = csv(
        'source_id,kind,name,documents\n1,person,Nadie,"passport GT A 1 (stolen, issued 2020-01-31, expires 2030-01-31)"\n'
    )
    (found,) = drafts["1"].documents
    assert faults == []
    assert (found.number, found.state, str(found.issued), str(found.expires)) == ("A 1", "stolen", "2020-01-31", "2030-01-31")


def test_a_row_without_a_number_could_not_be_known_again() -> None:
    _, faults = csv("source_id,kind,name\n,person,Nadie\n")
    assert [(fault.line, fault.column) for fault in faults] == [(2, "source_id")]


def test_an_empty_cell_of_a_column_that_is_there_takes_back_what_it_said() -> None:
    before, _ = csv("source_id,kind,name,reason,warning_markers\n1,person,Nadie,Ejemplo,armed\n")
    emptied, _ = csv("source_id,kind,name,reason,warning_markers\n1,person,Nadie,,\n")
    without, _ = csv("source_id,kind,name\n1,person,Nadie\n")
    found = changes(before["1"], merged(before["1"], emptied["1"]))
    assert [(one.field, one.after) for one in found] == [("warning_markers", ()), ("reason", None)]
    assert list(changes(before["1"], merged(before["1"], without["1"]))) == []


def test_every_fault_of_a_line_is_told_by_its_path() -> None:
    text = (
        '{"source_id": "1", "kind": "person", "severity": "huge", "documents": [{"number": "1", "issuer": "Guatemala"}], "sexo": "M"}\n'
        '{"source_id": "2", "kind": "vessel", "identifiers": {"imo": "9074728"}}\n'
        '{"source_id": "2", "kind": "vessel", "identifiers": {"imo": "9074729"}}\n'
    )
    drafts, faults = read(OwnJsonReader({"main": written(text, "own.jsonl")}, Limits(), "own"))
    assert list(drafts) == ["2"]
    assert [(fault.line, fault.column, fault.code, fault.warning) for fault in faults] == [
        (1, "severity", "enum", False),
        (1, "documents.0.issuer", "string_pattern_mismatch", False),
        (1, "sexo", "extra_forbidden", False),
        (2, "identifiers.imo", "check_digit", True),
        (3, "source_id", "number_doubled", False),
    ]


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
        (4, "names", "nothing_to_match"),
        (5, None, "not_json"),
    ]
