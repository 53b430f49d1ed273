"""What is exported is read back as it was, whatever it holds, and nothing in it is a formula."""

import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.correlate.entries.bodies import faults_in
from services.correlate.lists.own import OwnCsvReader, OwnJsonReader
from services.correlate.lists.own_cells import RISKY
from services.correlate.lists.own_xlsx import OwnXlsxReader
from services.correlate.lists.reading import Draft, Limits, Source
from services.correlate.lists.writing import WRITERS, row_of
from shared.contracts.watchlist import ActorBody

READERS = {".jsonl": OwnJsonReader, ".csv": OwnCsvReader, ".xlsx": OwnXlsxReader}
FULL = {
    "kind": "person",
    "source": "own",
    "source_id": "007",
    "names": [
        {"full": "Nadie Ejemplo", "given": "Nadie", "paternal": "Ejemplo"},
        {"full": "Nadie; Otro", "type": "alias"},
        {"full": "=CMD()", "type": "alias", "strength": "weak"},
        {"full": "Antes", "type": "former"},
    ],
    "birth_dates": ["1971-05-09", "1971"],
    "births": [{"precision": "day", "since": "1971-05-09"}, {"precision": "year", "since": "1971", "text": "hacia"}],
    "sex": "M",
    "nationalities": ["GT", "HN"],
    "documents": [
        {"type": "passport", "issuer": "GT", "number": "0012", "state": "stolen", "issued": "2020-01-31"},
        {"number": "X"},
    ],
    "warning_markers": ["armed"],
    "reason": "+1 reason\nin two lines",
    "valid_to": "2030-01-31T06:00:00-06:00",
    "review_on": "2027-01-31",
    "must_confirm_with_source": False,
    "linked": [{"relation": "owner", "kind": "owner", "source_id": "008"}, {"relation": "seen with", "name": "Otra"}],
    "handling": {"tlp": "RED", "releasable_to": ["GT"]},
}
LORRY = {
    "kind": "vehicle",
    "source": "own",
    "source_id": "L1",
    "identifiers": {"plate": "P1", "country": "GT", "kind": "vehicle"},
    "parts": [
        {"role": "trailer", "identifiers": {"plate": "T1", "country": "GT"}},
        {"role": "seal", "identifiers": {"seals": ["S1", "S2"]}, "note": "front"},
    ],
}
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)


def again(ending: str, *bodies: ActorBody) -> list[ActorBody]:
    file = io.BytesIO()
    with WRITERS[ending](file) as writer:
        for body in bodies:
            writer.write(body)
    file.seek(0)
    reader = READERS[ending]({"main": Source(f"own{ending}", file)}, Limits(), "own")
    found = list(reader.records())
    assert [one for one in found if not isinstance(one, Draft) and not one.warning] == []
    return [one.body for one in found if isinstance(one, Draft)]


def told(body: ActorBody) -> dict[str, Any]:
    return body.model_dump(mode="json", exclude_none=True)


@pytest.mark.parametrize("ending", list(WRITERS))
def test_an_export_is_read_back_as_it_was(ending: str) -> None:
    bodies = [ActorBody.model_validate(FULL), ActorBody.model_validate(LORRY)]
    assert [told(body) for body in again(ending, *bodies)] == [told(body) for body in bodies]


def test_no_cell_of_an_export_begins_as_a_formula_does() -> None:
    file = io.BytesIO()
    with WRITERS[".csv"](file) as writer:
        writer.write(ActorBody.model_validate({**FULL, "names": [{"full": "=HYPERLINK(1)"}], "contact": "@x", "remarks": "\t=1"}))
    row = file.getvalue().decode().split("\n", 1)[1]
    assert "'=HYPERLINK(1)" in row
    assert not any(f",{risky}" in f",{row}" or f',"{risky}' in row for risky in RISKY.strip())


@settings(max_examples=60, deadline=None)
@given(
    name=TEXT,
    alias=TEXT,
    reason=st.none() | TEXT,
    places=st.lists(TEXT, max_size=2),
    number=TEXT,
    nations=st.lists(st.sampled_from(["GT", "HN", "SV"]), max_size=2, unique=True),
)
def test_whatever_a_person_holds_is_read_back(
    name: str, alias: str, reason: str | None, places: list[str], number: str, nations: list[str]
) -> None:
    body = ActorBody.model_validate(
        {
            "kind": "person",
            "source": "own",
            "source_id": "1",
            "names": [{"full": f"N{name}"}, {"full": f"A{alias}", "type": "alias"}],
            "reason": reason,
            "addresses": [{"text": text} for text in places] or None,
            "documents": [{"type": "passport", "issuer": "GT", "number": f"1{number}"}],
            "nationalities": nations,
        }
    )
    if not faults_in(body):
        assert [told(one) for one in again(".csv", body)] == [told(body)]


def test_what_no_column_can_say_stands_in_the_last_one() -> None:
    assert "front" in row_of(ActorBody.model_validate(LORRY))["further"]
