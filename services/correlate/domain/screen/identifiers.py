"""Identifiers as they are compared: one form for whatever way a number was written."""

import re
import unicodedata
from functools import lru_cache

from shared.contracts.events import Document

_NOT_ALPHANUMERIC = re.compile(r"[^0-9A-Z]+")
_PASSPORT = frozenset({"PASSPORT", "PASAPORTE", "P"})
_NATIONAL = frozenset(
    {"NATIONALID", "IDENTITYCARD", "ID", "IDCARD", "DPI", "CUI", "DUI", "CURP", "INE", "CEDULA", "CEDULADEIDENTIDAD", "DNI"}
)
_AT_SEA = re.compile(r"^(?:IMO|MMSI)(?=.*\d)")


@lru_cache(maxsize=65_536)
def normalise(number: str) -> str:
    """Capital ASCII letters and digits only: `c-123 bcd` is `C123BCD`. Nothing is guessed: O stays O and 0 stays 0."""
    plain = unicodedata.normalize("NFKD", number).upper()
    return _NOT_ALPHANUMERIC.sub("", plain)


@lru_cache(maxsize=16_384)
def sea_number(number: str) -> str:
    """A ship's IMO number or MMSI without what is written around it: `IMO 9074729` is `9074729`.

    A letter within it stays, for a digit was misread: `9O74729` is no shorter number, and `misreads` knows which one it may be.
    """
    told = [
        word for word in _NOT_ALPHANUMERIC.split(unicodedata.normalize("NFKD", number).upper()) if any(map(str.isdecimal, word))
    ]
    return "".join(_AT_SEA.sub("", word) for word in told)


def document_number(document: Document) -> str:
    """The number that a document is compared by."""
    return normalise(document.normalised or document.number)


def document_kind(word: str) -> str:
    """`passport` or `national_id` for whatever these are called; other words as they are, in small letters."""
    plain = normalise(word)
    if plain in _PASSPORT:
        return "passport"
    return "national_id" if plain in _NATIONAL else word.casefold()
