"""Country codes: ISO 3166-1 alpha-2, and what documents write instead (ICAO 9303-3 section 5)."""

from functools import cache
from typing import Final

from rigour.territories import get_territories

_LETTERS: Final = 2
_UNKNOWN: Final = "ZZ"
_ICAO: Final = {
    "D": "DE", "UK": "GB", "GBD": "GB", "GBN": "GB", "GBO": "GB", "GBP": "GB", "GBS": "GB", "RKS": "XK",
    "EUE": "EU", "UNO": "UN", "UNA": "UN", "XXA": "XX", "XXB": "XX", "XXC": "XX", "XXX": "XX",
}  # fmt: skip
"""Codes of travel documents that are no ISO country; XX: stateless, refugee or unspecified."""


@cache
def _by_code() -> dict[str, str]:
    codes = dict(_ICAO)
    for territory in get_territories():
        code = territory.code.upper()
        if len(code) == _LETTERS and code != _UNKNOWN:
            codes[code] = code
            if territory.alpha3:
                codes[territory.alpha3.upper()] = code
    return codes


def alpha2(text: str) -> str | None:
    """The alpha-2 code of a two or three letter code, None where the text is no such code; an unknown pair stays as it is."""
    found = _by_code().get(text)
    if found is not None:
        return found
    code = text.strip().upper()
    if len(code) == _LETTERS and code.isascii() and code.isalpha():
        return _by_code().get(code, code)
    return _by_code().get(code)


def is_country(code: str) -> bool:
    """Whether an alpha-2 code is assigned (or one of those that documents use)."""
    return code in _by_code() or code in _ICAO.values()
