"""Objects made of several parts: any part is enough, and what became of the others is said and proves nothing."""

from typing import Any

import pytest

from services.correlate.domain.track.lookback import concerned, look_back
from services.correlate.entries.bodies import faults_in
from shared.contracts.events import Container, Conveyance
from shared.contracts.explanation import Hit
from shared.contracts.vocabulary import ActorKind, SetRole, SubjectKind
from shared.contracts.watchlist import ActorBody, ActorEntry, Identifiers, SetPart
from tests.support.correlate import NOON, actor, event, hits, index_of, screener_of

TRACTOR = Conveyance(kind="vehicle", role="tractor", plate="C123BCD", country="GT", vin="1M8GDM9AKP042788")
TRAILER = Conveyance(kind="vehicle", role="trailer", plate="TC-456BCD", country="GT")
BOX = Container(number="MSCU6639870", seals=("GT448812",))


def lorry(**body: Any) -> ActorEntry:
    """A tractor with trailer, container and seal."""
    parts = (
        SetPart(role="trailer", identifiers=Identifiers(plate="TC456BCD", country="GT")),
        SetPart(role="container", identifiers=Identifiers(container="MSCU6639870")),
        SetPart(role="seal", identifiers=Identifiers(seals=("GT-448812",))),
    )
    own = Identifiers(plate="C123BCD", country="GT", vin="1M8GDM9AKP042788")
    return actor(kind="vehicle", identifiers=own, **{"parts": parts, **body})


def the_hits(entry: ActorEntry, **content: Any) -> dict[str, Hit]:
    """The hits of each position of an event on the only entry."""
    found = screener_of(entry).sightings(event(**content))
    return {one.position: one.hits[0] for one in found if one.hits and not one.partition_subject.startswith("actor:")}


def told(hit: Hit) -> list[tuple[str, str]]:
    """Each part with how it was met or missed."""
    return [(str(one.listed.get("part")), one.how.removeprefix("part of the set, ")) for one in hit.explanation]


@pytest.mark.parametrize(
    ("content", "part", "how"),
    [
        ({"conveyances": [Conveyance(kind="vehicle", plate="c 123-bcd", country="GT")]}, "vehicle", "exact"),
        ({"conveyances": [Conveyance(kind="vehicle", vin="1M8GDM9AKP042788")]}, "vehicle", "exact"),
        ({"conveyances": [TRAILER]}, "trailer", "exact"),
        ({"conveyances": [TRAILER.model_copy(update={"role": None})]}, "trailer", "exact"),
        ({"conveyances": [TRAILER.model_copy(update={"country": None})]}, "trailer", "exact, country unknown"),
        ({"containers": [Container(number="MSCU 663987-0")]}, "container", "exact"),
        ({"containers": [Container(number="TCLU1234568", seals=("X1", "gt 448812"))]}, "seal", "exact"),
    ],
)
def test_any_part_of_a_set_is_enough_and_the_hit_says_which(content: dict[str, Any], part: str, how: str) -> None:
    [hit] = hits(screener_of(lorry()), event(**content))
    assert hit.alert
    assert (hit.explanation[0].listed["part"], hit.explanation[0].how) == (part, how)


def test_a_whole_set_is_one_entry_hit_wherever_it_is_met_and_every_part_is_said_to_be_there() -> None:
    found = the_hits(lorry(), conveyances=[TRACTOR, TRAILER], containers=[BOX])
    assert set(found) == {"/conveyances/0", "/conveyances/1", "/containers/0"}
    assert {hit.entry_id.int for hit in found.values()} == {1}
    assert told(found["/conveyances/0"]) == [
        ("vehicle", "exact"),
        ("vehicle", "exact"),
        ("trailer", "seen too"),
        ("container", "seen too"),
        ("seal", "seen too"),
    ]
    assert told(found["/containers/0"])[:2] == [("container", "exact"), ("seal", "exact")]


def test_another_trailer_and_a_changed_seal_are_said_and_weigh_nothing() -> None:
    other = TRAILER.model_copy(update={"plate": "TC999ZZZ"})
    hit = the_hits(lorry(), conveyances=[TRACTOR, other], containers=[Container(number="MSCU6639870", seals=("GT000001",))])[
        "/conveyances/0"
    ]
    changed = [one for one in hit.explanation if one.how == "part of the set, another in its place"]
    assert [(one.listed["part"], one.seen, one.weight) for one in changed] == [
        ("trailer", {"plate": "TC999ZZZ"}, 0.0),
        ("seal", {"seal": "GT000001"}, 0.0),
    ]
    assert hit.alert
    assert hit.sentence.es == (
        "La placa C123BCD (vehículo de un conjunto) figura en la lista test (00000000); también se vio: contenedor MSCU6639870; "
        "no coincide: remolque TC456BCD (se vio TC999ZZZ), precinto GT448812 (se vio GT000001)."
    )
    assert hit.sentence.en == (
        "The plate C123BCD (vehicle of a set) is on list test (00000000); seen with it: container MSCU6639870; "
        "not the same: trailer TC456BCD (seen: TC999ZZZ), seal GT448812 (seen: GT000001)."
    )


