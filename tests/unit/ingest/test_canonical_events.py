"""The canonical event: the same for the same submission always, normalised once and for all, and what the contract says."""

import copy
import random
from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.domain.normalise import Sender
from shared.contracts.base import Handling, Tlp
from shared.contracts.codec import encode
from shared.contracts.events import Event
from tests.support.ingest import CROSSING, NOW, SAT, SEIZURE, canonical, crossing, least, seizure

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(str.strip)
MAYBE = st.none() | TEXT
COUNTRY = st.none() | st.sampled_from(["GT", "hn", "SLV", "D", "QZ", "XXA"])
PLACES = st.one_of(
    st.fixed_dictionaries({"code": st.sampled_from(["MX-GT-01", "gt ctu", "ZZZZZ"])}),
    st.fixed_dictionaries({"lat": st.floats(-90, 90), "lon": st.floats(-180, 180)}),
)
DOCUMENTS = st.fixed_dictionaries({"number": TEXT}, optional={"type": MAYBE, "issuer": COUNTRY, "expires": st.dates().map(str)})
PERSONS = st.fixed_dictionaries(
    {},
    optional={
        "role": MAYBE, "sex": MAYBE, "birth_place": MAYBE, "birth_date": st.none() | st.dates(date(1900, 1, 1)).map(str),
        "name": st.none() | st.fixed_dictionaries({}, optional=dict.fromkeys(("full", "given", "paternal", "maternal"), MAYBE)),
        "nationalities": st.lists(COUNTRY, max_size=3), "documents": st.lists(DOCUMENTS, max_size=2),
    },
)  # fmt: skip
CONVEYANCES = st.fixed_dictionaries(
    {"kind": st.sampled_from(["vehicle", "vessel", "aircraft", "rail"])},
    optional=dict.fromkeys(("plate", "vin", "imo", "mmsi", "registration", "name", "role"), MAYBE) | {"country": COUNTRY},
)
CARGO = st.fixed_dictionaries(
    {}, optional={"description": MAYBE, "hs_code": MAYBE, "weight_kg": st.none() | st.decimals(0, 10**6, places=3).map(str)}
)
SEIZED = st.fixed_dictionaries(
    {"category": st.sampled_from(["drug", "money", "arms"])},
    optional={
        "substance": MAYBE,
        "quantity": st.decimals(0, 10**6, places=4).map(str),
        "unit": MAYBE | st.sampled_from(["g", "lb", "USD"]),
        "serial": MAYBE,
        "make": MAYBE,
        "calibre": MAYBE,
    },
)
CROSSINGS = st.fixed_dictionaries(
    {"id": TEXT, "occurred_at": st.datetimes(datetime(1971, 1, 1), datetime(2026, 11, 1), timezones=st.just(UTC)).map(datetime.isoformat), "place": PLACES},  # noqa: DTZ001 - Hypothesis takes bounds without a zone
    optional={
        "lane": MAYBE, "persons": st.lists(PERSONS, max_size=3), "conveyances": st.lists(CONVEYANCES, max_size=2),
        "containers": st.lists(st.fixed_dictionaries({"number": TEXT, "seals": st.lists(TEXT, max_size=2)}), max_size=2),
        "cargo": st.lists(CARGO, max_size=2), "badge": TEXT, "mode": st.sampled_from(["road", "sea"]), "exercise": st.booleans(),
        "declared": st.fixed_dictionaries({}, optional={"origin": MAYBE, "destination": MAYBE}),
        "handling": st.none() | st.fixed_dictionaries({}, optional={"tlp": st.sampled_from(Tlp).map(str), "releasable_to": st.lists(COUNTRY, max_size=3)}),
    },
)  # fmt: skip


def shuffled(value: Any, order: random.Random) -> Any:
    """The same JSON value with its names in another order."""
    if isinstance(value, dict):
        names = list(value)
        order.shuffle(names)
        return {name: shuffled(value[name], order) for name in names}
    return [shuffled(item, order) for item in value] if isinstance(value, list) else value


def submitted_again(event: Event) -> dict[str, Any]:
    """What an agency would send that sends our canonical event."""
    tree: dict[str, Any] = orjson.loads(encode(event))
    tree |= {name: value for name, value in tree.pop("extra").items() if not name.startswith("/")}
    for name in ("event_id", "lineage_id", "kind", "received_at", "content_digest", "flags", "utc_offset_minutes"):
        tree.pop(name, None)
    if tree.get("place"):
        tree["place"] = {name: tree["place"][name] for name in ("code", "lat", "lon") if name in tree["place"]}
    for person in tree["persons"]:
        for document in person["documents"]:
            document.pop("normalised", None), document.pop("verified", None)
    return tree


