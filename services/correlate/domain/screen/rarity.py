"""How much a word says about who somebody is, in bits: the less people share it, the more (Fellegi and Sunter 1969)."""

import csv
from functools import cache, lru_cache
from importlib.resources import files
from math import log2

RAREST_NAME = 16.0
"""Bits of a name that no count knows: one in 65,536; the rarest counted ones are one in 50,000."""

RAREST_WORD = 13.0
"""Bits of an organisation's word that no count knows: less than four among 7,270 organisations share it."""

_MILLION = 1_000_000


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(files(__package__).joinpath("data", name).read_text(encoding="utf-8").splitlines()))


@cache
def _names() -> dict[str, tuple[float, float]]:
    return {
        row["token"]: (min(RAREST_NAME, log2(_MILLION / int(row["per_million"]))), float(row["given_share"]))
        for row in _rows("person_names.csv")
    }


@cache
def _words() -> dict[str, float]:
    return {row["token"]: min(RAREST_WORD, log2(_MILLION / int(row["per_million"]))) for row in _rows("organisation_words.csv")}


@lru_cache(maxsize=65_536)
def name_bits(word: str) -> float:
    """Bits of a word in a person's name; an initial says as much as one letter of the alphabet can."""
    if len(word) == 1:
        return 3.0
    known = _names().get(word)
    return known[0] if known else RAREST_NAME


@lru_cache(maxsize=65_536)
def word_bits(word: str) -> float:
    """Bits of a word in an organisation's name; numbers and single letters say little."""
    return _words().get(word, RAREST_WORD if len(word) > 1 else 2.0)


def given_share(word: str) -> float | None:
    """The share of uses of a word as a given name and not as a surname; None where no count knows it."""
    known = _names().get(word)
    return known[1] if known else None
