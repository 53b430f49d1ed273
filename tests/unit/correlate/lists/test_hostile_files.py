"""Files that were made to hurt, or are merely broken: refused with their place, or harmless, in bounded memory."""

import resource

import pytest

from services.correlate.lists.elements import elements
from services.correlate.lists.formats import FORMATS
from services.correlate.lists.lines import lines
from services.correlate.lists.ofac import OfacCsvReader
from services.correlate.lists.own import OwnCsvReader
from services.correlate.lists.reading import Limits, RowFault, Source, UnreadableError
from services.correlate.lists.table import Row, rows
from services.correlate.lists.un import UnReader
from tests.support.lists import SMALL, endless, read, written

GIGABYTE = 1 << 30
BOMB = "".join(
    [
        '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">',
        *(f'<!ENTITY {two} "{f"&{one};" * 10}">' for one, two in zip("abcdefgh", "bcdefghi", strict=True)),
        "]><CONSOLIDATED_LIST>&i;</CONSOLIDATED_LIST>",
    ]
)
QUADRATIC = f'<!DOCTYPE l [<!ENTITY a "{"a" * 50_000}">]><CONSOLIDATED_LIST>{"&a;" * 50_000}</CONSOLIDATED_LIST>'
EXTERNAL = '<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><CONSOLIDATED_LIST>&a;</CONSOLIDATED_LIST>'
PARAMETER = '<!DOCTYPE l [<!ENTITY % a SYSTEM "http://127.0.0.1:1/a.dtd">%a;]><CONSOLIDATED_LIST/>'
FETCHED = '<!DOCTYPE CONSOLIDATED_LIST SYSTEM "http://127.0.0.1:1/list.dtd"><CONSOLIDATED_LIST/>'


@pytest.mark.parametrize(
    "text", [BOMB, QUADRATIC, EXTERNAL, PARAMETER, FETCHED], ids=["bomb", "quadratic", "external", "parameter", "dtd"]
)
@pytest.mark.parametrize("form", ["un-xml", "ofac-xml"])
def test_a_document_type_is_refused_before_any_of_it_counts(text: str, form: str) -> None:
    reader = FORMATS[form].make({"main": written(text, "list.xml")}, Limits(), "x", None)
    with pytest.raises(UnreadableError, match=r"^list\.xml, line 1: The file has a document type"):
        read(reader)


def test_an_inclusion_is_an_element_like_any_other() -> None:
    text = """<CONSOLIDATED_LIST xmlns:xi="http://www.w3.org/2001/XInclude"><INDIVIDUAL><REFERENCE_NUMBER>X.1</REFERENCE_NUMBER>
    <FIRST_NAME>A</FIRST_NAME><COMMENTS1><xi:include href="file:///etc/passwd" parse="text"/></COMMENTS1></INDIVIDUAL></CONSOLIDATED_LIST>"""
    drafts, faults = read(UnReader({"main": written(text)}, Limits(), "un-sc"))
    assert faults == []
    assert drafts["X.1"].remarks is None


