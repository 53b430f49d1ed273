"""How much a word says about who somebody is, in bits: the less people share it, the more (Fellegi and Sunter 1969).

A name counts together with all that sound like it: who is written Gonsales says no more than Gonzalez does.
"""

from functools import cache, lru_cache
from math import log2
from typing import Final

from services.correlate.domain.screen.counts import Count, names, rows
from services.correlate.domain.screen.names import sound

RAREST_NAME: Final = 17.0
"""Bits of a name that no count knows: one in 131,072; the rarest counted ones are two in a million."""

RAREST_WORD: Final = 13.0
"""Bits of an organisation's word that no count knows: less than four among 7,270 organisations share it."""

UNHEARD: Final = 24.0
"""Bits by which a word that no count knows is unlike any other: a slip makes such words, parents do not."""

_MILLION: Final = 1_000_000
_INITIAL: Final = 3.0
_SINGLE: Final = 2.0


@cache
def _sounds() -> dict[str, Count]:
    """The counts of all words of one sound together."""
    found: dict[str, Count] = {}
    for word, count in names().items():
        held = found.get(key := sound(word), Count(0.0, 0.0))
        found[key] = Count(held.given + count.given, held.surname + count.surname)
    return found


@cache
def _words() -> dict[str, float]:
    return {row["token"]: min(RAREST_WORD, log2(_MILLION / int(row["per_million"]))) for row in rows("organisation_words.csv")}


@lru_cache(maxsize=65_536)
def name_bits(word: str) -> float:
    """Bits of a word in a person's name by the people whose names sound so; an initial says as much as a letter can."""
    if len(word) == 1:
        return _INITIAL
    count = _sounds().get(sound(word))
    return min(RAREST_NAME, log2(_MILLION / (count.given + count.surname))) if count else RAREST_NAME


@lru_cache(maxsize=65_536)
def unlikely(word: str) -> float:
    """Bits by which this very spelling is unlikely in a stranger's name: what a slip has to be likelier than."""
    count = names().get(word)
    return log2(_MILLION / (count.given + count.surname)) if count else UNHEARD


@lru_cache(maxsize=65_536)
def word_bits(word: str) -> float:
    """Bits of a word in an organisation's name; numbers and single letters say little."""
    return _words().get(word, RAREST_WORD if len(word) > 1 else _SINGLE)


def given_share(word: str) -> float | None:
    """The share of uses of a word as a given name and not as a surname; None where no count knows it."""
    count = names().get(word)
    return count.given / (count.given + count.surname) if count else None