def says_nothing(value: Any) -> bool:
    return value is None or value is False or value in ([], {})


def said(value: Any) -> Any:
    """A JSON value without what says nothing: null, false, and what is empty."""
    if isinstance(value, dict):
        return {name: kept for name, item in value.items() if not says_nothing(kept := said(item))}
    return [said(item) for item in value] if isinstance(value, list) else value


@given(CROSSINGS)
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_the_contract(tree: dict[str, Any]) -> None:
    made = canonical(tree)
    written: dict[str, Any] = orjson.loads(made.value())
    event = made.event()
    assert set(written) <= set(Event.model_fields)
    assert Event.model_validate_json(encode(event)) == event
    assert said(written) == said(orjson.loads(encode(event)))


@given(CROSSINGS)
@settings(max_examples=60, deadline=None)
def test_normalising_what_is_normal_changes_nothing(tree: dict[str, Any]) -> None:
    once = canonical(tree).event()
    twice = canonical(submitted_again(once)).event()
    same = {"flags", "content_digest", "received_at", "utc_offset_minutes", "extra", "handling", "place"}
    assert twice.model_dump(exclude=same) == once.model_dump(exclude=same)
    assert twice.event_id == once.event_id


@given(CROSSINGS, st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_the_digest_does_not_depend_on_the_order_of_names(tree: dict[str, Any], order: random.Random) -> None:
    assert canonical(shuffled(tree, order)).digest == canonical(copy.deepcopy(tree)).digest


@given(SEIZED)
@settings(max_examples=50, deadline=None)
def test_a_seizure_is_written_as_the_contract_says(seized: dict[str, Any]) -> None:
    event = canonical(seizure(seized=[seized]), SEIZURE).event()
    assert Event.model_validate_json(encode(event)) == event
    assert event.seized[0].category == seized["category"]


VECTORS = [
    (CROSSING, crossing(), "c1146d8d-612d-5468-ae1d-9b5a3be3acb0", "b72f08f8-bceb-5ba2-adf7-e44c3a52bb63"),
    (SEIZURE, seizure(), "832927f9-4336-58be-b452-2d950db8ddf2", "d42545c9-ab9f-5893-a266-d571d5553eb7"),
]


@pytest.mark.parametrize(("kind", "tree", "event_id", "lineage_id"), VECTORS)
def test_the_ids_of_the_published_examples_never_change(kind: Any, tree: Any, event_id: str, lineage_id: str) -> None:
    event = canonical(tree, kind).event()
    assert (str(event.event_id), str(event.lineage_id)) == (event_id, lineage_id)


def test_the_digest_of_the_published_example_never_changes() -> None:
    assert canonical(crossing()).digest == "c879799daf9f9f0a8587fd408a46af3dc97a0f09689c835394c3e95bde93713f"


@pytest.mark.parametrize(
    "other",
    [
        crossing(occurred_at="2026-11-24T11:41:07Z"),
        crossing(lane=" 3 "),
        crossing(lane=3),
        crossing(declared={"origin": "pa", "destination": "MX", "money": [{"amount": 9500, "currency": "usd"}]}),
        crossing(handling={"tlp": "AMBER", "releasable_to": ["HN", "GT", "MX", "GT"]}),
        crossing(containers=[{"number": "mscu 663987-0", "seals": ["GT 448812"]}]),
    ],
)
def test_the_same_told_in_another_spelling_has_the_same_digest(other: dict[str, Any]) -> None:
    assert canonical(other).digest == canonical(crossing()).digest


@pytest.mark.parametrize(
    "other",
    [
        crossing(lane="4"),
        crossing(occurred_at="2026-11-24T05:41:08-06:00"),
        crossing(handling={"tlp": "RED", "releasable_to": ["GT", "MX", "HN"]}),
        crossing(badge=1),
        crossing(persons=[]),
    ],
)
def test_another_content_has_another_digest(other: dict[str, Any]) -> None:
    assert canonical(other).digest != canonical(crossing()).digest


def test_another_agency_kind_id_or_revision_is_another_event() -> None:
    ids = {
        canonical(crossing()).event_id,
        canonical(crossing(revision=2)).event_id,
        canonical(crossing(id="other")).event_id,
        canonical(crossing(), sender=Sender("GT-PNC", "GT")).event_id,
        canonical(seizure(id=crossing()["id"]), SEIZURE).event_id,
    }
    assert len(ids) == 5
    assert canonical(crossing(revision=2)).lineage_id == canonical(crossing()).lineage_id


def test_a_withdrawal_keeps_nobody_and_nothing_of_what_it_told() -> None:
    event = canonical(crossing(revision=2, withdrawn=True, reason=" read  twice ", badge=1)).event()
    assert (event.withdrawn, event.reason, event.revision) == (True, "read twice", 2)
    assert (event.persons, event.conveyances, event.containers, event.cargo, event.place, event.extra) == (
        (),
        (),
        (),
        (),
        None,
        {},
    )
    assert event.occurred_at == datetime(2026, 11, 24, 11, 41, 7, tzinfo=UTC)


def test_a_withdrawal_without_a_time_stands_where_it_came() -> None:
    event = canonical({"id": "1", "revision": 2, "withdrawn": True, "reason": "x"}).event()
    assert event.occurred_at == NOW
    assert [flag.code for flag in event.flags] == ["assumed"]


def test_only_the_day_being_known_the_event_stands_at_its_first_moment() -> None:
    event = canonical(seizure(occurred_on="2016-05-03"), SEIZURE).event()
    assert (event.occurred_on, event.occurred_at) == (date(2016, 5, 3), datetime(2016, 5, 3, tzinfo=UTC))


def test_the_offset_of_the_posts_clock_is_kept() -> None:
    event = canonical(crossing()).event()
    assert (event.occurred_at.isoformat(), event.utc_offset_minutes) == ("2026-11-24T11:41:07+00:00", -360)


def test_the_register_completes_a_known_place_and_an_unknown_one_is_flagged() -> None:
    known = canonical(least()).event().place
    assert known is not None
    assert (known.code, known.name, known.nations, known.lat) == ("MX-GT-01", "Ciudad Hidalgo", ("GT", "MX"), 14.68)
    near = canonical(least(place={"lat": 14.679, "lon": -92.146})).event().place
    assert near is not None
    assert (near.code, near.lat, near.nations) == ("MX-GT-01", 14.679, ("GT", "MX"))
    event = canonical(least(place={"code": "GT-SV-99"})).event()
    assert [(flag.pointer, flag.code) for flag in event.flags] == [("/place/code", "unknown_place")]


def test_names_lose_spaces_and_keep_their_letters() -> None:
    name = {"given": "  Jose\u0301   Luis ", "paternal": "", "full": "JOSÉ  LUIS"}
    (person,) = canonical(least(persons=[{"name": name}])).event().persons
    assert person.name is not None
    assert (person.name.given, person.name.paternal, person.name.full) == ("José Luis", None, "JOSÉ LUIS")


@pytest.mark.parametrize(("given", "expected"), [("1984-03-00", "1984-03"), ("1984-00-00", "1984"), ("1984", "1984")])
def test_unknown_parts_of_a_birth_date_are_left_out(given: str, expected: str) -> None:
    (person,) = canonical(least(persons=[{"birth_date": given}])).event().persons
    assert person.birth_date == expected


def test_an_expired_document_is_flagged() -> None:
    event = canonical(least(persons=[{"documents": [{"number": "1", "expires": "2020-01-31"}]}])).event()
    assert [(flag.pointer, flag.code) for flag in event.flags] == [("/persons/0/documents/0/expires", "expired")]


def test_without_a_word_on_handling_only_the_originators_nation_may_see_it() -> None:
    assert canonical(least()).event().handling == Handling(tlp=Tlp.AMBER, releasable_to=("GT",))


@pytest.mark.parametrize(
    ("given", "expected", "flagged"),
    [
        (None, ("AMBER", ("GT", "MX")), set()),
        ({"tlp": "RED", "releasable_to": []}, ("RED", ("GT",)), set()),
        ({"tlp": "AMBER", "releasable_to": ["GT", "MX"]}, ("AMBER", ("GT", "MX")), set()),
        ({"tlp": "CLEAR", "releasable_to": ["MX", "US"]}, ("AMBER", ("GT", "MX")), {"/handling/tlp", "/handling/releasable_to"}),
    ],
)
def test_a_body_is_never_laxer_than_what_is_set_for_its_agency(
    given: Any, expected: tuple[str, tuple[str, ...]], flagged: set[str]
) -> None:
    widest = {SAT.agency: Handling(tlp=Tlp.AMBER, releasable_to=("MX",))}
    event = canonical(least(handling=given), widest=widest).event()
    assert (event.handling.tlp, event.handling.releasable_to) == expected
    assert {flag.pointer for flag in event.flags} == flagged
