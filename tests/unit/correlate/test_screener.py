"""What sightings an event gives: every subject, each under its own key, and one more for each entry that was met."""

from itertools import permutations
from uuid import UUID

import pytest

from services.correlate.domain.screen.subjects import conveyance_subject, person_subject
from services.correlate.entries.bodies import faults_in
from services.correlate.queries.query import ScreenQuery
from services.correlate.queries.seen import asked_of
from shared.contracts.codec import encode
from shared.contracts.events import Cargo, Consignment, Container, Conveyance, Document, EventKind, Place, SeizureRoute
from shared.contracts.identity import sighting_id
from shared.contracts.sightings import SIGHTING_MESSAGE, Sighting
from shared.contracts.vocabulary import SubjectKind
from shared.contracts.watchlist import ActorBody, Identifiers, ListedDocument
from tests.support.correlate import actor, event, listed, person, route, screener_of

PASSPORT = Document(type="passport", number="A1234567", issuer="GT")
LICENCE = Document(type="driving_licence", number="L99", issuer="GT")
NATIONAL = Document(type="DPI", number="2547 89632 0101", issuer="GT")
TRUCK = Conveyance(kind="vehicle", plate="C-123BCD", country="GT")
BOX = Container(number="MSCU6639870")
CORRIDOR = route(["CR-PA-01", "CR-NI-01", "HN-NI-01", "MX-GT-01"], [(5, 30), (6, 36), (6, 48)])


def by_key(sightings: list[Sighting]) -> dict[str, Sighting]:
    return {sighting.partition_subject: sighting for sighting in sightings}


@pytest.mark.parametrize("documents", list(permutations((LICENCE, NATIONAL, PASSPORT))))
def test_a_person_is_known_by_the_passport_in_whatever_order_documents_are_told(documents: tuple[Document, ...]) -> None:
    assert person_subject(person("Ana Lux", documents=documents)).key == "person:passport:GT:A1234567"


def test_without_documents_a_person_is_known_by_name_and_birth_date() -> None:
    one = person_subject(person("Ana Lux Tzoc", birth_date="1990"))
    assert one.key.startswith("person:name:")
    assert one == person_subject(person("TZOC LUX ana", birth_date="1990"))
    assert one != person_subject(person("Ana Lux Tzoc", birth_date="1991"))
    assert person_subject(person()) is None


@pytest.mark.parametrize(
    ("conveyance", "key"),
    [
        ({"kind": "vehicle", "plate": "c-123 bcd", "country": "GT", "vin": "1M8GDM9AKP042788"}, "vehicle:GT:C123BCD"),
        ({"kind": "vehicle", "plate": "C123BCD", "vin": "1M8GDM9AKP042788"}, "vehicle:vin:1M8GDM9AKP042788"),
        ({"kind": "vehicle", "plate": "C123BCD"}, "vehicle:ZZ:C123BCD"),
        ({"kind": "vessel", "imo": "IMO9074729", "mmsi": "366123456"}, "vessel:imo:9074729"),
        ({"kind": "vessel", "mmsi": "366123456"}, "vessel:mmsi:366123456"),
        ({"kind": "aircraft", "registration": "TG-ABC"}, "aircraft:TGABC"),
        ({"kind": "rail", "name": "Tren 7"}, "rail:name:TREN7"),
        ({"kind": "vehicle"}, None),
    ],
)
def test_a_conveyance_is_known_by_its_best_number(conveyance: dict[str, str], key: str | None) -> None:
    subject = conveyance_subject(Conveyance(**conveyance))
    assert (subject.key if subject else None) == key


def test_every_subject_gives_a_sighting_with_the_others_as_companions() -> None:
    seen = event(
        persons=[person("Ana Lux", documents=(PASSPORT,))],
        conveyances=[TRUCK],
        containers=[BOX],
        cargo=[Cargo(consignor="Cafés del Norte S.A.")],
    )
    found = by_key(screener_of().sightings(seen, traceparent="00-ab"))
    organisation = next(key for key in found if key.startswith("organisation:"))
    assert set(found) == {"person:passport:GT:A1234567", "vehicle:GT:C123BCD", "container:MSCU6639870", organisation}
    for key, sighting in found.items():
        assert {one.key for one in sighting.companions} == set(found) - {key}
        assert sighting.sighting_id == sighting_id(seen.lineage_id, key, sighting.position)
        assert sighting.traceparent == "00-ab"


