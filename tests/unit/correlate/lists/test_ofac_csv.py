"""OFAC's CSV set, on an excerpt of the real one."""

from datetime import date

import pytest

from services.correlate.lists.counting import counted
from services.correlate.lists.ofac import OfacCsvReader
from services.correlate.lists.reading import Limits, UnreadableError
from services.correlate.lists.remarks import understood
from tests.support.lists import excerpt, names, read, sdn_set, written


def test_every_entity_becomes_an_entry_and_the_counts_are_those_of_the_files() -> None:
    reader = OfacCsvReader(sdn_set(), Limits(), "ofac-sdn")
    drafts, faults = read(reader)
    assert faults == []
    assert len(drafts) == 15
    own = counted("ofac-csv", sdn_set())
    assert own["aliases"] == 13 + 20
    assert {what: reader.tally.counts[what] for what in own} == dict(own)


def test_a_person_has_names_in_parts_dates_places_nations_and_documents() -> None:
    drafts, _ = read(OfacCsvReader(sdn_set(), Limits(), "ofac-sdn", date(2024, 7, 2)))
    found = drafts["31531"]
    assert (found.kind, found.source, found.list_date) == ("person", "ofac-sdn", date(2024, 7, 2))
    first = found.names[0]
    assert (first.full, first.given, first.paternal, first.maternal) == (
        "Leonardo Ovidio REYES RAMIREZ",
        "Leonardo Ovidio",
        "REYES",
        "RAMIREZ",
    )
    assert (found.birth_dates, found.sex, found.nationalities) == (("1965-04-03",), "M", ("NI",))
    assert [(place.text, place.country) for place in found.birth_places or ()] == [("Chinandega, Nicaragua", "NI")]
    passport, national = found.documents
    assert (passport.type, passport.number, passport.issuer) == ("passport", "A00000794", "NI")
    assert (passport.issued, passport.expires) == (date(2014, 3, 28), date(2024, 3, 28))
    assert (national.type, national.number) == ("national_id", "0810304650001P")


def test_two_documents_of_one_person_are_two_documents() -> None:
    drafts, _ = read(OfacCsvReader(sdn_set(), Limits(), "ofac-sdn"))
    numbers = [document.number for document in drafts["4107"].documents]
    assert {"6068015", "6067015", "T321642"} <= set(numbers)


def test_about_a_year_is_kept_as_said_and_compared_with_the_years_around() -> None:
    drafts, _ = read(OfacCsvReader(sdn_set(), Limits(), "ofac-sdn"))
    found = drafts["9754"]
    assert [(born.precision, born.since, born.text) for born in found.births or ()] == [
        ("circa", "1945", "circa 1945"),
        ("circa", "1950", "circa 1950"),
    ]
    assert found.birth_dates == tuple(map(str, (*range(1943, 1948), *range(1948, 1953))))


def test_programmes_are_taken_apart_and_aliases_in_quotation_marks_are_weak() -> None:
    drafts, _ = read(OfacCsvReader(sdn_set(), Limits(), "ofac-sdn"))
    assert drafts["48727"].programmes == ("SDGT", "NPWMD", "IRGC", "IFSR")
    assert names(drafts["306"], "weak") == ["BNC"]
    assert "NATIONAL BANK OF CUBA" in names(drafts["306"])
    former = [name.text for name in drafts["4243"].names if name.type == "former"]
    assert former == ["ANA I", "SAND SWAN"]


def test_vessels_and_aircraft_go_by_their_numbers() -> None:
    drafts, _ = read(OfacCsvReader(sdn_set(), Limits(), "ofac-sdn"))
    vessel, aircraft = drafts["15036"], drafts["47175"]
    assert vessel.identifiers is not None
    assert (vessel.identifiers.name, vessel.identifiers.imo, vessel.identifiers.mmsi) == ("ARTAVIL", "9187629", "572469210")
    assert vessel.identifiers.country == "IR"
    assert "call sign: T2EU4" in (vessel.remarks or "")
    assert [(link.relation, link.name) for link in vessel.linked or ()] == [("linked_to", "NATIONAL IRANIAN TANKER COMPANY")]
    assert aircraft.identifiers is not None
    assert aircraft.identifiers.registration == "RF-78757"


