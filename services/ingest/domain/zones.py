"""Machine readable zones (ICAO 9303): read and checked by the mrz library."""

from datetime import date
from typing import Any, Final, NamedTuple

from mrz.checker.mrva import MRVACodeChecker
from mrz.checker.mrvb import MRVBCodeChecker
from mrz.checker.td1 import TD1CodeChecker
from mrz.checker.td2 import TD2CodeChecker
from mrz.checker.td3 import TD3CodeChecker

from services.ingest.domain.countries import alpha2

_LINES: Final = {88: (44, 44), 72: (36, 36), 90: (30, 30, 30)}
_CHECKERS: Final = {88: (TD3CodeChecker, MRVACodeChecker), 72: (TD2CodeChecker, MRVBCodeChecker), 90: (TD1CodeChecker, None)}
_CENTURY: Final = 100


class Zone(NamedTuple):
    """What a zone says. `verified` is true where every check digit agrees."""

    number: str
    issuer: str | None
    expires: date | None
    verified: bool


def read_zone(text: str) -> Zone | None:
    """The zone in a text with or without line ends; None where it has no shape of ICAO 9303."""
    signs = "".join(text.split()).upper()
    lengths = _LINES.get(len(signs))
    if lengths is None:
        return None
    starts = [sum(lengths[:index]) for index in range(len(lengths))]
    lines = "\n".join(signs[start : start + length] for start, length in zip(starts, lengths, strict=True))
    for_documents, for_visas = _CHECKERS[len(signs)]
    checker = for_visas if signs.startswith("V") and for_visas is not None else for_documents
    try:
        checked = checker(lines)
        return _zone(checked)
    except Exception:  # noqa: BLE001 - the library raises many kinds, bare ones among them, on signs it does not know
        return None


def _zone(checked: Any) -> Zone:
    fields = checked.fields()
    digits = [checked.document_number_hash, checked.birth_date_hash, checked.expiry_date_hash]
    if not isinstance(checked, MRVACodeChecker | MRVBCodeChecker):  # visas have no composite check digit (part 7)
        digits.append(checked.final_hash)
    return Zone(fields.document_number.replace("<", ""), alpha2(fields.country), _expiry(fields.expiry_date), all(digits))


def _expiry(text: str) -> date | None:
    """Two-digit years of expiry lie in this century (ICAO 9303-3 section 4.8 leaves it to the reader)."""
    try:
        return date(2000 + int(text[:2]) % _CENTURY, int(text[2:4]), int(text[4:6]))
    except ValueError:
        return None
