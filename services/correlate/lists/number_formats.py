"""How the cells of a workbook show their numbers: which of them are dates, which have leading zeros."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from services.correlate.lists.workbook import Workbook

_MOST: Final = 65_536
"""Formats of a workbook; Excel allows 65,490."""

_DATES: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Formats that every workbook has (ECMA-376, 18.8.30, and those of East Asian lands)."""

_ASIDE: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_OF_A_DATE: Final = re.compile("[dmyhs]", re.IGNORECASE)
_ZEROS: Final = re.compile("0{2,40}")
_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 - a sheet's dates are of no time zone
_NO_DAY: Final = 60
"""29 February 1900, which the sheet's calendar has and no other."""


@dataclass(frozen=True, slots=True)
class Format:
    """Of one style of cells."""

    date: bool = False
    digits: int = 0


def formats(workbook: Workbook) -> dict[str, Format]:
    """Those of each style, by its number as cells give it; of the plain ones nothing."""
    part = workbook.part_of("/styles")
    own: dict[str, Format] = {}
    found: dict[str, Format] = {}
    number = 0
    for element in workbook.elements(part, ("numFmt", "xf"), _MOST) if part else ():
        told = element.attributes
        if element.within == "numFmts":
            own[told.get("numFmtId", "")] = of_code(told.get("formatCode", ""))
        elif element.within == "cellXfs":
            form = _of_id(told.get("numFmtId", "0"), own)
            if form != Format():
                found[str(number)] = form
            number += 1
    return found


def of_code(code: str) -> Format:
    """What a format's code shows."""
    plain = _ASIDE.sub("", code).partition(";")[0]
    if _ZEROS.fullmatch(plain):
        return Format(digits=len(plain))
    return Format(date=bool(_OF_A_DATE.search(plain)) and plain.casefold() != "general")


def day_of(number: float, *, since_1904: bool) -> str | None:
    """The date, or moment, that a sheet counts as this number of days (ISO 8601); None where no calendar has it."""
    if not since_1904 and _NO_DAY <= number < _NO_DAY + 1:
        return None
    early = not since_1904 and number < _NO_DAY
    try:
        moment = (_EPOCH_1904 if since_1904 else _EPOCH) + timedelta(days=number + early)
    except (OverflowError, ValueError):
        return None
    moment = (moment + timedelta(milliseconds=500)).replace(microsecond=0)
    if number < 0 or moment.year > date.max.year:
        return None
    return moment.date().isoformat() if moment.time() == datetime.min.time() else moment.isoformat()


def _of_id(number: str, own: dict[str, Format]) -> Format:
    if number in own:
        return own[number]
    return Format(date=number.isascii() and number.isdecimal() and len(number) <= len("999") and int(number) in _DATES)
