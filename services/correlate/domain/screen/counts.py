"""How many people bear a name: real counts, and which familiar forms belong to which formal ones."""

import csv
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

_COMMON_SURNAME: Final = 100.0
"""Per million people: a surname so common that a particle written as one with it is taken off."""


class Count(NamedTuple):
    """Of a million people, how many bear a word among their given names, and among their surnames."""

    given: float
    surname: float


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a table of this package."""
    return list(csv.DictReader(files(__package__).joinpath("data", name).read_text(encoding="utf-8").splitlines()))


@cache
def names() -> dict[str, Count]:
    """Every counted word."""
    return {
        row["token"]: Count(float(row["given_per_million"]), float(row["surname_per_million"]))
        for row in rows("person_names.csv")
    }


def is_counted(word: str) -> bool:
    """Whether anybody is known to bear a word."""
    return word in names()


def is_surname(word: str) -> bool:
    """Whether a word is a common surname."""
    count = names().get(word)
    return count is not None and count.surname >= _COMMON_SURNAME


@cache
def familiar() -> dict[str, frozenset[str]]:
    """For a given name its familiar forms, for a familiar form what it stands for: `jose` and `chepe` name one another.

    Two familiar forms of one name (`pepe` and `chepe`) do too.
    """
    formal: dict[str, set[str]] = {}
    for row in rows("hypocoristics.csv"):
        if " " not in row["formal"]:
            formal.setdefault(row["formal"], set()).add(row["hypocoristic"])
    found: dict[str, set[str]] = {}
    for name, forms in formal.items():
        for word in (name, *forms):
            found.setdefault(word, set()).update({name, *forms} - {word})
    return {word: frozenset(others) for word, others in found.items()}


@cache
def blends() -> dict[str, tuple[str, ...]]:
    """Familiar forms that stand for two given names: `juanjo` for `juan jose`."""
    return {row["hypocoristic"]: tuple(row["formal"].split()) for row in rows("hypocoristics.csv") if " " in row["formal"]}
