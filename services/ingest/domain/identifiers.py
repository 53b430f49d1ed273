"""Identifiers: brought to the form they are compared in and checked by libraries (python-stdnum, vininfo).

A number that does not verify is kept and flagged, never refused: a misread digit must not hold up the lane.
"""

import re
from typing import Final

from shared.contracts.check_digits import NATIONAL_ID, Verdict, compact, document_number, object_holds

__all__ = ["NATIONAL_ID", "Verdict", "compact", "container", "document_number", "imo_number", "mmsi", "vin"]

_MMSI: Final = re.compile(r"[2-7]\d{8}|(?:111|970|972|974|98\d|99\d|0[1-9]\d)\d{6}|00[1-9]\d{6}|8\d{8}")
"""Shapes of Rec. ITU-R M.585: ships, aircraft, devices, craft, aids to navigation, groups and coast stations."""


def vin(text: str) -> Verdict:
    """A vehicle identification number (ISO 3779). Its check digit is the rule in North America and China only."""
    number = compact(text)
    return number, object_holds("vin", number)


def imo_number(text: str) -> Verdict:
    """A ship's number, without the letters IMO."""
    number = compact(text).removeprefix("IMO")
    return number, object_holds("imo", number)


def mmsi(text: str) -> Verdict:
    """A maritime mobile service identity: it has a shape and no check digit."""
    number = compact(text)
    return number, None if _MMSI.fullmatch(number) else False


def container(text: str) -> Verdict:
    """A container number (ISO 6346)."""
    number = compact(text)
    return number, object_holds("container", number)
