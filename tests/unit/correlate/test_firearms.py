"""Firearms: a seized one is a thing that can be seen again, and meets a listed one by its serial number and maker."""

import pytest

from services.correlate.domain.screen.judge import Judge
from services.correlate.domain.screen.matcher import EvidenceMatcher
from services.correlate.domain.track.lookback import concerned, look_back
from services.correlate.queries.query import ScreenQuery
from services.correlate.queries.seen import asked_of
from shared.contracts.codec import encode
from shared.contracts.events import EventKind, Seized
from shared.contracts.sightings import SIGHTING_MESSAGE
from shared.contracts.vocabulary import SubjectKind
from shared.contracts.watchlist import Identifiers
from tests.support.correlate import NOON, actor, event, hits, index_of, screener_of
from tests.support.ingest import SEIZURE, canonical
from tests.support.ingest import seizure as submitted_seizure

GLOCK = actor(kind="firearm", identifiers=Identifiers(serial="ABC-123 45", make="Glock", calibre="9 mm"))


def seizure(serial: str | None, make: str | None = None, category: str = "arms") -> object:
    return event(kind=EventKind.SEIZURE, seized=[Seized(category=category, serial=serial, make=make)])


@pytest.mark.parametrize(
    ("make", "how", "alert"),
    [
        ("GLOCK Ges.m.b.H.", "exact", True),
        (None, "exact, maker unknown", True),
        ("Beretta", "exact, other maker", False),
    ],
)
def test_a_seized_firearm_meets_a_listed_one_by_serial_and_maker(make: str | None, how: str, alert: bool) -> None:
    [hit] = hits(screener_of(GLOCK), seizure("abc12345", make))
    assert (hit.explanation[0].how, hit.alert, hit.kind) == (how, alert, SubjectKind.FIREARM)
    assert hit.sentence.en == "The serial number ABC12345 is on list test (00000000)."


def test_a_short_serial_alone_does_not_alert_and_with_its_maker_it_does() -> None:
    screener = screener_of(actor(kind="firearm", identifiers=Identifiers(serial="123", make="Colt")))
    assert [hit.alert for hit in hits(screener, seizure("123"))] == [False]
    assert [hit.alert for hit in hits(screener, seizure("123", "Colt"))] == [True]


def test_each_seized_firearm_with_a_serial_is_a_subject_and_the_wire_carries_it() -> None:
    found = screener_of().sightings(seizure("ABC12345", "Glock"))
    [own] = [one for one in found if one.subject.kind is SubjectKind.FIREARM]
    assert (own.partition_subject, own.position, own.carries) == ("firearm:ABC12345", "/seized/0", False)
    assert SIGHTING_MESSAGE.validate_json(encode(own)) == own


@pytest.mark.parametrize(("serial", "category"), [(None, "arms"), ("--", "arms"), ("ABC12345", "contraband")])
def test_what_is_no_firearm_with_a_serial_is_none(serial: str | None, category: str) -> None:
    assert not [one for one in screener_of().sightings(seizure(serial, None, category)) if one.subject.kind == "firearm"]


def test_an_engine_of_the_same_serial_is_no_firearm() -> None:
    boat = actor(kind="vessel", identifiers=Identifiers(serial="ABC12345"))
    assert not hits(screener_of(boat), seizure("ABC12345"))


def test_a_firearm_listed_later_is_found_among_what_was_seized() -> None:
    [own] = [one for one in screener_of().sightings(seizure("ABC12345")) if one.subject.kind == "firearm"]
    assert concerned(GLOCK).kinds == {SubjectKind.FIREARM}
    [again] = look_back(own, screener_of(GLOCK), index_of(GLOCK))
    assert again.partition_subject == f"actor:{GLOCK.entry_id}"


def test_a_query_asks_for_a_firearm_a_trailer_and_a_document_by_what_identifies_them() -> None:
    asked = {
        "firearm": {"serial": "abc 12345", "make": "Glock"},
        "trailer": {"plate": "TC456BCD", "country": "GT"},
        "document": {"type": "passport", "number": "A1234567", "issuer": "GT"},
    }
    for kind, identifiers in asked.items():
        entry = actor(kind=kind, identifiers=Identifiers(**identifiers))
        [asked] = asked_of(ScreenQuery.model_validate({"kind": kind, "identifiers": identifiers}))
        [hit] = Judge(EvidenceMatcher()).hits(asked.seen, NOON, index_of(entry))
        assert (hit.alert, hit.score) == (True, 1.0)


def test_what_an_agency_tells_of_a_firearm_meets_a_listed_one() -> None:
    told = {"category": "arms", "count": 1, "serial": "abc-123 45", "make": "Glock", "calibre": "9 mm"}
    submitted = canonical(submitted_seizure(seized=[told]), SEIZURE)
    [seized] = submitted.event().seized
    assert (seized.serial, seized.make, seized.calibre) == ("ABC12345", "Glock", "9 mm")
    assert submitted.told.get("extra") is None
    [hit] = hits(screener_of(GLOCK), submitted.event())
    assert hit.alert
