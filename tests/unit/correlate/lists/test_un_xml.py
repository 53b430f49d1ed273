"""The UN's consolidated list, on an excerpt of the real one."""

from datetime import date

import pytest

from services.correlate.lists.counting import counted
from services.correlate.lists.reading import Limits, UnreadableError
from services.correlate.lists.un import UnReader
from tests.support.lists import excerpt, read, written

LIST = "un_consolidated.xml"


def reader() -> UnReader:
    return UnReader({"main": excerpt(LIST)}, Limits(), "un-sc")


def test_every_entry_is_read_and_the_counts_are_those_of_the_file() -> None:
    made = reader()
    drafts, faults = read(made)
    assert faults == []
    assert made.list_date == date(2026, 2, 27)
    own = counted("un-xml", {"main": excerpt(LIST)})
    assert own["entries"] == len(drafts) == 8
    assert {what: made.tally.counts[what] for what in own} == dict(own)


def test_an_entry_goes_by_its_reference_number_and_has_its_own_date() -> None:
    drafts, _ = read(reader())
    found = drafts["CDi.001"]
    assert (found.names[0].text, found.sex, found.nationalities) == ("ERIC BADEGE", "M", ("CD",))
    assert (found.list_date, found.programmes, found.birth_dates) == (date(2012, 12, 31), ("DRC",), ("1971",))
    assert [(place.text, place.country) for place in found.addresses or ()] == [("Rwanda, as of early 2016", "RW")]


def test_ranges_and_approximate_years_are_kept_as_said_and_low_quality_aliases_are_weak() -> None:
    drafts, _ = read(reader())
    births = [born for body in drafts.values() for born in body.births or ()]
    assert {born.precision for born in births} >= {"day", "year", "range", "circa"}
    (spanned, *_) = [born for born in births if born.precision == "range"]
    assert spanned.until is not None
    assert spanned.since < spanned.until
    strengths = {name.strength for body in drafts.values() for name in body.names}
    assert strengths == {"strong", "weak"}


def test_former_names_of_organisations_are_former_names() -> None:
    drafts, _ = read(reader())
    former = [name for body in drafts.values() if body.kind == "organisation" for name in body.names if name.type == "former"]
    assert former


def test_another_file_is_not_taken_for_an_empty_list() -> None:
    with pytest.raises(UnreadableError, match="not the UN's <CONSOLIDATED_LIST>"):
        read(UnReader({"main": written("<html></html>")}, Limits(), "un-sc"))


def test_an_entry_without_number_or_name_is_told_of_by_its_line_and_loses_no_other() -> None:
    text = """<CONSOLIDATED_LIST dateGenerated="2026-01-01T00:00:00Z"><INDIVIDUALS>
    <INDIVIDUAL><FIRST_NAME>A</FIRST_NAME></INDIVIDUAL>
    <INDIVIDUAL><FIRST_NAME> </FIRST_NAME><REFERENCE_NUMBER>X.2</REFERENCE_NUMBER></INDIVIDUAL>
    <INDIVIDUAL><FIRST_NAME>B</FIRST_NAME><REFERENCE_NUMBER>X.3</REFERENCE_NUMBER></INDIVIDUAL>
    </INDIVIDUALS></CONSOLIDATED_LIST>"""
    drafts, faults = read(UnReader({"main": written(text, "un.xml")}, Limits(), "un-sc"))
    assert list(drafts) == ["X.3"]
    assert [(fault.line, fault.column) for fault in faults] == [(2, "REFERENCE_NUMBER"), (3, "FIRST_NAME")]
