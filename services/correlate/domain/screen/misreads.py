"""Numbers that were misread: the check digit does not hold, and one slip away stands a listed number whose own does.

Found by writing every slip and looking it up, for numbers that do not hold alone: some hundreds of look-ups, whatever the length of the list.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from services.correlate.domain.screen.identifiers import document_kind, document_number
from shared.contracts.check_digits import document_number as checked
from shared.contracts.check_digits import object_holds
from shared.contracts.events import Document

_DIGITS: Final = "0123456789"
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LOOK_ALIKE: Final = {
    "0": "OQD",
    "O": "0",
    "Q": "0",
    "D": "0",
    "1": "IL",
    "I": "1",
    "L": "1",
    "2": "Z",
    "Z": "2",
    "5": "S",
    "S": "5",
}
_LOOK_ALIKE_TOO: Final = {"6": "G", "G": "6", "8": "B", "B": "8", "7": "T", "T": "7", "4": "A", "A": "4"}
_CONFUSED: Final = {**_LOOK_ALIKE, **_LOOK_ALIKE_TOO}
"""What an optical reader takes for one another across letters and digits."""

_LONGEST: Final = 24
"""Characters of a number with a check digit: no register's is longer."""

_ZONES: Final = {88: 44, 72: 36, 90: 5}
"""Where the number begins in a zone of so many characters: passports, cards of two lines, cards of three."""
_ZONE_NUMBER: Final = 9

_SWAPPED: Final = 2
_BOUND_MAKERS: Final = frozenset("12345L")
"""Regions of a VIN (ISO 3780) whose makers write a check digit into it by law: North America and China."""

MISREAD: Final = "one character misread, the check digit proves it"
MAY_BE_MISREAD: Final = "one character other, its check digit does not hold"
LISTED_MISREAD: Final = "one character other, the listed number's check digit does not hold"


def slips(number: str) -> Iterator[str]:
    """Every number one slip away, what looks alike first: another character in the place of one, or two neighbours swapped.

    In a number of digits alone a letter stands only where it looks like the digit: registers of digits give out no letters.
    """
    if len(number) > _LONGEST:
        return
    alphabet = _DIGITS if number.isdecimal() else _DIGITS + _LETTERS
    for at, seen in enumerate(number):
        for other in dict.fromkeys(_CONFUSED.get(seen, "") + alphabet):
            if other != seen:
                yield number[:at] + other + number[at + 1 :]
    for at in range(len(number) - 1):
        if number[at] != number[at + 1]:
            yield number[:at] + number[at + 1] + number[at] + number[at + 2 :]


def is_slip(one: str, other: str) -> bool:
    """Whether two numbers of a length differ in one character, or in two neighbours that are swapped."""
    if len(one) != len(other):
        return False
    at = [place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(at) == _SWAPPED:
        return at[1] == at[0] + 1 and one[at[0]] == other[at[1]] and one[at[1]] == other[at[0]]
    return len(at) == 1


def is_proved(field: str, number: str) -> bool:
    """Whether the rule of the check digit binds whoever gave a number out: a vehicle's binds makers in North America and China alone."""
    return field != "vin" or number[:1] in _BOUND_MAKERS


def misread_object(field: str, number: str, is_listed: Callable[[str], bool]) -> tuple[str, ...]:
    """The listed numbers that one of a vehicle, ship or container may be misread from; none where it holds or has no check digit."""
    if not number or object_holds(field, number) is not False:
        return ()
    return tuple(other for other in dict.fromkeys(slips(number)) if is_listed(other) and object_holds(field, other))


def misread_document(document: Document, is_listed: Callable[[str], bool]) -> tuple[str, ...]:
    """The same of a document, by the rule of the register that gave it out, or by the check digit of the zone that was read."""
    number = document_number(document)
    holds = _rule_of(document, number)
    if not number or holds is None or holds(number):
        return ()
    return tuple(other for other in dict.fromkeys(slips(number)) if is_listed(other) and holds(other))


def _rule_of(document: Document, number: str) -> Callable[[str], bool] | None:
    """What tells whether a number of the document's kind holds; None where nothing does."""
    for kind in dict.fromkeys((document.type.casefold(), document_kind(document.type))):
        if checked(kind, document.issuer, number)[1] is not None:
            return partial(_holds, kind, document.issuer)
    read = zone_number(document.mrz or "")
    if read is not None and read[0] == number:
        return partial(_has_digit, read[1])
    return None


def _holds(kind: str, issuer: str | None, number: str) -> bool:
    return checked(kind, issuer, number)[1] is True


def _has_digit(digit: str, number: str) -> bool:
    return zone_digit(number) == digit


def zone_number(zone: str) -> tuple[str, str] | None:
    """The document's number in a machine readable zone and its check digit (ICAO 9303, parts 4 to 6); None where it has no such shape."""
    signs = "".join(zone.split()).upper()
    start = _ZONES.get(len(signs))
    if start is None:
        return None
    return signs[start : start + _ZONE_NUMBER].replace("<", ""), signs[start + _ZONE_NUMBER]


def zone_digit(number: str) -> str:
    """The check digit of a number in a zone: 7, 3, 1 in turn, modulo 10; letters are 10 to 35, fillers 0 (ICAO 9303-3, section 4.9)."""
    values = (int(sign, 36) if sign.isascii() and sign.isalnum() else 0 for sign in number)
    return str(sum(value * (7, 3, 1)[at % 3] for at, value in enumerate(values)) % 10)
