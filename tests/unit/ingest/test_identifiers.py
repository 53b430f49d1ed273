"""Identifiers by the published examples of their standards; a wrong digit is told, never refused."""

import pytest

from services.ingest.domain.identifiers import Verdict, compact, container, document_number, imo_number, mmsi, vin
from tests.support.ingest import canonical, least


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (vin("1M8GDM9AXKP042788"), ("1M8GDM9AXKP042788", True)),
        (vin("1m8gdm9a-xkp042788"), ("1M8GDM9AXKP042788", True)),
        (vin("1M8GDM9AXKP042789"), ("1M8GDM9AXKP042789", False)),
        (vin("1M8GDM9AXKP0"), ("1M8GDM9AXKP0", False)),
        (imo_number("IMO 9074729"), ("9074729", True)),
        (imo_number("9074728"), ("9074728", False)),
        (container("CSQU 305438-3"), ("CSQU3054383", True)),
        (container("CSQU3054384"), ("CSQU3054384", False)),
        (container("??"), ("", False)),
        (mmsi("345 070 123"), ("345070123", None)),
        (mmsi("0034512"), ("0034512", False)),
        (document_number("curp", "MX", "BOXW310820HNERXN09"), ("BOXW310820HNERXN09", True)),
        (document_number("curp", None, "BOXW310820HNERXN08"), ("BOXW310820HNERXN08", False)),
        (document_number("cedula", "DO", "001-1391820-5"), ("00113918205", True)),
        (document_number("cedula", "EC", "171430710-3"), ("1714307103", True)),
        (document_number("cedula", "CR", "3-0455-0175"), ("0304550175", None)),
        (document_number("passport", "GT", "12 345-6785"), ("123456785", None)),
        (document_number("dui", "SV", "00016297-5"), ("000162975", True)),
        (document_number("national_id", "SV", "00016297-4"), ("000162974", False)),
        (document_number("dpi", "GT", "1234 56789 0101"), ("1234567890101", True)),
        (document_number("cui", None, "1234 56788 0101"), ("1234567880101", None)),
        (document_number("dpi", None, "1234 56788 0101"), ("1234567880101", False)),
        (document_number("dpi", "GT", "1234 56789 2301"), ("1234567892301", False)),
        (document_number("nit", "GT", "576937-K"), ("576937K", True)),
        (document_number("nit", "GT", "576937-1"), ("5769371", False)),
    ],
)
def test_a_number_is_brought_to_one_form_and_checked_where_it_has_a_check_digit(found: Verdict, expected: Verdict) -> None:
    assert found == expected


def test_signs_that_separate_say_nothing() -> None:
    assert compact("c-123 bcd") == compact("C 123.BCD") == "C123BCD"


def test_numbers_that_do_not_verify_are_kept_and_flagged() -> None:
    event = canonical(
        least(
            conveyances=[{"kind": "vessel", "imo": "9074728", "mmsi": "12"}, {"kind": "vehicle", "vin": "1M8GDM9AXKP042789"}],
            containers=[{"number": "CSQU3054384"}],
            persons=[{"documents": [{"type": "CURP", "number": "BOXW310820HNERXN08", "issuer": "MX"}]}],
        )
    ).event()
    assert {flag.pointer for flag in event.flags if flag.code == "does_not_verify"} == {
        "/conveyances/0/imo", "/conveyances/0/mmsi", "/conveyances/1/vin", "/containers/0/number", "/persons/0/documents/0/number",
    }  # fmt: skip
    assert event.conveyances[0].imo == "9074728"
    assert event.persons[0].documents[0].verified is False


def test_plates_are_kept_in_the_form_they_are_compared_in() -> None:
    event = canonical(least(conveyances=[{"kind": "vehicle", "plate": "c-123 bcd", "country": "gtm"}])).event()
    assert (event.conveyances[0].plate, event.conveyances[0].country) == ("C123BCD", "GT")
