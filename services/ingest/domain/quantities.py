"""Quantities in one unit for each dimension: kilograms, litres, pieces, and money in its currency.

Factors: NIST SP 811 appendix B (avoirdupois pound and ounce, US gallon) are exact; the quintal here is the metric one.
"""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final, NamedTuple

from services.ingest.domain.values import plain
from shared.contracts.vocabulary import SeizedCategory

_MICRO: Final = Decimal("0.000001")
_MASS: Final = {
    "1000": "t tonne tonnes ton tons tonelada toneladas metric_ton",
    "100": "quintal quintales",
    "1": "kg kgs kilo kilos kilogram kilograms kilogramo kilogramos",
    "0.45359237": "lb lbs pound pounds libra libras",
    "0.028349523125": "oz ounce ounces onza onzas",
    "0.001": "g gr grs gram grams gramme gramo gramos",
    "0.000001": "mg milligram milligrams miligramo miligramos",
}
_VOLUME: Final = {
    "1000": "m3",
    "3.785411784": "gal gallon gallons galon galones galón",
    "1": "l lt lts liter liters litre litres litro litros",
    "0.001": "ml milliliter milliliters millilitre millilitres mililitro mililitros cc cm3",
}
_PIECES: Final = (
    "unit units unidad unidades u ud uds piece pieces pieza piezas item items pcs each tablet tablets tableta tabletas pill pills "
    "pastilla pastillas capsule capsules cápsula cápsulas ampoule ampoules ampolla ampollas plant plants planta plantas dose doses "
    "dosis seed seeds semilla semillas cigarette cigarettes round rounds cartucho cartuchos person persons persona personas"
)
_FACTORS: Final[dict[str, tuple[Decimal, str]]] = {
    **{name: (Decimal(factor), "kg") for factor, names in _MASS.items() for name in names.split()},
    **{name: (Decimal(factor), "l") for factor, names in _VOLUME.items() for name in names.split()},
    **{name: (Decimal(1), "unit") for name in _PIECES.split()},
}
_CURRENCIES: Final = {"$": "USD", "US$": "USD", "DOLLAR": "USD", "DOLLARS": "USD", "DÓLARES": "USD", "DOLARES": "USD", "Q": "GTQ"}
_TOO_MUCH: Final = Decimal(10**12)
_CODE_LENGTH: Final = 3


class Quantity(NamedTuple):
    """A quantity in the unit of its dimension; `known` is false where the unit is none we know and both stay as they came."""

    number: str
    unit: str | None
    known: bool


def normalise_quantity(category: SeizedCategory, number: Decimal, unit: str | None) -> Quantity:
    """Money keeps its currency; everything else goes to kg, l or unit. A number without a unit counts pieces of arms and persons."""
    if category is SeizedCategory.MONEY:
        return _money(number, unit)
    if not unit:
        counted = category in {SeizedCategory.ARMS, SeizedCategory.PERSONS}
        return Quantity(plain(number), "unit" if counted else None, counted)
    found = _FACTORS.get(unit.lower().rstrip("."))
    if found is None:
        return Quantity(plain(number), unit, known=False)
    factor, name = found
    converted = (number * factor).quantize(_MICRO, rounding=ROUND_HALF_EVEN)
    if converted >= _TOO_MUCH:
        return Quantity(plain(number), unit, known=False)
    return Quantity(plain(converted), name, known=True)


def _money(number: Decimal, unit: str | None) -> Quantity:
    if not unit:
        return Quantity(plain(number), None, known=False)
    code = unit.upper()
    code = _CURRENCIES.get(code, code)
    return Quantity(plain(number), code, len(code) == _CODE_LENGTH and code.isascii() and code.isalpha())
