"""OFAC's advanced XML: its shape in small, about entities of the public list of 2024-07-02 and one made-up person (see tests/data/lists)."""

import pytest

from services.correlate.lists.counting import counted
from services.correlate.lists.ofac import OfacCsvReader
from services.correlate.lists.ofac_advanced import OfacAdvancedReader
from services.correlate.lists.reading import Limits, UnreadableError
from tests.support.lists import excerpt, names, read, sdn_set

LIST = "sdn_advanced.xml"


def reader() -> OfacAdvancedReader:
    return OfacAdvancedReader({"main": excerpt(LIST)}, Limits(), "ofac-sdn")


def test_every_party_is_read_and_the_counts_are_those_of_the_file() -> None:
    made = reader()
    drafts, faults = read(made)
    assert faults == []
    assert str(made.list_date) == "2024-07-02"
    own = counted("ofac-xml", {"main": excerpt(LIST)})
    assert own["entries"] == len(drafts) == 4
    numbers = sum(len(body.documents) + bool(body.identifiers and body.identifiers.imo) for body in drafts.values())
    assert own["documents"] == numbers == 3


@pytest.mark.parametrize("number", ["36", "4243", "31531"])
def test_an_entity_is_the_same_entry_in_both_formats(number: str) -> None:
    xml, _ = read(reader())
    csv, _ = read(OfacCsvReader(sdn_set(), Limits(), "ofac-sdn"))
    one, other = xml[number], csv[number]
    assert (one.kind, one.source_id, one.programmes, one.birth_dates) == (
        other.kind,
        other.source_id,
        other.programmes,
        other.birth_dates,
    )
    assert (one.sex, one.nationalities, set(names(one))) == (other.sex, other.nationalities, set(names(other)))
    assert [(document.type, document.number, document.issuer) for document in one.documents] == [
        (document.type, document.number, document.issuer) for document in other.documents
    ]
    assert (one.names[0].full, one.names[0].paternal) == (other.names[0].full, other.names[0].paternal)
    if one.identifiers and other.identifiers:
        assert (one.identifiers.imo, one.identifiers.name) == (other.identifiers.imo, other.identifiers.name)


def test_periods_are_days_months_years_spans_or_about_a_year() -> None:
    drafts, _ = read(reader())
    births = [(born.precision, born.since, born.until) for born in drafts["990001"].births or ()]
    assert births == [
        ("circa", "1945", None),
        ("circa", "1950", None),
        ("month", "1948-02", None),
        ("range", "1946-01-01", "1947-12-31"),
        ("day", "1949-05-06", None),
    ]


def test_weak_aliases_former_names_links_and_dates_of_listing_are_kept() -> None:
    drafts, _ = read(reader())
    vessel = drafts["4243"]
    assert [(name.text, name.type, name.strength) for name in vessel.names[1:]] == [
        ("ANA I", "former", "weak"),
        ("SAND SWAN", "former", "weak"),
    ]
    made_up = drafts["990001"]
    assert [(link.relation, link.source_id) for link in made_up.linked or ()] == [("owned_or_controlled_by", "990002")]
    assert (str(made_up.list_date), made_up.nationalities) == ("2008-12-05", ("IR",))
    assert vessel.identifiers is not None
    assert vessel.identifiers.country == "PA"
    assert [(place.text, place.country) for place in drafts["36"].addresses or ()] == [("Havana, Cuba", "CU")]


def test_another_file_and_too_much_beside_the_parties_are_refused() -> None:
    with pytest.raises(UnreadableError, match=r"The file is <CONSOLIDATED_LIST>, not <Sanctions>"):
        read(OfacAdvancedReader({"main": excerpt("un_consolidated.xml")}, Limits(), "x"))
    with pytest.raises(UnreadableError, match="refers to more than 5 records"):
        read(OfacAdvancedReader({"main": excerpt(LIST)}, Limits(side_records=5), "x"))
