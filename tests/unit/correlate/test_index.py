"""The watchlist in memory: any identifier is enough, entries are replaced whole, and what is not in force is not met."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.events import Container, Conveyance, Document
from shared.contracts.watchlist import Identifiers, ListedDocument, ListedName
from tests.support.correlate import NOON, actor, alerting, event, hits, index_of, listed, person, route, screener_of

PASSPORT = ListedDocument(type="passport", number="A-123 456", issuer="GT")
NATIONAL = ListedDocument(type="dpi", number="2547 89632 0101", issuer="GT")


@pytest.mark.parametrize(
    "document",
    [
        Document(type="passport", number="a123456", issuer="GT"),
        Document(type="dpi", number="2547896320101", issuer="GT"),
        Document(type="passport", number="", normalised="A123456", issuer="GT"),
    ],
)
def test_any_one_of_two_documents_is_enough(document: Document) -> None:
    screener = screener_of(listed("Juan Pérez", documents=(PASSPORT, NATIONAL)))
    found = hits(screener, event(persons=[person("Pedro Otro", documents=(document,))]))
    assert [(hit.entry_id, hit.score, hit.alert) for hit in found] == [(UUID(int=1), 1.0, True)]


def test_a_number_of_another_country_is_another_document() -> None:
    screener = screener_of(listed("Juan Pérez", documents=(PASSPORT,)))
    assert not hits(screener, event(persons=[person(documents=(Document(type="passport", number="A123456", issuer="HN"),))]))


def test_a_short_number_of_another_type_does_not_alert_until_the_name_speaks_for_it() -> None:
    short = PASSPORT.model_copy(update={"number": "A1234"})
    screener = screener_of(listed("Juan Pérez Ixcot", documents=(short,)))
    other = (Document(type="licence", number="A1234", issuer="GT"),)
    assert [hit.alert for hit in hits(screener, event(persons=[person("Ana Lux", documents=other)]))] == [False]
    assert alerting(screener, person("Juan Pérez", birth_date=None, documents=other)) == set()
    assert alerting(screener, person("Juan Ixcot", documents=other)) == {1}


def vehicle(**fields: str) -> Conveyance:
    return Conveyance(kind="vehicle", **fields)


@pytest.mark.parametrize(
    ("plate", "country", "score", "alert"),
    [("c 123-bcd", "GT", 1.0, True), ("C123BCD", None, 0.8, True)],
)
def test_a_plate_is_met_however_it_is_written(plate: str, country: str | None, score: float, alert: bool) -> None:
    screener = screener_of(actor(kind="vehicle", identifiers=Identifiers(plate="C123BCD", country="GT")))
    seen = event(conveyances=[Conveyance(kind="vehicle", plate=plate, country=country)])
    [hit] = hits(screener, seen)
    assert hit.score >= score
    assert hit.alert is alert


@pytest.mark.parametrize("plate", ["C123BCE", "C123BC", "0123BCD", "C123BCDD"])
def test_a_plate_one_edit_away_is_another_plate(plate: str) -> None:
    screener = screener_of(actor(kind="vehicle", identifiers=Identifiers(plate="C123BCD", country="GT")))
    assert not hits(screener, event(conveyances=[vehicle(plate=plate, country="GT")]))


def test_a_plate_of_another_country_is_another_plate() -> None:
    screener = screener_of(actor(kind="vehicle", identifiers=Identifiers(plate="C123BCD", country="GT")))
    assert not hits(screener, event(conveyances=[vehicle(plate="C123BCD", country="SV")]))


@pytest.mark.parametrize(
    ("kind", "identifiers", "seen"),
    [
        ("vehicle", {"vin": "1M8GDM9AKP042788"}, {"conveyances": [vehicle(vin="1m8gdm9akp042788")]}),
        ("vessel", {"imo": "9074729"}, {"conveyances": [Conveyance(kind="vessel", imo="IMO 9074729")]}),
        ("vessel", {"mmsi": "366123456"}, {"conveyances": [Conveyance(kind="vessel", mmsi="366123456")]}),
        ("aircraft", {"registration": "TG-ABC"}, {"conveyances": [Conveyance(kind="aircraft", registration="TGABC")]}),
        ("container", {"number": "MSCU6639870"}, {"containers": [Container(number="MSCU 663987-0")]}),
        (
            "document",
            {"number": "A123456", "country": "GT"},
            {"persons": [person(documents=(Document(type="passport", number="A123456", issuer="GT"),))]},
        ),
    ],
)
def test_every_identifier_of_an_object_is_met(kind: str, identifiers: dict[str, str], seen: dict[str, object]) -> None:
    screener = screener_of(actor(kind=kind, identifiers=Identifiers(**identifiers)))
    assert [(hit.score, hit.alert, hit.kind) for hit in hits(screener, event(**seen))] == [(1.0, True, kind)]


def test_a_vessels_name_alone_never_alerts_and_another_imo_contradicts_it() -> None:
    screener = screener_of(
        actor(kind="vessel", names=(ListedName(full="Estrella del Mar"),), identifiers=Identifiers(imo="9074729"))
    )
    named = Conveyance(kind="vessel", name="ESTRELLA DEL MAR")
    assert [hit.alert for hit in hits(screener, event(conveyances=[named]))] == [False]
    assert not hits(screener, event(conveyances=[Conveyance(kind="vessel", name="Estrella del Mar", imo="9321483")]))


def test_a_new_version_takes_the_place_of_the_old_one_and_an_old_one_changes_nothing() -> None:
    old, new = listed("Nazario Xicay"), listed("Eusebio Tzoc", version=2, list_version=5)
    index = index_of(new, old)
    screener = screener_of(old, new, old)
    assert index.list_version == 5
    assert len(index) == 1
    assert not alerting(screener, person("Nazario Xicay", birth_date="1970"))
    assert alerting(screener, person("Eusebio Tzoc")) == {1}


def test_an_ended_entry_is_not_met_and_does_not_come_back_with_an_old_version() -> None:
    screener = screener_of(listed("Eusebio Tzoc"), actor(version=2, list_version=2, ended=True), listed("Eusebio Tzoc"))
    assert not hits(screener, event(persons=[person("Eusebio Tzoc")]))


@pytest.mark.parametrize(
    ("valid", "met"),
    [
        ({"valid_from": NOON}, True),
        ({"valid_from": NOON + timedelta(seconds=1)}, False),
        ({"valid_to": NOON}, False),
        ({"valid_to": NOON + timedelta(seconds=1)}, True),
    ],
)
def test_an_entry_is_met_by_what_occurred_while_it_was_valid(valid: dict[str, object], met: bool) -> None:
    screener = screener_of(listed("Eusebio Tzoc", **valid))
    assert bool(alerting(screener, person("Eusebio Tzoc"))) is met


def test_routes_are_listed_until_they_end() -> None:
    corridor = route(["CR-PA-01", "CR-NI-01"], [(5, 30)])
    index = index_of(corridor)
    assert index.routes() == (corridor,)
    index.apply(corridor.model_copy(update={"version": 2, "list_version": 901, "ended_at": NOON}))
    assert index.routes() == ()
    assert index.list_version == 901


NAMES = st.sampled_from(
    ["Eusebio Tzoc", "Tzoc Xicay, Nazario", "Eusebio Xicay Lux", "Eusebia Tzok", "García García, José", "Rigoberta"]
)
NUMBERS = st.lists(st.sampled_from(["A1", "A-1", "B2", "C3"]), max_size=2)


@given(st.lists(st.tuples(st.integers(1, 4), NAMES, NUMBERS, st.sampled_from(["listed", "ended", "forgotten"])), max_size=20))
def test_after_any_changes_the_index_holds_nothing_but_what_a_fresh_one_holds(
    changes: list[tuple[int, str, list[str], str]],
) -> None:
    index, latest = index_of(), {}
    for version, (number, name, documents, change) in enumerate(changes, start=1):
        held = tuple(ListedDocument(number=document) for document in documents)
        entry = listed(name, number, version=version, list_version=version, ended=change == "ended", documents=held)
        index.apply(entry)
        latest[number] = entry
        if change == "forgotten":
            index.forget(entry.entry_id)
            del latest[number]
    fresh = index_of(*latest.values())
    assert index.content() == fresh.content()
    assert len(index) == len(fresh)
