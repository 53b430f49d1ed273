"""Numbers and plates that were misread: met as weaker hits where a check digit or a format says what was meant, and by nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.correlate.domain.screen.flags_at_sea import flag_of
from services.correlate.domain.screen.misreads import MISREAD, slips, zone_digit, zone_number
from services.correlate.domain.screen.plates import other_readings, read_by_format
from shared.contracts.check_digits import document_number, object_holds
from shared.contracts.events import Container, Conveyance, Document
from shared.contracts.explanation import Hit
from shared.contracts.watchlist import Identifiers, ListedDocument, ListedName
from tests.support.correlate import actor, event, hits, person, screener_of

OBJECTS = {"vin": "1M8GDM9AXKP042788", "imo": "9074729", "container": "CSQU3054383"}
DOCUMENTS = {
    ("curp", "MX"): "BOXW310820HNERXN09",
    ("dui", "SV"): "000162975",
    ("dpi", "GT"): "1234567890101",
    ("nit", "GT"): "576937K",
}


def seen_as(field: str, number: str) -> dict[str, object]:
    if field == "container":
        return {"containers": [Container(number=number)]}
    return {"conveyances": [Conveyance(kind="vehicle" if field == "vin" else "vessel", **{field: number})]}


def listed_as(field: str, number: str) -> object:
    kind = {"vin": "vehicle", "imo": "vessel", "container": "container"}[field]
    return actor(kind=kind, identifiers=Identifiers(**{"number" if field == "container" else field: number}))


def met(entry: object, **seen: object) -> list[Hit]:
    return hits(screener_of(entry), event(**seen))


@given(st.sampled_from(sorted(OBJECTS)), st.data())
def test_a_number_one_slip_from_a_listed_one_is_a_weaker_hit_where_its_check_digit_does_not_hold(
    field: str, data: st.DataObject
) -> None:
    right = OBJECTS[field]
    wrong = data.draw(st.sampled_from([one for one in slips(right) if field != "imo" or one.isdigit()]))
    found = met(listed_as(field, right), **seen_as(field, wrong))
    if object_holds(field, wrong):
        assert found == [], "a number that holds is another one"
    else:
        [hit] = found
        assert (hit.alert, hit.explanation[0].how) == (False, "one character misread, the check digit proves it")
        assert hit.explanation[0].listed == {field: right}
        assert hit.explanation[0].seen == {field: wrong}
        assert wrong in hit.sentence.es
        assert "it may be misread" in hit.sentence.en
        assert hit.score < met(listed_as(field, right), **seen_as(field, right))[0].score


@given(st.sampled_from(sorted(DOCUMENTS)), st.data())
def test_so_is_a_document_and_with_the_name_it_alerts(kind: tuple[str, str], data: st.DataObject) -> None:
    right = DOCUMENTS[kind]
    wrong = data.draw(st.sampled_from(list(slips(right))))
    entry = actor(
        names=(ListedName(full="Eusebio Tzoc Xicay"),), documents=(ListedDocument(type=kind[0], number=right, issuer=kind[1]),)
    )
    document = Document(type=kind[0], number=wrong, issuer=kind[1])
    found = met(entry, persons=[person("Juan Nadie", documents=(document,))])
    assert [hit.alert for hit in found] == ([] if document_number(*kind, wrong)[1] else [False])
    assert [hit.alert for hit in met(entry, persons=[person("Eusebio Tzoc Xicay", documents=(document,))])] == [True]


def test_a_passport_is_read_by_the_check_digit_of_its_zone() -> None:
    zone = "P<GTMTZOC<XICAY<<EUSEBIO<<<<<<<<<<<<<<<<<<<<123456784GTM8403099M3001014<<<<<<<<<<<<<<00"
    zone = zone[:44].ljust(44, "<") + "12345B789" + zone_digit("123456789") + "GTM8403099M3001014" + "<" * 16
    entry = actor(documents=(ListedDocument(type="passport", number="123456789", issuer="GT"),), names=(ListedName(full="X Y"),))
    document = Document(type="passport", number="12345B789", issuer="GT", mrz=zone[:88])
    assert len(zone[:88]) == 88
    assert met(entry, persons=[person("Juan Nadie", documents=(document,))]) == [], "B is no 6"
    read = document.model_copy(update={"number": "123456B89", "mrz": zone.replace("12345B789", "123456B89")[:88]})
    assert met(entry, persons=[person("Juan Nadie", documents=(read,))]) == []
    near = document.model_copy(update={"number": "1234567B9", "mrz": zone.replace("12345B789", "1234567B9")[:88]})
    [hit] = met(entry, persons=[person("Juan Nadie", documents=(near,))])
    assert (hit.alert, hit.explanation[0].seen) == (False, {"document": "1234567B9"})


@pytest.mark.parametrize(
    ("seen", "country", "read"),
    [
        ("P123BCD", "GT", "P123BCD"),
        ("PI23BCD", "GT", "P123BCD"),
        ("P1238CD", "GT", "P123BCD"),
        ("HAA12O4", "HN", "HAA1204"),
        ("M1234S6", "NI", "M123456"),
        ("AB12O4", "PA", "AB1204"),
        ("A8I234", "PA", "A8I234"),
        ("ABC12O", "CO", "ABC12O"),
        ("XYZ99999", "GT", "XYZ99999"),
        ("1234", "BZ", "1234"),
        ("", "GT", ""),
    ],
)
def test_a_plate_is_read_by_the_format_of_its_country(seen: str, country: str, read: str) -> None:
    assert read_by_format(seen, country) == read


def plate(number: str, country: str | None = "GT") -> object:
    return actor(kind="vehicle", identifiers=Identifiers(plate=number, country=country))


def car(number: str, country: str | None = "GT") -> dict[str, object]:
    return {"conveyances": [Conveyance(kind="vehicle", plate=number, country=country)]}


def test_a_plate_that_the_format_reads_alerts_on_either_side_and_says_how_it_was_read() -> None:
    for listed, seen in (("P123BCD", "PI23BCD"), ("PI23BCD", "P123BCD"), ("PI23BCD", "P1238CD")):
        [hit] = met(plate(listed), **car(seen))
        assert (hit.alert, hit.explanation[0].how) == (True, "read by the country's format")
        assert f"(se leyó {seen})" in hit.sentence.es


def test_a_plate_that_may_be_read_otherwise_is_a_weaker_hit() -> None:
    [hit] = met(plate("ABC120", "CO"), **car("ABC12O", "CO"))
    assert (hit.alert, hit.explanation[0].how) == (False, "may be read so")
    [unknown] = met(plate("BCD0123", None), **car("BCDO123", None))
    assert unknown.alert is False
    assert met(plate("P123BCD", "GT"), **car("PI23BCD", "HN")) == [], "of another country it is another plate"
    assert other_readings("P123BCD", "GT") == ()


def test_an_mmsi_tells_the_flag_and_contradicts_another_one() -> None:
    assert (flag_of("351234567"), flag_of("99"), flag_of("970123456")) == ("PA", None, None)
    vessel = actor(kind="vessel", identifiers=Identifiers(mmsi="351234567", country="PA"))
    [same] = met(vessel, conveyances=[Conveyance(kind="vessel", mmsi="351234567")])
    assert ({"flag": "PA"}, "flag by the MMSI") in [(one.listed, one.how) for one in same.explanation]
    [other] = met(vessel, conveyances=[Conveyance(kind="vessel", mmsi="351234567", country="LR")])
    assert "the MMSI is of another flag" in [one.how for one in other.explanation]
    assert other.score == same.score


def test_the_flag_of_an_mmsi_tells_ships_of_one_name_apart() -> None:
    ship = actor(kind="vessel", names=(ListedName(full="Mar Azul"),), identifiers=Identifiers(imo="9074729", country="PA"))
    scores = {}
    for told, mmsi in (("same", "351234567"), ("unknown", None), ("other", "636012345")):
        [hit] = met(ship, conveyances=[Conveyance(kind="vessel", name="Mar Azul", mmsi=mmsi)])
        assert hit.alert is False
        scores[told] = hit.score
    assert scores["same"] > scores["unknown"] > scores["other"]
    assert {flag_of(f"{mid}012345") for mid in (232, 550, 618, 638, 740)} == {"GB", "TL", "TF", "SS", "FK"}


@pytest.mark.parametrize("number", ["IMO 9O74729", "9074T29", "imo9O74729", "IMO No. 9 074 72G"])
def test_a_letter_in_an_imo_number_is_a_digit_misread(number: str) -> None:
    ship = actor(kind="vessel", identifiers=Identifiers(imo="IMO 9074729"))
    [hit] = met(ship, conveyances=[Conveyance(kind="vessel", imo=number)])
    assert (hit.alert, hit.explanation[0].how) == (False, MISREAD)


def test_a_letter_in_a_number_at_sea_never_makes_a_shorter_number_of_it() -> None:
    ship = actor(kind="vessel", identifiers=Identifiers(mmsi="351234567"))
    assert met(ship, conveyances=[Conveyance(kind="vessel", mmsi="3512E34567")]) == []
    assert [hit.alert for hit in met(ship, conveyances=[Conveyance(kind="vessel", mmsi="MMSI: 351 234 567 (Panama)")])] == [True]


def test_the_sentence_says_what_the_mmsi_tells_of_the_flag() -> None:
    ship = actor(kind="vessel", names=(ListedName(full="Mar Azul"),), identifiers=Identifiers(country="PA"))
    for mmsi, es, en in (
        ("351234567", "; el MMSI es de la misma bandera, PA.", "; its MMSI is of the same flag, PA."),
        ("636012345", "; el MMSI es de bandera LR y figura la bandera PA.", "; its MMSI is of flag LR, and PA is listed."),
    ):
        [hit] = met(ship, conveyances=[Conveyance(kind="vessel", name="Mar Azul", mmsi=mmsi)])
        assert hit.sentence.es.endswith(es)
        assert hit.sentence.en.endswith(en)


def test_the_number_of_a_card_that_is_longer_than_its_field_goes_on_in_the_optional_one() -> None:
    number = "D23145890734"
    zone = (
        f"I<UTO{number[:9]}<{number[9:]}{zone_digit(number)}".ljust(30, "<")
        + "7408122F1204159UTO<<<<<<<<<<<6ERIKSSON<<ANNA<MARIA<<<<<<<<<<"
    )
    assert len(zone) == 90
    assert zone_number(zone) == (number, zone_digit(number))