def peak() -> int:
    """The most memory this process had so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@pytest.mark.parametrize(
    ("form", "head"),
    [
        ("ofac-csv", b""),
        ("ofac-csv", b'1,"'),
        ("opensanctions-csv", b"id,schema,name\n"),
        ("own-csv", b"source_id,kind\n"),
        ("own-jsonl", b'{"reason":"'),
        ("ftm-jsonl", b""),
        ("un-xml", b"<CONSOLIDATED_LIST><INDIVIDUAL><COMMENTS1>"),
        ("un-xml", b"<CONSOLIDATED_LIST a='"),
        ("un-xml", b"<!--"),
        ("ofac-xml", b"<Sanctions><DistinctParties><DistinctParty "),
    ],
)
def test_a_line_a_text_or_a_tag_of_two_gigabytes_is_refused_after_little_of_it(form: str, head: bytes) -> None:
    source, stream = endless(2 * GIGABYTE, head=head)
    before = peak()
    with pytest.raises(UnreadableError):
        read(FORMATS[form].make({"main": source}, Limits(), "x", None))
    assert stream.handed_out < 8 * 1_048_576
    assert peak() - before < 64 * 1_048_576


def test_two_gigabytes_of_text_between_records_are_read_past_without_being_held() -> None:
    source, _ = endless(GIGABYTE // 8, head=b"<CONSOLIDATED_LIST>", fill=b" ")
    before = peak()
    with pytest.raises(UnreadableError, match="not XML: no element found"):
        list(elements(source, Limits(), ["INDIVIDUAL"]))
    assert peak() - before < 32 * 1_048_576


def test_an_unclosed_quotation_mark_swallows_no_more_than_a_row_may_hold() -> None:
    text = '1,"begins\n' + "2,b\n" * 100_000
    with pytest.raises(UnreadableError, match="A quotation mark may not be closed"):
        list(rows(written(text), SMALL))


def test_elements_within_one_another_end_at_a_depth() -> None:
    text = "<CONSOLIDATED_LIST>" + "<a>" * 100_000
    with pytest.raises(UnreadableError, match="More than 64 elements are within one another"):
        list(elements(written(text), Limits(), ["a"]))


def test_a_byte_that_is_no_utf8_and_a_nul_are_named_by_their_place_and_lose_no_other_row() -> None:
    text = b"source_id,kind,name\n1,person,Ana\n2,person,Jos\xe9\n3,person,a\0b\n4,person,Eva\n"
    drafts, faults = read(OwnCsvReader({"main": written(text, "own.csv")}, Limits(), "own"))
    assert list(drafts) == ["1", "4"]
    assert [str(fault) for fault in faults] == [
        "own.csv, line 3, byte 13: This is not UTF-8: byte 0xe9. Save the file as UTF-8.",
        "own.csv, line 4, byte 11: There is a NUL in the line. Save the file as UTF-8 text.",
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("source_id".encode("utf-16"), "UTF-16"),
        ("source_id".encode("utf-32"), "UTF-32"),
        (b"PK\x03\x04rest", "workbook"),
        (b"\x1f\x8b", "gzip"),
    ],
)
def test_what_is_no_text_at_all_is_called_by_its_name(data: bytes, said: str) -> None:
    with pytest.raises(UnreadableError, match=said):
        list(lines(written(data), Limits()))


def test_a_byte_order_mark_is_no_part_of_the_first_column() -> None:
    drafts, faults = read(OwnCsvReader({"main": written(b"\xef\xbb\xbfsource_id,kind,name\n1,person,Ana\n")}, Limits(), "own"))
    assert (list(drafts), faults) == (["1"], [])


@pytest.mark.parametrize("cell", ['=HYPERLINK(""http://x"")', "=1+1", "@SUM(A1)"])
def test_a_formula_in_our_own_list_is_told_of_by_row_and_column(cell: str) -> None:
    _, faults = read(OwnCsvReader({"main": written(f'source_id,kind,name\n1,person,"{cell}"\n')}, Limits(), "own"))
    assert [(fault.line, fault.column, fault.code) for fault in faults] == [(2, "name", "formula")]


def test_a_formula_in_a_public_list_is_a_name_and_nothing_else() -> None:
    text = '1,"=cmd|\' /C calc\'!A0",-0- ,"X",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n'
    drafts, faults = read(OfacCsvReader({"main": written(text)}, Limits(), "ofac-sdn"))
    assert faults == []
    assert drafts["1"].names[0].text == "=cmd|' /C calc'!A0"


def test_a_quotation_mark_in_the_middle_of_a_cell_costs_its_row_alone() -> None:
    found = list(rows(written('1,a\n2,"b"c\n3,d\n'), SMALL))
    assert [one.cells[0] if isinstance(one, Row) else one.code for one in found] == ["1", "not_csv", "3"]


def test_a_cell_and_a_row_too_long_are_told_of_by_column() -> None:
    (found,) = rows(written(f"1,{'x' * 5000}\n"), SMALL)
    assert isinstance(found, RowFault)
    assert (found.line, found.column, found.code) == (1, "column 2", "cell_too_long")


def test_xml_that_breaks_off_says_where() -> None:
    text = "<CONSOLIDATED_LIST>\n<INDIVIDUAL></ENTITY>"
    with pytest.raises(UnreadableError, match=r"line 2, column 15: This is not XML: mismatched tag"):
        list(elements(Source("a.xml", written(text).stream), Limits(), ["INDIVIDUAL"]))
