"""Quantities in kilograms, litres, pieces and their currency, the original beside them."""

from decimal import Decimal

import pytest

from services.ingest.domain.quantities import normalise_quantity
from shared.contracts.vocabulary import SeizedCategory
from tests.support.ingest import SEIZURE, canonical, seizure

DRUG, MONEY, ARMS = SeizedCategory.DRUG, SeizedCategory.MONEY, SeizedCategory.ARMS


@pytest.mark.parametrize(
    ("category", "number", "unit", "expected"),
    [
        (DRUG, "148.5", "kg", ("148.5", "kg", True)),
        (DRUG, "1500", "Gramos", ("1.5", "kg", True)),
        (DRUG, "2", "lb", ("0.907185", "kg", True)),
        (DRUG, "0.5", "Metric_Ton", ("500", "kg", True)),
        (DRUG, "10", "galones", ("37.854118", "l", True)),
        (DRUG, "490.0", "Tablet", ("490", "unit", True)),
        (DRUG, "3", "bultos", ("3", "bultos", False)),
        (DRUG, "3", None, ("3", None, False)),
        (ARMS, "3", None, ("3", "unit", True)),
        (MONEY, "9500.00", "usd", ("9500", "USD", True)),
        (MONEY, "10", "US$", ("10", "USD", True)),
        (MONEY, "10", "HNL", ("10", "HNL", True)),
        (MONEY, "10", "lempiras", ("10", "LEMPIRAS", False)),
        (DRUG, "999999999999", "t", ("999999999999", "t", False)),
    ],
)
def test_a_quantity_goes_to_the_unit_of_its_dimension(
    category: SeizedCategory, number: str, unit: str | None, expected: tuple[str, str | None, bool]
) -> None:
    assert normalise_quantity(category, Decimal(number), unit) == expected


def test_the_original_is_kept_and_an_unknown_unit_is_flagged() -> None:
    seized = [
        {"category": "drug", "substance": "cocaine", "quantity": "500", "unit": "g"},
        {"category": "contraband", "quantity": 3, "unit": "bultos"},
    ]
    event = canonical(seizure(seized=seized), SEIZURE).event()
    first, second = event.seized
    assert (str(first.quantity), first.unit, first.original_quantity, first.original_unit) == ("0.5", "kg", "500", "g")
    assert (str(second.quantity), second.unit, second.original_unit) == ("3", "bultos", "bultos")
    assert [(flag.pointer, flag.code) for flag in event.flags] == [("/seized/1/unit", "unknown_unit")]


def test_numbers_as_json_numbers_keep_the_digits_they_were_written_with() -> None:
    seized = [
        {"category": "drug", "quantity": 0.1, "unit": "kg"},
        {"category": "drug", "quantity": 0.30000000000000004, "unit": "kg"},
    ]
    event = canonical(seizure(seized=seized), SEIZURE).event()
    assert [str(each.quantity) for each in event.seized] == ["0.1", "0.3"]
