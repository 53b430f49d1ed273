"""Names as words: ASCII, small letters, without particles; and how a word sounds in Spanish.

Words and sounds are interned: most names of a list are made of a few thousand of them.
"""

import re
from functools import lru_cache
from sys import intern

from rigour.names import remove_org_types, tokenize_name
from rigour.text.translit import ascii_text

PARTICLES = frozenset(
    (
        "de",
        "del",
        "la",
        "las",
        "los",
        "el",
        "y",
        "e",
        "da",
        "das",
        "do",
        "dos",
        "di",
        "von",
        "van",
        "den",
        "der",
        "san",
        "santa",
        "vda",
        "viuda",
        "al",
        "bin",
        "ibn",
    )
)
"""Words that join names and tell nobody from anybody."""

_APOSTROPHES = re.compile(r"['’‘`´ʼ]")
_DOUBLED = re.compile(r"(.)\1+")
_SOUNDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"ph", "f"),
        (r"ch", "9"),  # kept apart from c and h until the end
        (r"h", ""),
        (r"qu(?=[ei])|q", "k"),
        (r"gu(?=[ei])", "6"),  # the hard g of Guerra
        (r"g(?=[ei])", "j"),
        (r"c(?=[ei])|z", "s"),
        (r"[ck]+", "k"),
        (r"ll|y", "i"),
        (r"v", "b"),
        (r"w", "u"),
        (r"x", "j"),
        (r"m$", "n"),
        (r"6", "g"),
    )
)


@lru_cache(maxsize=65_536)
def words(name: str) -> tuple[str, ...]:
    """The words of a name in the order written, each as often as written. A name of particles alone keeps them."""
    tokens = tokenize_name(ascii_text(_APOSTROPHES.sub("", name)).casefold())
    return tuple(intern(token) for token in tokens if token not in PARTICLES) or tuple(map(intern, tokens))


@lru_cache(maxsize=65_536)
def organisation_words(name: str) -> tuple[str, ...]:
    """The words of an organisation's name without its legal form; none where the form is all there is (`CORP`)."""
    plain = remove_org_types(name.casefold())
    tokens = tokenize_name(ascii_text(_APOSTROPHES.sub("", plain)).casefold())
    return tuple(intern(token) for token in tokens if token not in PARTICLES)


@lru_cache(maxsize=65_536)
def sound(word: str) -> str:
    """How a word sounds to a Spanish ear: b/v, s/z/c, ll/y/i, h, g/j/x, qu/k, final n/m and doubled letters fall together."""
    for pattern, replacement in _SOUNDS:
        word = pattern.sub(replacement, word)
    return intern(_DOUBLED.sub(r"\1", word))


def surname_first(name: str) -> tuple[str, str] | None:
    """Surnames and given names of `GUZMAN LOERA, Joaquin`; None where no comma tells them apart."""
    before, comma, after = name.partition(",")
    return (before.strip(), after.strip()) if comma and before.strip() and after.strip() else None
