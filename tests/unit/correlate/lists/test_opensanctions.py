"""OpenSanctions: the simple CSV and FollowTheMoney JSON lines, on made-up entities."""

import json
from typing import Any

import pytest

from services.correlate.lists.counting import counted
from services.correlate.lists.ftm import FtmReader
from services.correlate.lists.opensanctions import SimpleCsvReader
from services.correlate.lists.reading import Limits, UnreadableError
from tests.support.lists import names, read, written

HEADER = "id,schema,name,aliases,birth_date,countries,addresses,identifiers,sanctions,phones,emails,program_ids,dataset,first_seen,last_seen,last_change"
ROWS = f"""{HEADER}
"NK-1","Person","Nadie Ejemplo","N. Ejemplo;El Nadie","1971-05-09;1972","gt;hn","1 Calle, Guatemala","A123;B456","Ejemplo","","","XX-1;XX-2","Lista","2026-01-02T00:00:00","2026-02-01T00:00:00","2026-01-02T00:00:00"
"NK-2","Vessel","EJEMPLO DEL MAR","","","pa","","IMO9074729;351234567","","","","","","","",""
"NK-3","CryptoWallet","abc","","","","","","","","","","","","",""
"NK-4","Airplane","TG-AAA","","","gt","","","","","","","","","",""
"NK-5","Company","Ejemplo, S.A.","","","sv","","0614-1","","","","","","","",""
"""


def test_each_row_becomes_an_entry_of_its_kind() -> None:
    drafts, faults = read(SimpleCsvReader({"main": written(ROWS, "targets.simple.csv")}, Limits(), "opensanctions"))
    assert {key: body.kind.value for key, body in drafts.items()} == {
        "NK-1": "person",
        "NK-2": "vessel",
        "NK-4": "aircraft",
        "NK-5": "organisation",
    }
    person = drafts["NK-1"]
    assert names(person) == ["Nadie Ejemplo", "N. Ejemplo", "El Nadie"]
    assert (person.birth_dates, person.nationalities, person.programmes) == (
        ("1971-05-09", "1972"),
        ("GT", "HN"),
        ("XX-1", "XX-2"),
    )
    assert ([one.number for one in person.documents], str(person.list_date)) == (["A123", "B456"], "2026-01-02")
    vessel, aircraft = drafts["NK-2"].identifiers, drafts["NK-4"].identifiers
    assert vessel is not None
    assert aircraft is not None
    assert (vessel.imo, vessel.mmsi, vessel.country, aircraft.registration) == ("9074729", "351234567", "PA", "TG-AAA")
    assert [(fault.line, fault.column) for fault in faults] == [(4, "schema")]


def test_what_no_field_holds_is_in_the_remarks() -> None:
    row = "NK-1,Vessel,EJEMPLO,,,suhh;pa,,IMO9074729;X-7,,,,,,,,\n"
    drafts, faults = read(
        SimpleCsvReader({"main": written(f"{HEADER}\n{row}NK-2,Person,Nadie,,in the spring,,,,,,,,,,,\n")}, Limits(), "x")
    )
    assert faults == []
    assert drafts["NK-1"].remarks == "identifiers: IMO9074729;X-7\ncountry: suhh"
    assert drafts["NK-2"].remarks == "birth_date: in the spring"


def test_columns_go_by_name_and_a_foreign_header_is_refused() -> None:
    reordered = "schema,name,id\nPerson,Nadie,NK-1\n"
    drafts, faults = read(SimpleCsvReader({"main": written(reordered)}, Limits(), "x"))
    assert (list(drafts), faults) == (["NK-1"], [])
    for header, said in (
        ("a,b", "no column id, schema, name"),
        ("id,schema,name,what", "no column 'what'"),
        ("id,schema,name,id", "twice"),
    ):
        with pytest.raises(UnreadableError, match=said):
            read(SimpleCsvReader({"main": written(f"{header}\n")}, Limits(), "x"))


def line(key: str, schema: str, *, target: bool | None = None, **properties: Any) -> str:
    told = {"id": key, "schema": schema, "properties": properties}
    return json.dumps(told if target is None else {**told, "target": target}) + "\n"


