"""Our own lists as workbooks: what a cell's value becomes, and which cells are told of."""

import io
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet

from services.correlate.lists.counting import counted
from services.correlate.lists.number_formats import day_of, of_code
from services.correlate.lists.own import OwnCsvReader
from services.correlate.lists.reading import Limits, UnreadableError
from services.correlate.lists.template import csv_template, example
from services.correlate.lists.template_xlsx import xlsx_template
from shared.contracts.vocabulary import ActorKind
from tests.support.lists import names, read, written
from tests.support.workbooks import BOOK, packed, parts, saved, sheet, table, taken

HEADER = ["source_id", "kind", "name"]


def where(faults: Any) -> list[tuple[str | None, str | None, str]]:
    return [(fault.sheet, fault.cell, fault.code) for fault in faults]


def one(column: str, value: Any, form: str = "General") -> tuple[Any, list[tuple[str | None, str]]]:
    """What a column's field is of a list with this value in it, and what is wrong with its cell."""

    def fill(first: Worksheet) -> None:
        first.append([*HEADER, column])
        first.append(["1", "person", "Nadie", value])
        first["D2"].number_format = form

    drafts, faults = taken(saved(fill))
    return getattr(drafts.get("1"), column, None), [(fault.cell, fault.code) for fault in faults]


def test_texts_numbers_and_dates_are_taken_as_they_are_shown() -> None:
    header = [*HEADER, "birth_dates", "documents", "register_number", "review_on", "reason"]
    data = table(header, [1, "person", "Ana  Ñandú", date(1971, 5, 9), "dpi GT 1 2", 123456789.0, datetime(2030, 1, 31), " x "])  # noqa: DTZ001 - as a sheet has it
    drafts, faults = taken(data)
    found = drafts["1"]
    assert faults == []
    assert (names(found), found.birth_dates, found.documents[0].number) == (["Ana  Ñandú"], ("1971-05-09",), "1 2")
    assert (found.register_number, found.review_on, found.reason) == ("123456789", date(2030, 1, 31), "x")


@pytest.mark.parametrize(
    ("value", "form", "wanted"),
    [
        (123456789.0, "General", "123456789"),
        (1234567890101, "General", "1234567890101"),
        (45, "00000", "00045"),
        (7, "0", "7"),
        (1.5, "0.00", "1.5"),
        ("0012", "@", "0012"),
        ("'=x", "@", "=x"),
    ],
)
def test_a_number_is_what_was_written_and_no_float(value: Any, form: str, wanted: str) -> None:
    assert one("register_number", value, form) == (wanted, [])


@pytest.mark.parametrize(
    ("value", "form", "code"),
    [
        (1234567890123456, "General", "number_mangled"),
        (1.2e12, "General", "number_mangled"),
        (1.2e25, "General", "number_mangled"),
        ("1.2E+12", "@", "number_mangled"),
        ("1,23457E+12", "@", "number_mangled"),
        (45000, "yyyy-mm-dd", "date_instead"),
        (True, "General", "boolean"),
        ("#N/A", "General", "error_value"),
        ("#REF!", "General", "error_value"),
        ("=1+1", "General", "formula"),
        ('=HYPERLINK("http://127.0.0.1:1")', "General", "formula"),
        ("=cmd|' /C calc'!A0", "General", "formula"),
    ],
)  # fmt: skip
def test_what_a_spreadsheet_made_of_a_value_is_told_of_and_not_taken(value: Any, form: str, code: str) -> None:
    assert one("register_number", value, form) == (None, [("D2", code)])


def test_what_to_do_about_a_rounded_number_is_said() -> None:
    _, faults = taken(table([*HEADER, "register_number"], ["1", "person", "Nadie", 1.2e12]))
    assert str(faults[0]) == (
        "own.xlsx, sheet persons, D2, register_number: A spreadsheet has rounded this number, or may have."
        " Format the column as text, and write it again."
    )