@pytest.mark.parametrize(
    ("content", "carrier"),
    [
        ({"conveyances": [TRUCK], "containers": [BOX], "persons": [person(documents=(PASSPORT,))]}, "vehicle"),
        ({"containers": [BOX], "persons": [person(documents=(PASSPORT,))]}, "container"),
        ({"conveyances": [Conveyance(kind="vehicle")], "persons": [person(documents=(PASSPORT,))]}, "person"),
    ],
)
def test_the_conveyance_carries_else_the_container_else_the_person(content: dict[str, object], carrier: str) -> None:
    found = screener_of().sightings(event(**content))
    assert {sighting.subject.kind for sighting in found if sighting.carries} == {carrier}


def test_a_ferry_full_of_people_does_not_pair_everyone_with_everyone() -> None:
    ferry = Conveyance(kind="vessel", imo="9074729")
    people = [person(documents=(Document(type="passport", number=f"P{at}", issuer="GT"),)) for at in range(100)]
    found = screener_of().sightings(event(conveyances=[ferry], persons=people))
    assert len(found) == 101
    assert {one.key for sighting in found[1:] for one in sighting.companions} == {"vessel:imo:9074729"}


def test_each_entry_that_is_met_gets_the_sighting_under_its_own_key_with_its_own_hit() -> None:
    wanted = listed("Ana Lux", 1, documents=(ListedDocument(number="A1234567", issuer="GT"),))
    stolen = actor(2, kind="document", identifiers=Identifiers(container="A1234567", country="GT"))
    found = by_key(screener_of(wanted, stolen).sightings(event(persons=[person(documents=(PASSPORT,))])))
    assert set(found) == {"person:passport:GT:A1234567", f"actor:{UUID(int=1)}", f"actor:{UUID(int=2)}"}
    assert len(found["person:passport:GT:A1234567"].hits) == 2
    for number in (1, 2):
        sighting = found[f"actor:{UUID(int=number)}"]
        assert [hit.entry_id.int for hit in sighting.hits] == [number]
        assert sighting.subject.key == "person:passport:GT:A1234567"
        assert not sighting.carries
    assert {sighting.list_version for sighting in found.values()} == {2}
    assert len({sighting.sighting_id for sighting in found.values()}) == 3


def test_the_same_event_gives_the_same_sightings_in_the_same_order() -> None:
    screener = screener_of(listed("Ana Lux Tzoc"), CORRIDOR)
    seen = event(kind=EventKind.SEIZURE, persons=[person("Ana Lux Tzoc", documents=(PASSPORT,))], conveyances=[TRUCK])
    assert screener.sightings(seen) == screener.sightings(seen)


def test_a_sighting_comes_back_from_the_wire_as_it_went() -> None:
    screener = screener_of(listed("Ana Lux Tzoc"))
    seen = event(revision=2, persons=[person("Ana Lux Tzoc", documents=(PASSPORT,))])
    sightings = screener.sightings(seen)
    for message in (*sightings, screener.notice(seen, sightings)):
        assert SIGHTING_MESSAGE.validate_json(encode(message)) == message


def seizure(**fields: object) -> object:
    return event(kind=EventKind.SEIZURE, **fields)


@pytest.mark.parametrize(
    ("fields", "how"),
    [
        ({"place": Place(code="NI-CR-01")}, "at a waypoint"),
        ({"place": Place(lat=14.6794, lon=-92.1463)}, "at a waypoint"),
        ({"place": Place(code="HNPCR"), "nation": "HN", "route": SeizureRoute(departure="PA")}, "nations in the route's order"),
        (
            {"place": None, "nation": "CO", "route": SeizureRoute(departure="CR", destination="MX")},
            "nations in the route's order",
        ),
        ({"place": Place(code="HNPCR"), "nation": "HN", "route": SeizureRoute(departure="MX")}, None),
        ({"place": Place(code="HNPCR"), "nation": "HN", "route": SeizureRoute(departure="CO", destination="US")}, None),
        ({"place": Place(code="NI-CR-01"), "mode": "air"}, None),
    ],
)
def test_a_seizure_lies_on_a_route_by_its_place_or_by_the_order_of_nations(fields: dict[str, object], how: str | None) -> None:
    corridor = route(["CR-PA-01", "CR-NI-01", "HN-NI-01", "MX-GT-01"], [(5, 30), (6, 36), (6, 48)], modes=("road",))
    found = by_key(screener_of(corridor).sightings(seizure(**fields)))
    on_route = found.get(f"route:{corridor.entry_id}")
    assert (on_route.hits[0].explanation[0].how if on_route else None) == how
    if on_route:
        assert on_route.subject.kind is SubjectKind.ROUTE
        assert on_route.hits[0].releasable_to == corridor.releasable_to


def test_a_seizure_that_names_nobody_is_still_a_sighting() -> None:
    seen = seizure(consignment=Consignment(consignor=None))
    assert [sighting.partition_subject for sighting in screener_of().sightings(seen)] == [f"seizure:{seen.lineage_id}"]