def test_a_remark_that_was_cut_off_goes_on_in_the_comments_and_alone_loses_only_its_half_piece() -> None:
    whole, _ = read(OfacCsvReader(sdn_set(), Limits(), "ofac-sdn"))
    assert "snowsjohn" in names(whole["28263"], "weak")
    assert [link.name for link in whole["28263"].linked or ()][-1] == "LAZARUS GROUP"
    alone = OfacCsvReader({"main": excerpt("sdn.csv")}, Limits(), "ofac-sdn")
    drafts, faults = read(alone)
    assert "snowsjo" not in names(drafts["28263"], "weak")
    assert (drafts["28263"].remarks or "").endswith("'snowsjo")
    assert [(fault.line, fault.column, fault.code, fault.partly) for fault in faults] == [
        (11, "column 12", "remark_cut_off", True),
        (12, "column 12", "remark_cut_off", True),
    ]
    assert alone.tally.left == {"aliases": 2}


def test_rows_of_an_entity_that_is_not_there_are_told_of_one_by_one() -> None:
    aliases = written(
        '35,1,"aka","NOBODY",-0- \r\n36,12,"aka","AERO-CARIBBEAN",-0- \r\n99999,2,"aka","NOBODY",-0- \r\n\x1a', "alt.csv"
    )
    reader = OfacCsvReader({"main": excerpt("sdn.csv"), "aliases": aliases}, Limits(), "ofac-sdn")
    drafts, faults = read(reader)
    assert names(drafts["36"]) == ["AEROCARIBBEAN AIRLINES", "AERO-CARIBBEAN"]
    assert [(fault.file, fault.line) for fault in faults if fault.code == "orphan"] == [("alt.csv", 1), ("alt.csv", 3)]
    assert reader.tally.left["aliases"] == 2 + 2, "two of them are cut off in remarks"


ROW = '{},"{}",{},"CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n'


def test_a_faulty_row_names_its_place_and_loses_no_other() -> None:
    text = (
        ROW.format(1, "A", "-0- ")
        + '2,"B"\r\n'
        + ROW.format("x", "C", "-0- ")
        + ROW.format(4, "D", '"planet"')
        + ROW.format(5, "E", "-0- ")
    )
    drafts, faults = read(OfacCsvReader({"main": written(text, "sdn.csv")}, Limits(), "ofac-sdn"))
    assert list(drafts) == ["1", "5"]
    assert [(fault.line, fault.code) for fault in faults] == [(2, "row_width"), (3, "number_bad"), (4, "type_unknown")]
    assert str(faults[2]).startswith("sdn.csv, line 4, column 3: No entity of OFAC is of the type 'planet'.")


def test_a_file_out_of_order_is_refused_since_rows_beside_it_would_be_lost() -> None:
    text = ROW.format(2, "A", "-0- ") + ROW.format(1, "B", "-0- ")
    with pytest.raises(UnreadableError, match=r"line 2, column 1: Entity 1 comes after 2\. Sort the file"):
        read(OfacCsvReader({"main": written(text)}, Limits(), "ofac-sdn"))


@pytest.mark.parametrize(
    ("piece", "number", "issuer", "note"),
    [
        ("Passport E382464 (Thailand) expires Jan 2007", "E382464", "TH", "expires Jan 2007"),
        ("National ID No. D489833(9) (Hong Kong)", "D489833(9)", "HK", None),
        ("Passport No.: 0310857, Eritrea, Issue Date 21 August 2006", "0310857", None, "Eritrea, Issue Date 21 August 2006"),
        ("Italian Fiscal Code: KMMMHD68D03Z352N", "KMMMHD68D03Z352N", None, None),
    ],
)
def test_documents_are_understood_in_the_ways_that_the_list_writes_them(
    piece: str, number: str, issuer: str | None, note: str | None
) -> None:
    (found,) = understood(f"{piece}.").documents
    assert (found.number, found.issuer, found.note) == (number, issuer, note)


@pytest.mark.parametrize(
    "piece", ["Phone Number 982188526301", "alt. BIK (RU) 044525187", "Passport issued 21 Jun 1992 in Amman, Jordan"]
)
def test_what_is_no_number_of_a_document_becomes_none(piece: str) -> None:
    assert understood(f"{piece}.").documents == []