@pytest.mark.parametrize(("value", "wanted"), [(True, True), (False, False), ("no", False)])
def test_true_and_false_are_yes_and_no_where_those_are_asked_for(value: Any, wanted: bool) -> None:
    assert one("must_confirm_with_source", value) == (wanted, [])


def test_the_calendar_of_1904_is_that_of_its_workbook() -> None:
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    (first,) = book.worksheets
    first.append([*HEADER, "review_on"])
    first.append(["1", "person", "Nadie", date(2030, 1, 31)])
    out = io.BytesIO()
    book.save(out)
    drafts, faults = taken(out.getvalue())
    assert (str(drafts["1"].review_on), faults) == ("2030-01-31", [])


@pytest.mark.parametrize(
    ("number", "since_1904", "wanted"),
    [
        (1, False, "1900-01-01"),
        (59, False, "1900-02-28"),
        (60, False, None),
        (61, False, "1900-03-01"),
        (45000, False, "2023-03-15"),
        (45000.25, False, "2023-03-15T06:00:00"),
        (45000.9999999, False, "2023-03-16"),
        (0, True, "1904-01-01"),
        (43538, True, "2023-03-15"),
        (-1, False, None),
        (1e300, False, None),
        (2958465, False, "9999-12-31"),
        (2958466, False, None),
    ],
)
def test_days_are_counted_as_the_sheet_counts_them(number: float, since_1904: bool, wanted: str | None) -> None:
    assert day_of(number, since_1904=since_1904) == wanted


@pytest.mark.parametrize(
    ("code", "is_date", "digits"),
    [
        ("dd/mm/yyyy", True, 0),
        ('[$-580A]d" de "mmmm" de "yyyy;@', True, 0),
        ("[h]:mm", True, 0),
        ("General", False, 0),
        ('0" dias"', False, 0),
        ("[Red]0.00", False, 0),
        ("0.00E+00", False, 0),
        ("000000", False, 6),
        ("@", False, 0),
        (r"#,##0.00\ \d", False, 0),
    ],
)
def test_a_format_is_that_of_a_date_by_its_letters_outside_quotation_marks(code: str, is_date: bool, digits: int) -> None:
    assert (of_code(code).date, of_code(code).digits) == (is_date, digits)


def test_every_faulty_cell_of_a_row_is_named_by_sheet_and_cell_with_what_stands_in_it() -> None:
    header = ["source_id", "kind", "severity", "warning_markers", "review_on", "plate"]
    _, faults = taken(
        table(header, ["", "person", "huge", "armd; violent", "soon", "=A1"], [2, "person", "high", None, None, None, "stray"])
    )
    assert {(fault.sheet, fault.cell, fault.column, fault.value) for fault in faults} == {
        ("persons", "D2", "warning_markers", "armd"),
        ("persons", "C2", "severity", "huge"),
        ("persons", "E2", "review_on", "soon"),
        ("persons", "F2", "plate", None),
        ("persons", "A2", "source_id", None),
        ("persons", None, "column G", "stray"),
        ("persons", None, "name", None),
    }  # fmt: skip


def test_a_cell_that_an_array_formula_fills_holds_a_result_and_no_value() -> None:
    def fill(first: Worksheet) -> None:
        first.append([*HEADER, "reason"])
        first.append(["1", "person", "Nadie"])
        first.append(["2", "person", "Ana"])
        first["D2"] = ArrayFormula("D2:D3", '="stale"')
        first["D3"] = "stale"

    drafts, faults = taken(saved(fill))
    assert drafts == {}
    assert where(faults) == [("persons", "D2", "formula"), ("persons", "D3", "formula")]


def test_the_value_that_a_formula_left_behind_is_never_taken() -> None:
    rows = '<row r="3"><c r="A3"><v>2</v></c><c r="B3" t="str"><f>A1</f><v>person</v></c><c r="C3"><f t="shared" si="0"/><v>5</v></c></row>'
    drafts, faults = taken(packed(parts(rows)))
    assert list(drafts) == ["1"]
    assert where(faults) == [("persons", "B3", "formula"), ("persons", "C3", "formula")]


