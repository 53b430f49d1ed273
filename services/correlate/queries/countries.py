"""A country as a form, a file or a machine readable zone says it."""

from typing import Final

from services.correlate.lists.words import country

_OF_ZONES: Final = {"D": "DE", "GBD": "GB", "GBN": "GB", "GBO": "GB", "GBP": "GB", "GBS": "GB", "RKS": "XK"}
"""Codes of machine readable zones that are none of ISO 3166 (ICAO 9303-3, section 5)."""

_NO_COUNTRY: Final = frozenset({"", "XXA", "XXB", "XXC", "XXX", "UNO", "UNA", "UNK", "XOM", "XPO", "XCT", "EUE", "XCE", "XCO", "XEC", "XIM", "XMP"})  # fmt: skip
"""What stands there for the stateless, for refugees, for the unknown and for organisations that give out documents."""


class CountryUnknownError(ValueError):
    """No country has this code or name."""


def country_code(text: str) -> str | None:
    """The ISO 3166-1 alpha-2 code of a code (two letters, three, or a passport's) or of a name in English or Spanish.

    None where the text says that there is none. Raises CountryUnknownError.
    """
    plain = text.strip()
    upper = plain.upper()
    if upper in _NO_COUNTRY:
        return None
    code = _OF_ZONES.get(upper) or country(plain)
    if code is None:
        raise CountryUnknownError
    return code
