"""What becomes of a name on its way to a border post: one function for each kind of slip.

Each takes the given names and surnames and gives the name as it was written, or None where this name cannot slip so. A slip changes the name.
A name may have particles before it (`de la cruz`): they go where it goes, and what spoils a word spoils the last one.
"""

import csv
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from random import Random
from typing import Final

from services.cli.evaluate.letters import misread_letter, sounded, typo

Words = Sequence[str]
Slip = Callable[[Random, Words, Words], "str | None"]

_SHORTEST: Final = 4
"""Letters of a word that slips: in a shorter one a slip leaves nothing to know it by."""
_TWO: Final = 2


def surname_first(random: Random, given: Words, surnames: Words) -> str | None:
    """`GUZMAN LOERA, JOAQUIN`, with the comma or without."""
    between = random.choice((" ", ", "))
    return " ".join(surnames) + between + " ".join(given)


def no_maternal(_random: Random, given: Words, surnames: Words) -> str | None:
    """Without the mother's surname."""
    return " ".join((*given, *surnames[:-1])) if len(surnames) > 1 else None


def one_given(_random: Random, given: Words, surnames: Words) -> str | None:
    """The first given name alone."""
    return " ".join((given[0], *surnames)) if len(given) > 1 else None


def middle_initial(_random: Random, given: Words, surnames: Words) -> str | None:
    """The first given name and the initials of the others."""
    return " ".join((given[0], *(_last(name)[0] for name in given[1:]), *surnames)) if len(given) > 1 else None


def one_typo(random: Random, given: Words, surnames: Words) -> str | None:
    """A letter left out, put in, hit beside, or two swapped, in one word."""
    return _spoilt(random, given, surnames, typo, 1)


def two_typos(random: Random, given: Words, surnames: Words) -> str | None:
    """Two of these, in one word or in two."""
    return _spoilt(random, given, surnames, typo, _TWO)


def sound_alike(random: Random, given: Words, surnames: Words) -> str | None:
    """Written as it sounds, in one word or two: b for v, s for z and so on."""
    return _spoilt(random, given, surnames, sounded, random.choice((1, 1, _TWO)))


def misread(random: Random, given: Words, surnames: Words) -> str | None:
    """As an optical reader takes it, in one word or two: 0 for O, rn for m and so on."""
    return _spoilt(random, given, surnames, misread_letter, random.choice((1, 1, _TWO)))


def nickname(random: Random, given: Words, surnames: Words) -> str | None:
    """A familiar form of one given name, beside the other one or alone."""
    known = [at for at, name in enumerate(given) if _last(name) in familiar()]
    if not known:
        return None
    at = random.choice(known)
    called = random.choice(familiar()[_last(given[at])])
    kept = [called] if random.random() < 1 / _TWO else [*given[:at], called, *given[at + 1 :]]
    return " ".join((*kept, *surnames))


def joined(random: Random, given: Words, surnames: Words) -> str | None:
    """Words written as one: a name and its particles, or two names beside each other, of surnames or of given names."""
    every = (*given, *surnames)
    pairs = [at for at in range(len(every) - 1) if at + 1 != len(given)]
    within = [at for at, name in enumerate(every) if " " in name]
    if not pairs and not within:
        return None
    if within and (not pairs or random.random() < 1 / _TWO):
        at = random.choice(within)
        return " ".join((*every[:at], _as_one(every[at]), *every[at + 1 :]))
    at = random.choice(pairs)
    return " ".join((*every[:at], _as_one(every[at] + every[at + 1]), *every[at + _TWO :]))


def hyphened(_random: Random, given: Words, surnames: Words) -> str | None:
    """The surnames with a hyphen between."""
    return " ".join((*given, "-".join(surnames))) if len(surnames) > 1 else None


def run_together(_random: Random, given: Words, surnames: Words) -> str | None:
    """The whole name as one word."""
    return _as_one(" ".join((*given, *surnames)))


KINDS: Final[dict[str, Slip]] = {
    "surname first": surname_first,
    "no maternal surname": no_maternal,
    "one given name": one_given,
    "middle initial": middle_initial,
    "one typo": one_typo,
    "two typos": two_typos,
    "sound-alike": sound_alike,
    "misread (OCR)": misread,
    "nickname": nickname,
    "words joined": joined,
    "hyphened": hyphened,
    "run together": run_together,
}


def slipped(kind: str, random: Random, given: Words, surnames: Words) -> str | None:
    """The name with a slip of a kind, in capitals; None where it cannot have one or would be unchanged."""
    name = KINDS[kind](random, given, surnames)
    return name.upper() if name is not None and name != " ".join((*given, *surnames)) else None


@cache
def familiar() -> dict[str, tuple[str, ...]]:
    """The familiar forms of a given name."""
    table = files("services.correlate.domain.screen").joinpath("data", "hypocoristics.csv").read_text(encoding="utf-8")
    found: dict[str, tuple[str, ...]] = {}
    for row in csv.DictReader(table.splitlines()):
        found[row["formal"]] = (*found.get(row["formal"], ()), row["hypocoristic"])
    return found


def _spoilt(random: Random, given: Words, surnames: Words, spoil: Callable[[Random, str], str], times: int) -> str | None:
    words = [*given, *surnames]
    long = [at for at, name in enumerate(words) if len(_last(name)) >= _SHORTEST]
    if not long:
        return None
    for _ in range(times):
        at = random.choice(long)
        before, space, word = words[at].rpartition(" ")
        words[at] = before + space + spoil(random, word)
    return " ".join(words)


def _last(name: str) -> str:
    """The name without its particles."""
    return name.rpartition(" ")[2]


def _as_one(text: str) -> str:
    return text.replace(" ", "")