PERSON = {
    "name": ["Nadie Ejemplo", "Nadie E."],
    "weakAlias": ["El Nadie"],
    "previousName": ["Nadie Prueba"],
    "birthDate": ["1971"],
    "nationality": ["gt"],
    "gender": ["male"],
    "passportNumber": ["A1", "A2"],
}
FLAT = (
    line("P1", "Passport", holder=["NK-1"], number=["A1"], country=["gt"], endDate=["2030-01-02"])
    + line("NK-1", "Person", target=True, addressEntity=["D1"], **PERSON)
    + line("D1", "Address", full=["1 Calle, Guatemala"], country=["gt"])
    + line("S1", "Sanction", entity=["NK-1"], program=["XX"], listingDate=["2026-01-02"], reason=["Ejemplo"])
    + line("O1", "Ownership", owner=["NK-1"], asset=["NK-2"])
    + line("NK-2", "Company", target=True, name=["Ejemplo, S.A."], jurisdiction=["sv"])
    + line("NK-9", "Person", target=False, name=["Otra"])
)
NESTED = line(
    "NK-1",
    "Person",
    addressEntity=[{"id": "D1", "schema": "Address", "properties": {"full": ["1 Calle, Guatemala"], "country": ["gt"]}}],
    sanctions=[
        {
            "id": "S1",
            "schema": "Sanction",
            "properties": {"program": ["XX"], "listingDate": ["2026-01-02"], "reason": ["Ejemplo"]},
        }
    ],
    passports=[
        {"id": "P1", "schema": "Passport", "properties": {"number": ["A1"], "country": ["gt"], "endDate": ["2030-01-02"]}}
    ],
    ownershipOwner=[
        {"id": "O1", "schema": "Ownership", "properties": {"asset": [{"id": "NK-2", "schema": "Company", "properties": {}}]}}
    ],
    **PERSON,
)


@pytest.mark.parametrize("text", [FLAT, NESTED], ids=["flat", "nested"])
def test_what_belongs_to_an_entity_is_found_before_behind_and_within_it(text: str) -> None:
    reader = FtmReader({"main": written(text)}, Limits(), "opensanctions")
    drafts, faults = read(reader)
    found = drafts["NK-1"]
    assert faults == []
    assert "NK-9" not in drafts
    assert [(name.text, name.type.value, name.strength.value) for name in found.names] == [
        ("Nadie Ejemplo", "primary", "strong"),
        ("Nadie E.", "alias", "strong"),
        ("El Nadie", "alias", "weak"),
        ("Nadie Prueba", "former", "strong"),
    ]
    assert [(one.number, one.issuer, str(one.expires)) for one in found.documents] == [
        ("A1", "GT", "2030-01-02"),
        ("A2", None, "None"),
    ]
    assert ([one.text for one in found.addresses or ()], found.programmes) == (["1 Calle, Guatemala"], ("XX",))
    assert [(one.relation, one.source_id) for one in found.linked or ()] == [("ownership", "NK-2")]
    assert (str(found.list_date), found.remarks, found.sex, found.nationalities) == (
        "2026-01-02",
        "reason: Ejemplo",
        "M",
        ("GT",),
    )


def test_the_files_own_count_is_that_of_its_targets() -> None:
    assert counted("ftm-jsonl", {"main": written(FLAT)})["entries"] == 2


def test_lines_that_are_no_entities_are_told_of_and_lose_no_other() -> None:
    text = (
        '{"id": 1}\nnot json\n[]\n'
        + line("NK-1", "Person", name=["Nadie"])
        + line("NK-2", "Person")
        + line("", "Person", name=["X"])
    )
    drafts, faults = read(FtmReader({"main": written(text)}, Limits(), "x"))
    assert list(drafts) == ["NK-1"]
    assert [(fault.line, fault.code) for fault in faults] == [
        (1, "schema_unknown"),
        (2, "not_json"),
        (3, "no_object"),
        (5, "name_empty"),
        (6, "number_missing"),
    ]


def test_more_than_may_be_kept_aside_is_refused() -> None:
    with pytest.raises(UnreadableError, match="More than 2 entities belong to others"):
        read(FtmReader({"main": written(FLAT)}, Limits(side_records=2), "x"))
