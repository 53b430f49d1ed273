"""Numbers that were misread: the check digit does not hold, and one slip away stands a listed number whose own does.

Found by writing every slip and looking it up, for numbers that do not hold alone: some hundreds of look-ups, whatever the length of the list.
A number that holds is another one, however near.

How much it says was measured: of 4,000 misread numbers of strangers, so many are also one slip from one of 100,000 listed ones.
The bits, and the share of IMO numbers, follow by counting: how many numbers can be, over how many stand one slip away.

| number | numbers one slip away that hold | strangers met | bits against one entry |
|---|---|---|---|
| DUI of El Salvador | 10 | 1.1 % | 23 |
| NIT of Guatemala | 9 | 0.9 % | 23 |
| container, of 40 owners | 18 | 1.5 % | 23 |
| VIN, of 4,000 models | 49 | 0.08 % | 27 |
| DPI (CUI) of Guatemala | 8 | none | over 30 |
| CURP of Mexico | 20 | none | over 30 |
| IMO (of the 300,000 that can be, 1,000 listed) | 9 | 3 % | 15 |

With 1,000,000 listed and one number in a hundred misread, a DUI would stop one stranger in a thousand, ten times what names are allowed: a
misread number alerts together with the name, the birth date or another part alone. A DPI and a CURP hold place or birth beside the digits
that are counted, and stop some two in a million: they are enough unless another name was shown.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from services.correlate.domain.screen.identifiers import document_kind, document_number
from shared.contracts.check_digits import document_number as checked
from shared.contracts.check_digits import object_holds
from shared.contracts.events import Document

_SIGNS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
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

_SPARSE_WORDS: Final = frozenset({"curp", "dpi", "cui"})
_SPARSE: Final = frozenset({("national_id", "GT"), ("national_id", "MX"), ("nit", "SV")})
"""Registers whose numbers say place or birth beside the digits that are counted: fewer than one in a thousand that could be is given out."""

_ZONES: Final = {88: 44, 72: 36, 90: 5}
"""Where the number begins in a zone of so many characters: passports, cards of two lines, cards of three."""
_ZONE_NUMBER: Final = 9
_CARD_OF_THREE: Final = 90
_ZONE_OPTIONAL: Final = slice(15, 30)
"""Where a card of three lines goes on with a number of more than nine characters, its check digit behind it (ICAO 9303-5, document numbers of more than nine characters)."""

_SWAPPED: Final = 2
_BOUND_MAKERS: Final = frozenset("12345L")
"""Regions of a VIN (ISO 3780) whose makers write a check digit into it by law: North America and China."""

MISREAD: Final = "one character misread, the check digit proves it"
MAY_BE_MISREAD: Final = "one character other, its check digit does not hold"
LISTED_MISREAD: Final = "one character other, the listed number's check digit does not hold"


def slips(number: str) -> Iterator[str]:
    """Every number one slip away, what looks alike first: another character in the place of one, or two neighbours swapped."""
    if len(number) > _LONGEST:
        return
    for at, seen in enumerate(number):
        for other in dict.fromkeys(_CONFUSED.get(seen, "") + _SIGNS):
            if other != seen:
                yield number[:at] + other + number[at + 1 :]
    for at in range(len(number) - 1):
        if number[at] != number[at + 1]:
            yield number[:at] + number[at + 1] + number[at] + number[at + 2 :]


def optical_slips(number: str) -> Iterator[str]:
    """Those of an optical reader: a letter stands for a digit, or a digit for a letter, only where the two look alike."""
    for other in slips(number):
        at = next(place for place, (a, b) in enumerate(zip(number, other, strict=True)) if a != b)
        seen, meant = number[at], other[at]
        if seen.isdecimal() == meant.isdecimal() or meant in _CONFUSED.get(seen, "") or sorted(number) == sorted(other):
            yield other


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
    word, read = rule_word(document.type, document.issuer, number), zone_number(document.mrz or "")
    if word is not None:
        holds, every = partial(_holds, word, document.issuer), slips
    elif read is not None and read[0] == number:
        holds, every = partial(_has_digit, read[1]), optical_slips
    else:
        return ()
    if holds(number):
        return ()
    return tuple(other for other in dict.fromkeys(every(number)) if is_listed(other) and holds(other))


def holds_by_register(document: Document) -> bool:
    """Whether a document is of a register with a check digit, and its number's holds."""
    number = document_number(document)
    word = rule_word(document.type, document.issuer, number)
    return word is not None and _holds(word, document.issuer, number)


def is_sparse(document: Document) -> bool:
    """Whether the document's register has given out so few of the numbers that could be that a misread one names its bearer."""
    word = rule_word(document.type, document.issuer, document_number(document))
    return word is not None and ((word, document.issuer) in _SPARSE or word in _SPARSE_WORDS)


def rule_word(kind: str | None, issuer: str | None, number: str) -> str | None:
    """The word by which a register with a check digit is known: the document's own type, else what sort it is of; None where there is none."""
    if not kind or not number:
        return None
    words = dict.fromkeys((kind.casefold(), document_kind(kind)))
    return next((word for word in words if checked(word, issuer, number)[1] is not None), None)


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
    number, digit = signs[start : start + _ZONE_NUMBER], signs[start + _ZONE_NUMBER]
    if digit == "<" and len(signs) == _CARD_OF_THREE:
        rest = signs[_ZONE_OPTIONAL].split("<", 1)[0]
        number, digit = number + rest[:-1], rest[-1:] or digit
    return number.replace("<", ""), digit


def zone_digit(number: str) -> str:
    """The check digit of a number in a zone: 7, 3, 1 in turn, modulo 10; letters are 10 to 35, fillers 0 (ICAO 9303-3, section 4.9)."""
    values = (int(sign, 36) if sign.isascii() and sign.isalnum() else 0 for sign in number)
    return str(sum(value * (7, 3, 1)[at % 3] for at, value in enumerate(values)) % 10)
