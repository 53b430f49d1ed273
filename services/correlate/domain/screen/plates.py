"""Plates as cameras and clerks read them: O for 0, B for 8, I for 1; the country's format says which it is, mostly.

A plate is read by the format of the country that gave it out, where exactly one reading with the fewest changes fits. Source of the formats:
`data/README.md`. Of Belize none is known: its plates are compared as they were written.
"""

import re
from functools import cache, lru_cache
from itertools import product
from typing import Final

from services.correlate.domain.screen.counts import rows

_CONFUSED: Final = {
    "0": "ODQ", "O": "0", "D": "0", "Q": "0", "1": "IL", "I": "1", "L": "1", "8": "B", "B": "8", "5": "S", "S": "5",
    "2": "Z", "Z": "2", "6": "G", "G": "6", "7": "T", "T": "7", "4": "A", "A": "4",
}  # fmt: skip
_LONGEST: Final = 9
"""Characters of a plate: no format here has more."""

READ: Final = "read by the country's format"
MAY_BE: Final = "may be read so"


@cache
def _formats() -> dict[str, tuple[re.Pattern[str], ...]]:
    found: dict[str, tuple[re.Pattern[str], ...]] = {}
    for row in rows("plate_formats.csv"):
        found[row["country"]] = (*found.get(row["country"], ()), re.compile(row["pattern"]))
    return found


def _fits(plate: str, country: str) -> bool:
    """Whether a plate has a format of a country."""
    return any(pattern.fullmatch(plate) for pattern in _formats().get(country, ()))


@lru_cache(maxsize=65_536)
def read_by_format(plate: str, country: str | None) -> str:
    """The plate as the format has it; unchanged where it fits as it is, where no reading fits or several do equally well, or nobody knows the country."""
    if not plate or country is None or len(plate) > _LONGEST or _fits(plate, country):
        return plate
    found = _readings(plate, country)
    fewest = min(found.values(), default=0)
    best = [reading for reading, changes in found.items() if changes == fewest]
    return best[0] if len(best) == 1 else plate


@lru_cache(maxsize=65_536)
def other_readings(plate: str, country: str | None) -> tuple[str, ...]:
    """What else a plate may be by one look-alike where the format allows both, or where nobody knows the format."""
    if not plate or len(plate) > _LONGEST:
        return ()
    found = [plate[:at] + other + plate[at + 1 :] for at, sign in enumerate(plate) for other in _CONFUSED.get(sign, "")]
    return tuple(one for one in found if country not in _formats() or _fits(one, country or ""))


def _readings(plate: str, country: str) -> dict[str, int]:
    """Every reading that fits, with how many signs it changes."""
    options = [sign + _CONFUSED.get(sign, "") for sign in plate]
    every = ("".join(signs) for signs in product(*options))
    return {one: sum(a != b for a, b in zip(one, plate, strict=True)) for one in every if _fits(one, country)}