def test_a_crossing_at_a_waypoint_is_no_seizure_on_the_route() -> None:
    assert set(by_key(screener_of(CORRIDOR).sightings(event(conveyances=[TRUCK])))) == {"vehicle:GT:C123BCD"}


def test_a_withdrawn_event_gives_no_sighting_and_a_notice_that_keeps_none() -> None:
    screener, seen = screener_of(), event(revision=2, withdrawn=True)
    notice = screener.notice(seen, screener.sightings(seen))
    assert screener.sightings(seen) == []
    assert (notice.kept, notice.withdrawn, notice.revision) == ((), True, 2)
    assert notice.key == f"lineage:{seen.lineage_id}"


def test_a_first_revision_needs_no_notice_and_a_later_one_names_what_it_keeps() -> None:
    screener = screener_of()
    first, second = event(conveyances=[TRUCK]), event(revision=2, conveyances=[TRUCK], containers=[BOX])
    assert screener.notice(first, screener.sightings(first)) is None
    sightings = screener.sightings(second)
    assert screener.notice(second, sightings).kept == tuple(one.sighting_id for one in sightings)
    assert screener.sightings(first)[0].sighting_id == sightings[0].sighting_id


def test_a_listed_document_is_met_by_its_own_fields() -> None:
    passport = Identifiers.model_validate(
        {"type": "passport", "number": "A1234567", "issuer": "GT", "expires": "2030-01-31", "mrz": "P<GTM"}, extra="forbid"
    )
    screener = screener_of(actor(2, kind="document", identifiers=passport))
    [own, under_entry] = screener.sightings(event(persons=[person(documents=(PASSPORT,))]))
    assert (own.hits[0].alert, own.hits[0].explanation[0].how, under_entry.partition_subject) == (
        True,
        "exact",
        f"actor:{UUID(int=2)}",
    )
    elsewhere = PASSPORT.model_copy(update={"issuer": "HN"})
    assert screener.sightings(event(persons=[person(documents=(elsewhere,))]))[0].hits == ()


@pytest.mark.parametrize(
    "alone", [{"type": "passport"}, {"issuer": "GT"}, {"kind": "vehicle", "role": "tractor"}, {"calibre": "9 mm"}]
)
def test_what_only_describes_identifies_nothing(alone: dict[str, object]) -> None:
    assert [fault.code for fault in faults_in(ActorBody(kind="document", identifiers=Identifiers(**alone)))] == [
        "nothing_to_match"
    ]
    assert faults_in(ActorBody(kind="document", identifiers=Identifiers(container="A1234567", **alone))) == []


def test_a_query_may_tell_all_that_a_document_says() -> None:
    told = {"type": "passport", "number": "A1234567", "issuer": "Guatemala", "expires": "2030-01-31", "mrz": "P<GTM"}
    [asked] = asked_of(ScreenQuery.model_validate({"documents": [told]}))
    [document] = asked.seen.person.documents
    assert (document.issuer, str(document.expires), document.mrz) == ("GT", "2030-01-31", "P<GTM")


@pytest.mark.parametrize("word", ["passport", "Pasaporte", "P", "PASSPORT"])
def test_whatever_a_passport_is_called_it_names_the_same_person(word: str) -> None:
    called = PASSPORT.model_copy(update={"type": word})
    assert person_subject(person(documents=(called,))).key == "person:passport:GT:A1234567"


@pytest.mark.parametrize("word", ["cédula", "Cedula", "DPI", "cui", "DUI", "national_id", "id"])
def test_whatever_a_national_identity_is_called_it_names_the_same_person(word: str) -> None:
    called = NATIONAL.model_copy(update={"type": word})
    assert person_subject(person(documents=(called,))).key == "person:national_id:GT:2547896320101"


@pytest.mark.parametrize(
    ("listed_as", "seen_as", "number", "alerts"),
    [
        ("pasaporte", "P", "A123", True),
        ("cédula", "dui", "0123", True),
        ("passport", "driving_licence", "A1234", False),
        ("passport", "driving_licence", "A12345", True),
    ],
)
def test_a_number_of_one_issuer_alerts_by_its_kind_or_by_its_length(
    listed_as: str, seen_as: str, number: str, alerts: bool
) -> None:
    document = ListedDocument(type=listed_as, number=number, issuer="GT")
    seen = event(persons=[person(documents=(Document(type=seen_as, number=number, issuer="GT"),))])
    [hit] = screener_of(actor(documents=(document,))).sightings(seen)[0].hits
    assert hit.alert is alerts
