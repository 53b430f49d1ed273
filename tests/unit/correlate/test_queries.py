"""What may be asked by hand or by file, and what of an event it stands for."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.correlate.domain.screen.judge import Judge
from services.correlate.domain.screen.matcher import EvidenceMatcher
from services.correlate.queries.judging import judged
from services.correlate.queries.query import ScreenQuery
from services.correlate.queries.question import Question, faults_in, question
from services.correlate.queries.seen import Asked, asked_of
from shared.contracts.events import PersonName
from shared.contracts.watchlist import Identifiers, ListedDocument
from shared.platform.faults import Fault, faults_of
from shared.platform.http.schemas import inlined
from tests.support.correlate import NOON, actor, index_of, listed


def asked(**told: Any) -> tuple[Asked, ...]:
    return asked_of(ScreenQuery.model_validate(told))


def faults(**told: Any) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        ScreenQuery.model_validate(told)
    return {fault.pointer: fault.code for fault in faults_in(caught.value)}


@pytest.mark.parametrize(
    "told",
    [
        {"given": "Ana", "paternal": "Lux", "maternal": "Tzoc"},
        {"name": {"given": "Ana", "paternal": "Lux", "maternal": "Tzoc"}},
        {"names": {"given": "Ana", "paternal": "Lux", "maternal": "Tzoc"}},
        {"names": [{"given": "Ana", "paternal": "Lux", "maternal": "Tzoc", "full": ""}], "name": "", "given": " "},
    ],
)
def test_a_name_may_be_told_in_parts_wherever_they_stand(told: dict[str, Any]) -> None:
    [one] = asked(**told)
    assert one.seen.person.name == PersonName(given="Ana", paternal="Lux", maternal="Tzoc")


def test_parts_beside_a_name_in_full_are_its_parts() -> None:
    [one] = asked(name="Ana Lux", paternal="Lux")
    assert one.seen.person.name == PersonName(full="Ana Lux", paternal="Lux")


def test_a_person_of_several_names_is_judged_by_each_with_all_that_is_known() -> None:
    every = asked(name="Ana Lux", names=["Ana Tzoc", {"given": "Anita"}], birth_date="1971", documents=["A1"])
    assert [one.seen.person.name.text for one in every] == ["Ana Lux", "Ana Tzoc", "Anita"]
    assert {(one.seen.person.birth_date, one.seen.person.documents[0].number) for one in every} == {("1971", "A1")}


@pytest.mark.parametrize(
    ("told", "date"), [("1971", "1971"), (1971, "1971"), ("1971-05", "1971-05"), ("1971-05-09", "1971-05-09"), ("", None)]
)
def test_a_birth_date_is_as_precise_as_it_is_known(told: Any, date: str | None) -> None:
    [one] = asked(name="Ana Lux", birth_date=told)
    assert one.seen.person.birth_date == date


@pytest.mark.parametrize(
    ("told", "codes"),
    [
        ({"nationality": "GTM"}, ("GT",)),
        ({"nationality": ["gt", "MEX", "Guatemala"]}, ("GT", "MX")),
        ({"nationality": "México", "nationalities": ["HN", ""]}, ("MX", "HN")),
        ({"nationality": "D"}, ("DE",)),
        ({"nationality": "XXA"}, ()),
        ({"nationality": ""}, ()),
    ],
)
def test_nationalities_are_told_by_any_code_or_name_one_or_several(told: dict[str, Any], codes: tuple[str, ...]) -> None:
    [one] = asked(name="Ana Lux", **told)
    assert one.seen.person.nationalities == codes


@pytest.mark.parametrize("told", ["A123", 123, ["A123"], [123], {"number": "A123"}, [{"number": 123, "issuer": "GTM"}, ""]])
def test_a_document_is_an_object_or_its_number(told: Any) -> None:
    [one] = asked(documents=told)
    [document] = one.seen.person.documents
    assert (document.type, document.number[-3:]) == ("passport", "123")


def test_persons_organisations_and_things_may_stand_in_one_query_and_things_know_of_each_other() -> None:
    every = asked(
        name="Ana Lux", organisation="Fletes SA", conveyances=[{"plate": "C123BCD", "country": "GTM"}], containers=["MSCU6639870"]
    )
    lorry, box, person, firm = every
    assert lorry.seen.conveyance.country == "GT"
    assert lorry.beside.containers == (box.seen.container,)
    assert box.beside.conveyances == (lorry.seen.conveyance,)
    assert (person.seen.person.name.text, firm.seen.organisation) == ("Ana Lux", "Fletes SA")


def test_the_kind_says_whose_name_it_is() -> None:
    [firm] = asked(kind="organisation", name="Fletes SA")
    [ship] = asked(kind="vessel", name="MAR AZUL", identifiers={"imo": "9074729"})
    assert firm.seen.organisation == "Fletes SA"
    assert (ship.seen.conveyance.kind, ship.seen.conveyance.name, ship.seen.conveyance.imo) == ("vessel", "MAR AZUL", "9074729")


def test_every_fault_is_named_where_it_is() -> None:
    told = {
        "name": "x" * 501, "names": [{"full": 5}], "birth_date": "1971-02-30", "nationality": ["GT", "Atlantis"], "sex": 5,
        "documents": [{"number": ""}, {"issuer": "GT", "number": "1", "x": 1}, "9" * 65], "id": [], "conveyances": [{"kind": "cart"}],
        "containers": [{}], "surname": "Lux", "identifiers": {"country": "Guatemala"}, "birth_place": "x" * 201,
    }  # fmt: skip
    assert faults(**told) == {
        "/id": "id_type", "/name": "string_too_long",
        "/names/0/full": "string_type", "/birth_date": "no_date", "/nationality": "country_unknown", "/sex": "string_type",
        "/documents/0/number": "string_too_short", "/documents/1/x": "field_unknown", "/documents/2": "string_too_long",
        "/conveyances/0/kind": "enum", "/containers/0/number": "missing", "/surname": "field_unknown",
        "/identifiers/country": "string_pattern_mismatch", "/birth_place": "string_too_long",
    }  # fmt: skip


@pytest.mark.parametrize(
    "told",
    [{}, {"id": "1"}, {"name": ""}, {"name": {}}, {"name": None, "birth_date": "1971", "nationality": "GT"}, {"documents": [""]}],
)
def test_what_asks_for_nothing_is_refused_and_not_answered_as_if_nothing_were_known(told: dict[str, Any]) -> None:
    assert faults(**told) == {"": "nothing_to_screen"}


@pytest.mark.parametrize("identity", ["7", 7, 7.5, None])
def test_an_id_comes_back_as_it_was(identity: Any) -> None:
    assert ScreenQuery(id=identity, name="Ana Lux").id == identity
    assert type(ScreenQuery(id=identity, name="Ana Lux").id) is type(identity)


def test_whatever_part_of_a_query_meets_an_entry_there_is_one_hit_on_it_the_surest() -> None:
    person = listed("Wenceslao Quiñónez Barahona", documents=(ListedDocument(type="passport", number="A1234567", issuer="GT"),))
    lorry = actor(2, kind="vehicle", identifiers=Identifiers(plate="C123BCD", country="GT"))
    queries = [
        asked(names=["Wenceslao Quiñonez", "Wenceslao Quiñónez Barahona"], documents=[{"number": "A1234567", "issuer": "GT"}]),
        asked(name="Nadie Conocido", conveyances=[{"plate": "C123BCD", "country": "GT"}]),
        asked(name="Nadie Conocido"),
    ]
    found = judged(Judge(EvidenceMatcher()), queries, NOON, index_of(person, lorry))
    assert [[(hit.entry_id, hit.alert) for hit in hits] for hits in found] == [
        [(person.entry_id, True)],
        [(lorry.entry_id, True)],
        [],
    ]
    assert found[0][0].score == 1.0


_TEXTS = st.sampled_from(
    ["", " ", "Ana Lux", "GT", "gtm", "XXX", "Atlantis", "1971", "1971-05-09", "1971-02-30", "F", "A123", "x" * 201, "١٩٧١", "D"]
)
_VALUES = st.one_of(_TEXTS, st.none(), st.integers(0, 3000), st.booleans(), st.floats(0, 2))
_DOCUMENTS = st.dictionaries(st.sampled_from(["type", "number", "issuer", "x"]), _VALUES)
_PLAIN = st.dictionaries(
    st.sampled_from(["id", "name", "given", "paternal", "maternal", "birth_date", "sex", "nationality", "documents"]),
    st.one_of(_VALUES, st.lists(st.one_of(_VALUES, _DOCUMENTS), max_size=3), _DOCUMENTS),
)


def _by_the_model(value: Any) -> Question:
    query = ScreenQuery.model_validate(value)
    return Question(query.id, asked_of(query))


def _taken(read: Callable[[Any], Question], value: Any) -> tuple[Question, type] | list[Fault]:
    try:
        taken = read(value)
    except ValidationError as error:
        return faults_of(error)
    return taken, type(taken.id)


@given(value=_PLAIN)
def test_what_is_checked_by_hand_is_taken_and_refused_as_the_model_does(value: dict[str, Any]) -> None:
    assert _taken(question, value) == _taken(_by_the_model, value)


def test_the_description_of_a_query_refers_to_nothing_outside_itself() -> None:
    assert "$ref" not in str(inlined(ScreenQuery.model_json_schema()))
