"""Plates as cameras and clerks read them: O for 0, B for 8, I for 1; the country's format says which it is, mostly.

A plate is read by the format of the country that gave it out, where exactly one reading with the fewest changes fits. Where nobody knows
the country, every format is tried: what one of them reads is then a reading that may be, never a certain one, and a plate that some country
gives out as it stands is not read otherwise. Source of the formats: `data/README.md`. Of Belize none is known: its plates are compared as
they were written.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import combinations, product
from typing import Final

from services.correlate.domain.screen.counts import rows

_CONFUSED: Final = {
    "0": "ODQ", "O": "0", "D": "0", "Q": "0", "1": "IL", "I": "1", "L": "1", "8": "B", "B": "8", "5": "S", "S": "5",
    "2": "Z", "Z": "2", "6": "G", "G": "6", "7": "T", "T": "7", "4": "A", "A": "4",
}  # fmt: skip
_LONGEST: Final = 9
"""Characters of a plate: no format here has more."""
_MOST_CHANGES: Final = 3
"""Signs that a reading changes at most: more of them are another plate, and some thousands of readings are all that is ever tried."""
_MOST_ANYWHERE: Final = 2
"""The same where nobody knows the country: every format is tried."""

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
    best = _nearest(plate, country, _MOST_CHANGES)
    return best[0] if len(best) == 1 else plate


@lru_cache(maxsize=65_536)
def readings_anywhere(plate: str) -> tuple[str, ...]:
    """What a plate of an unknown country is by the formats that read it otherwise; nothing where it is a plate of some country as it stands."""
    if any(_fits(plate, country) for country in _formats()):
        return ()
    if not plate or len(plate) > _LONGEST:
        return ()
    read = (_nearest(plate, country, _MOST_ANYWHERE) for country in _formats())
    return tuple(dict.fromkeys(best[0] for best in read if len(best) == 1))


@lru_cache(maxsize=65_536)
def other_readings(plate: str, country: str | None) -> tuple[str, ...]:
    """What else a plate may be by one look-alike where the format allows both, or where nobody knows the format."""
    if not plate or len(plate) > _LONGEST:
        return ()
    found = [plate[:at] + other + plate[at + 1 :] for at, sign in enumerate(plate) for other in _CONFUSED.get(sign, "")]
    return tuple(one for one in found if country not in _formats() or _fits(one, country or ""))


def _nearest(plate: str, country: str, most: int) -> list[str]:
    """The readings that fit with the fewest signs changed, and so many at most."""
    confused = [at for at, sign in enumerate(plate) if sign in _CONFUSED]
    for changes in range(1, most + 1):
        changed = (_changed(plate, places) for places in combinations(confused, changes))
        if found := [one for some in changed for one in some if _fits(one, country)]:
            return found
    return []


def _changed(plate: str, places: tuple[int, ...]) -> Iterator[str]:
    """The plate with other signs at these places."""
    for others in product(*(_CONFUSED[plate[at]] for at in places)):
        signs = list(plate)
        for at, other in zip(places, others, strict=True):
            signs[at] = other
        yield "".join(signs)
