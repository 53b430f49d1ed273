"""Machine readable zones: the specimens of ICAO 9303 parts 4, 5, 6 and 7."""

from datetime import date

import pytest

from services.ingest.domain.zones import read_zone
from tests.support.ingest import canonical, least

PASSPORT = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
CARD = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
OFFICIAL = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6"
VISA = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<"


@pytest.mark.parametrize(
    ("text", "number"), [(PASSPORT, "L898902C3"), (CARD, "D23145890"), (OFFICIAL, "D23145890"), (VISA, "L8988901C")]
)
def test_the_specimens_verify(text: str, number: str) -> None:
    zone = read_zone(text)
    assert zone is not None
    assert (zone.number, zone.verified) == (number, True)


def test_line_ends_may_be_lost() -> None:
    assert read_zone(PASSPORT.replace("\n", "")) == read_zone(PASSPORT) == read_zone(PASSPORT.lower().replace("\n", "\r\n"))


@pytest.mark.parametrize("text", ["", "P<UTO", "?" * 88, "V" * 72, "é" * 90])
def test_what_is_no_zone_is_none(text: str) -> None:
    zone = read_zone(text)
    assert zone is None or not zone.verified


def test_a_wrong_digit_is_flagged_and_the_event_taken() -> None:
    wrong = PASSPORT.replace("L898902C36", "L898902C37")
    event = canonical(least(persons=[{"documents": [{"type": "passport", "number": "L898902C3", "mrz": wrong}]}])).event()
    assert [(flag.pointer, flag.code) for flag in event.flags if flag.pointer.endswith("mrz")] == [
        ("/persons/0/documents/0/mrz", "does_not_verify")
    ]
    assert event.persons[0].documents[0].verified is False


def test_the_zone_fills_what_was_left_out() -> None:
    text = PASSPORT.replace("UTO", "D<<")
    event = canonical(least(persons=[{"documents": [{"type": "passport", "mrz": text.split("\n")}]}])).event()
    (document,) = event.persons[0].documents
    assert (document.number, document.normalised, document.expires) == ("L898902C3", "L898902C3", date(2012, 4, 15))


def test_a_number_that_differs_from_the_zone_is_flagged() -> None:
    event = canonical(least(persons=[{"documents": [{"type": "passport", "number": "X1", "mrz": PASSPORT}]}])).event()
    assert "differs_from_mrz" in {flag.code for flag in event.flags}
    assert event.persons[0].documents[0].number == "X1"
