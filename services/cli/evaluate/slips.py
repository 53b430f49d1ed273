"""What becomes of a name on its way to a border post: one function for each kind of slip.

Each takes the given names and surnames and gives the name as it was written, or None where this name cannot slip so. A slip changes the name.
A name may have particles before it (`de la cruz`): they go where it goes, and what spoils a word spoils the last one.
"""

import csv
import re
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from random import Random
from typing import Final

Words = Sequence[str]
Slip = Callable[[Random, Words, Words], "str | None"]

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_KEYS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_SHORTEST: Final = 4
"""Letters of a word that slips: in a shorter one a slip leaves nothing to know it by."""
_TWO: Final = 2

_SOUND_ALIKE: Final = (
    ("b", "v"),
    ("v", "b"),
    ("z", "s"),
    ("s", "z"),
    ("ce", "se"),
    ("ci", "si"),
    ("se", "ce"),
    ("si", "ci"),
    ("ll", "y"),
    ("y", "ll"),
    ("ge", "je"),
    ("gi", "ji"),
    ("j", "x"),
    ("x", "j"),
    ("qu", "k"),
    ("ca", "ka"),
    ("co", "ko"),
    ("h", ""),
    ("i", "y"),
    ("y", "i"),
)
_LOOK_ALIKE: Final = (
    ("o", "0"),
    ("i", "1"),
    ("l", "1"),
    ("i", "l"),
    ("l", "i"),
    ("s", "5"),
    ("b", "8"),
    ("z", "2"),
    ("rn", "m"),
    ("m", "rn"),
    ("cl", "d"),
    ("d", "cl"),
    ("u", "v"),
    ("v", "u"),
    ("e", "c"),
    ("g", "q"),
    ("h", "b"),
    ("n", "ri"),
)


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
    return _spoilt(random, given, surnames, _typo, 1)


def two_typos(random: Random, given: Words, surnames: Words) -> str | None:
    """Two of these, in one word or in two."""
    return _spoilt(random, given, surnames, _typo, _TWO)


def sound_alike(random: Random, given: Words, surnames: Words) -> str | None:
    """Written as it sounds, in one word or two: b for v, s for z and so on."""
    return _spoilt(random, given, surnames, _sounded, random.choice((1, 1, _TWO)))


def misread(random: Random, given: Words, surnames: Words) -> str | None:
    """As an optical reader takes it, in one word or two: 0 for O, rn for m and so on."""
    return _spoilt(random, given, surnames, _misread, random.choice((1, 1, _TWO)))


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


def _typo(random: Random, word: str) -> str:
    at = random.randrange(len(word))
    match random.randrange(4):
        case 0:
            return word[:at] + word[at + 1 :]
        case 1:
            return word[:at] + random.choice(_beside(word[at]) or _LETTERS) + word[at:]
        case 2:
            return word[:at] + random.choice(_beside(word[at]) or _LETTERS) + word[at + 1 :]
        case _:
            at = min(at, len(word) - _TWO)
            if word[at] == word[at + 1]:
                return word[:at] + word[at + 1 :]
            return word[:at] + word[at + 1] + word[at] + word[at + _TWO :]


@cache
def _beside(letter: str) -> str:
    """The keys around a key."""
    for row, keys in enumerate(_KEYS):
        at = keys.find(letter)
        if at >= 0:
            near = [_KEYS[other][max(0, at - 1) : at + _TWO] for other in (row - 1, row, row + 1) if 0 <= other < len(_KEYS)]
            return "".join(near).replace(letter, "")
    return ""


def _sounded(random: Random, word: str) -> str:
    may = [(old, new) for old, new in _SOUND_ALIKE if _sound_places(word, old)]
    if word[0] in "aeiou":
        may.append(("", "h"))
    if word[-1] in "mn":
        may.append((word[-1], "n" if word[-1] == "m" else "m"))
    if not may:
        return word
    old, new = random.choice(may)
    if not old:
        return new + word
    if old in {"m", "n"}:
        return word[:-1] + new
    at = random.choice(_sound_places(word, old))
    return word[:at] + new + word[at + len(old) :]


def _sound_places(word: str, old: str) -> list[int]:
    """Where a spelling stands for its own sound: not the h of ch and ph, nor an l, s or y of another."""
    places = [found.start() for found in re.finditer(old, word)]
    return [at for at in places if not (old == "h" and at and word[at - 1] in "cpst")]


def _misread(random: Random, word: str) -> str:
    may = [(old, new) for old, new in _LOOK_ALIKE if old in word]
    if not may:
        return word
    old, new = random.choice(may)
    at = random.choice([found.start() for found in re.finditer(old, word)])
    return word[:at] + new + word[at + len(old) :]