def test_merged_cells_are_told_of_since_all_but_the_first_are_empty() -> None:
    def fill(first: Worksheet) -> None:
        first.append([*HEADER, "reason"])
        first.append(["1", "person", "Nadie", "why"])
        first.append(["2", "person", "Ana"])
        first.merge_cells("D2:D3")

    drafts, faults = taken(saved(fill))
    assert list(drafts) == ["1", "2"]
    assert [(*found, fault.partly) for found, fault in zip(where(faults), faults, strict=True)] == [
        ("persons", "D2", "cells_merged", True)
    ]


def test_every_sheet_is_a_list_but_those_that_are_empty_or_begin_with_a_number_sign() -> None:
    book = Workbook()
    (first,) = book.worksheets
    first.append(HEADER)
    first.append(["1", "person", "Nadie"])
    first.append(["# 2", "person", "explained"])
    second = book.create_sheet("lorries")
    second.append(["source_id", "kind", "plate"])
    second.append(["2", "vehicle", "P1"])
    second.append(["1", "vehicle", "P2"])
    book.create_sheet("empty")
    book.create_sheet("#notes").append(["anything"])
    out = io.BytesIO()
    book.save(out)
    drafts, faults = taken(out.getvalue())
    assert list(drafts) == ["1", "2"]
    assert where(faults) == [("lorries", "A3", "number_doubled")]
    assert faults[0].what == "This number stands twice: in sheet Sheet, row 2, and in sheet lorries, row 3."
    assert counted("own-xlsx", {"main": written(out.getvalue())})["entries"] == 3


def test_a_hidden_sheet_with_rows_is_told_of_and_a_sheet_without_the_needed_columns_refused() -> None:
    book = Workbook()
    (first,) = book.worksheets
    first.append(HEADER)
    second = book.create_sheet("notes")
    second.append(["Call María"])
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(UnreadableError, match=r"sheet notes, .*no column source_id.*put # before its name"):
        taken(out.getvalue())
    second.delete_rows(1)
    second.append(HEADER)
    second.append(["1", "person", "Nadie"])
    second.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    drafts, faults = taken(out.getvalue())
    assert (list(drafts), where(faults)) == (["1"], [("notes", None, "sheet_hidden")])


def test_faults_of_the_header_are_told_by_cell() -> None:
    _, faults = taken(table(["source_id", "kind", "sevrity", None, "kind"], ["1", "vessel", "high"]))
    assert [(fault.cell, fault.column, fault.code) for fault in faults] == [
        ("C1", "sevrity", "column_unknown"),
        ("E1", "kind", "column_doubled"),
        (None, "identifiers", "nothing_to_match"),
    ]


def test_texts_in_several_runs_escaped_characters_and_readings_are_one_text() -> None:
    rows = (
        '<row r="3"><c r="A3"><v>2</v></c><c r="B3" t="inlineStr"><is><t>person</t></is></c>'
        '<c r="C3" t="inlineStr"><is><r><t>Na</t></r><r><rPr/><t xml:space="preserve">die _x00D1_</t></r><rPh><t>no</t></rPh></is></c></row>'
    )
    drafts, faults = taken(packed(parts(rows)))
    assert (names(drafts["2"]), faults) == (["Nadie Ñ"], [])


def test_rows_and_cells_without_their_place_follow_one_another() -> None:
    rows = '<row><c><v>2</v></c><c t="inlineStr"><is><t>person</t></is></c><c t="inlineStr"><is><t>Ana</t></is></c></row>'
    drafts, faults = taken(packed(parts(rows)))
    assert (names(drafts["2"]), faults) == (["Ana"], [])