def test_parts_that_were_not_there_are_said_to_be_missing() -> None:
    hit = the_hits(lorry(), conveyances=[TRAILER])["/conveyances/0"]
    assert told(hit) == [("trailer", "exact"), ("vehicle", "not seen"), ("container", "not seen"), ("seal", "not seen")]
    assert hit.sentence.en.endswith("; not seen: vehicle C123BCD, container MSCU6639870, seal GT448812.")


def test_another_tractor_that_pulls_a_listed_trailer_is_said() -> None:
    puller = Conveyance(kind="vehicle", role="tractor", plate="P999", country="HN")
    hit = the_hits(lorry(), conveyances=[puller, TRAILER])["/conveyances/1"]
    assert ("vehicle", "another in its place") in told(hit)


def test_what_a_train_carries_besides_is_not_said_to_be_missing() -> None:
    train = [BOX, *(Container(number=f"TCLU{number:07d}") for number in range(40))]
    hit = the_hits(lorry(), containers=train)["/containers/0"]
    assert told(hit) == [("container", "exact"), ("seal", "exact")]


def test_a_long_set_is_told_in_bounds() -> None:
    parts = tuple(SetPart(role="container", identifiers=Identifiers(container=f"TCLU{number:07d}")) for number in range(100))
    hit = the_hits(lorry(parts=parts), conveyances=[TRACTOR])["/conveyances/0"]
    assert len(hit.explanation) == 15
    assert hit.explanation[-1].listed == {"parts": 88}
    assert hit.sentence.en.endswith(", container TCLU0000003 (+96).")


def test_a_short_seal_alone_never_alerts_and_with_another_part_it_does() -> None:
    parts = (
        SetPart(role="seal", identifiers=Identifiers(seals=("A12",))),
        SetPart(role="plate", identifiers=Identifiers(plate="P1")),
    )
    screener = screener_of(actor(kind="container", parts=parts))
    box = Container(number="TCLU1234568", seals=("a-12",))
    short = Conveyance(kind="vehicle", plate="P1", country="GT")
    assert [hit.alert for hit in hits(screener, event(containers=[box]))] == [False]
    assert [hit.alert for hit in hits(screener, event(conveyances=[short]))] == [False]
    together = screener.sightings(event(conveyances=[short], containers=[box]))
    assert {hit.alert for sighting in together for hit in sighting.hits} == {True}


def test_a_seal_on_another_container_than_the_listed_one_is_met_and_said() -> None:
    cloned = Container(number="TCLU1234568", seals=("GT448812",))
    entry = actor(kind="container", identifiers=Identifiers(container="MSCU6639870", seals=("GT448812",)))
    hit = the_hits(entry, containers=[cloned])["/containers/0"]
    assert hit.alert
    assert told(hit)[0] == ("seal", "exact")
    assert told(hit)[1] in {("container", "not seen"), ("container", "another in its place")}


def test_a_plate_of_another_country_is_no_part_of_the_set() -> None:
    assert not hits(screener_of(lorry()), event(conveyances=[TRAILER.model_copy(update={"country": "HN"})]))


@pytest.mark.parametrize("role", list(SetRole))
def test_a_part_of_every_role_needs_something_by_which_it_can_be_met(role: SetRole) -> None:
    for own in (Identifiers(name="Estrella"), Identifiers(plate="--"), Identifiers()):
        body = ActorBody(kind="vehicle", identifiers=Identifiers(plate="P1"), parts=(SetPart(role=role, identifiers=own),))
        assert [(fault.pointer, fault.code) for fault in faults_in(body)] == [("/parts/0/identifiers", "nothing_to_match")]


def test_a_trailer_of_its_own_is_met_as_the_vehicle_that_it_is_seen_as() -> None:
    entry = actor(kind="trailer", identifiers=Identifiers(plate="TC456BCD", country="GT"))
    hit = the_hits(entry, conveyances=[TRACTOR, TRAILER])["/conveyances/1"]
    assert (hit.kind, hit.alert, len(hit.explanation)) == (SubjectKind.TRAILER, True, 1)


def test_a_changed_set_is_looked_for_among_all_that_its_parts_are_seen_as() -> None:
    assert concerned(lorry()).kinds == {SubjectKind.VEHICLE, SubjectKind.CONTAINER}
    assert concerned(actor(kind="trailer", identifiers=Identifiers(plate="P1"))).kinds == {SubjectKind.VEHICLE}


def test_a_look_back_says_of_a_stored_sighting_what_screening_says() -> None:
    seen = event(conveyances=[TRACTOR], containers=[BOX])
    [tractor, box] = screener_of().sightings(seen)
    entry = lorry()
    screener, index = screener_of(entry), index_of(entry)
    for stored, live in zip((tractor, box), the_hits(entry, conveyances=[TRACTOR], containers=[BOX]).values(), strict=True):
        [again] = look_back(stored, screener, index)
        assert again.hits == (live,)
        assert again.received_at == NOON


def test_every_kind_of_entry_can_be_listed_and_told() -> None:
    assert {kind.value for kind in ActorKind} <= {kind.value for kind in SubjectKind}