def test_dates_of_strict_workbooks_are_dates() -> None:
    text = sheet("").replace(
        '<c r="C1" t="s"><v>2</v></c></row>',
        '<c r="C1" t="s"><v>2</v></c><c r="D1" t="inlineStr"><is><t>review_on</t></is></c></row>',
    )
    text = text.replace(
        "<t>Nadie</t></is></c></row>", '<t>Nadie</t></is></c><c r="D2" t="d"><v>2030-01-31T00:00:00</v></c></row>'
    )
    drafts, faults = taken(packed(parts(sheet=text)))
    assert (str(drafts["1"].review_on), faults) == ("2030-01-31", [])


def test_names_of_elements_may_have_any_prefix() -> None:
    told = parts()
    xml = told["xl/worksheets/sheet1.xml"].replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x=")
    drafts, faults = taken(packed(told | {"xl/worksheets/sheet1.xml": xml}))
    assert (list(drafts), faults) == (["1"], [])
    assert counted("own-xlsx", {"main": written(packed(told | {"xl/worksheets/sheet1.xml": xml}))})["entries"] == 1


@pytest.mark.parametrize("kind", ActorKind)
def test_a_filled_in_template_is_a_list_and_its_example_and_explanations_are_passed_over(kind: ActorKind) -> None:
    book = load_workbook(io.BytesIO(xlsx_template(kind)))
    first = book.worksheets[0]
    assert taken(xlsx_template(kind)) == ({}, [])
    first.append([text.removeprefix("# ") for text in example(kind)])
    out = io.BytesIO()
    book.save(out)
    drafts, faults = taken(out.getvalue())
    assert (list(drafts), faults) == (["GT-2026-0001"], [])
    assert counted("own-xlsx", {"main": written(out.getvalue())})["entries"] == 1
    text = csv_template(kind).replace("# GT-2026", "GT-2026")
    assert read(OwnCsvReader({"main": written(text)}, Limits(), "own")) == (drafts, [])


def test_a_template_has_a_header_that_stays_drop_down_lists_and_cells_of_text() -> None:
    book = load_workbook(io.BytesIO(xlsx_template(ActorKind.PERSON)))
    first, explained, lists = book.worksheets
    assert first.freeze_panes == "B2"
    columns = {cell.value: cell.column_letter for cell in first[1]}
    assert {first.column_dimensions[letter].number_format for letter in ["A"]} == {"@"}
    choices = {
        str(rule.sqref).partition("2:")[0]: rule.formula1 for rule in first.data_validations.dataValidation if rule.type == "list"
    }
    for column, word in [("category", "arrest"), ("severity", "critical"), ("tlp", "AMBER+STRICT"), ("nationalities", "GT")]:
        name, _, area = choices[columns[column]].rpartition("!")
        assert name == "'#lists'"
        assert word in [cell.value for row in lists[area.replace("$", "")] for cell in row]
    assert lists.sheet_state == "hidden"
    told = {row[0]: row[1:3] for row in explained.iter_rows(values_only=True)}
    assert told["aliases"] == ("otros nombres que identifican. Varios.", "other names that identify. Several.")
    assert first["A2"].value == "# GT-2026-0001"


def test_what_is_no_workbook_is_called_by_its_name() -> None:
    for data, said in [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "an old workbook \\(.xls\\), or one with a password"),
        (b"source_id,kind\n", "This is no workbook"),
        (b"", "This is no workbook"),
        (b"PK\x03\x04rest", "breaks off"),
        (packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), "_rels/.rels"),
        (packed(parts())[:-30], "breaks off"),
        (packed(parts(book=BOOK.replace('r:id="r1"', 'r:id="r9"'))), "No sheet of this workbook holds a list"),
    ]:
        with pytest.raises(UnreadableError, match=said):
            taken(data)


def test_a_cut_off_part_is_refused_and_not_read_as_a_shorter_list() -> None:
    data = bytearray(packed(parts('<row r="3"><c r="A3"><v>2</v></c></row>'), zipfile.ZIP_STORED))
    at = data.index(b"Nadie")
    data[at : at + 5] = b"Nadia"
    with pytest.raises(UnreadableError, match="cannot be unpacked"):
        taken(bytes(data))
