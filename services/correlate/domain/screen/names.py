"""Names as words: ASCII, small letters, without particles; and how a word sounds in Spanish.

Words are interned: most names of a list are made of a few thousand of them.
"""

import re
from functools import lru_cache
from sys import intern

from rigour.names import remove_org_types, tokenize_name
from rigour.text.translit import ascii_text

from services.correlate.domain.screen.counts import is_counted, is_surname

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

_TITLES = frozenset(
    ("sr", "sra", "srta", "don", "dona", "lic", "ing", "dr", "dra", "arq", "prof", "gral", "cmdte", "jr", "sgto", "cap")
)
"""Words before or behind a name that are none, where two others are left."""

_READ_AS = str.maketrans("015826", "oisbzg")
"""Digits in a word of letters are letters misread."""

_JOINED = ("delos", "delas", "dela", "del", "de")
"""Particles that are written as one with the surname behind them, the longest first."""

_LAST_LATIN = "\u024f"
"""The last letter of the Latin blocks: what is written in them is read word by word, each the same wherever it stands."""

_TITLED = 2
"""Words that a name has beside a title."""

_LEGAL_FORMS = frozenset(("sa", "sac", "sacv", "sas", "sapi", "srl", "srlcv", "rl", "rlcv", "cv", "eirl", "cia", "corp", "ltda"))
"""What is left of the region's legal forms in other spellings than the library knows, behind a name: `S. de R.L.`, `E.I.R.L.`, `& Cía.`"""

_SPACED = re.compile(r"(?<=\b\w\.)\s+(?=\w\.)|(?<=\b\w)\s+(?=\w\b(?:\s|\.|$))")
"""Between letters that stand for words: `S. A.`, `S A`, `R. L.`"""

_APOSTROPHES = re.compile(r"['’‘`´ʼ]")
_DOUBLED = re.compile(r"(.)\1+")
_SOUNDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"ph", "f"),
        (r"t[sz]|dz", "s"),  # Tzul, Tsul
        (r"tl$", "l"),  # Xochitl
        (r"ch", "9"),  # kept apart from c and h until the end
        (r"sh", "j"),  # the x of Xiquín and Ixchel
        (r"gu(?=[ao])", "u"),  # Guadalupe, Wadalupe
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


def words(name: str) -> tuple[str, ...]:
    """The words of a name in the order written, each as often as written, titles and particles apart. A name of these alone keeps them."""
    if not name.isascii() and max(name) > _LAST_LATIN:
        tokens = _tokens(name)
    else:
        tokens = tuple(token for piece in name.split() for token in _tokens(piece))
    found = [token for token in tokens if token not in PARTICLES]
    if len(found) > _TITLED:
        found = [token for token in found if token not in _TITLES] or found
    return tuple(found) or tokens


@lru_cache(maxsize=65_536)
def _tokens(text: str) -> tuple[str, ...]:
    """The words of a text as they are compared, particles among them."""
    return tuple(intern(_read(token)) for token in tokenize_name(ascii_text(_APOSTROPHES.sub("", text)).casefold()))


def _read(token: str) -> str:
    """A word with its misread digits read, and without the particle that was written as one with it: `DELACRUZ` is `cruz`."""
    if not token.isalpha() and any(map(str.isalpha, token)):
        token = token.translate(_READ_AS)
    for particle in _JOINED:
        if token.startswith(particle) and is_surname(rest := token[len(particle) :]) and not is_counted(token):
            return rest
    return token


@lru_cache(maxsize=65_536)
def organisation_words(name: str) -> tuple[str, ...]:
    """The words of an organisation's name without its legal form; none where the form is all there is (`CORP`)."""
    plain = remove_org_types(_SPACED.sub("", name).casefold())
    tokens = tokenize_name(ascii_text(_APOSTROPHES.sub("", plain)).casefold())
    found = [token for token in tokens if token not in PARTICLES]
    while found and found[-1] in _LEGAL_FORMS:
        if found.pop().startswith("rl") and found[-1:] == ["s"]:
            found.pop()  # the S of `S. de R. L.`
    return tuple(map(intern, found))


@lru_cache(maxsize=16_384)
def organisation_written(name: str) -> tuple[str, ...]:
    """The same with its legal form, `S. A.` as `S.A.`: whether two names are written with the same one."""
    return words(_SPACED.sub("", name))


@lru_cache(maxsize=65_536)
def sound(word: str) -> str:
    """How a word sounds to a Spanish ear: b/v, s/z/c, ll/y/i, h, g/j/x, qu/k, final n/m and doubled letters fall together."""
    heard = word
    for pattern, replacement in _SOUNDS:
        heard = pattern.sub(replacement, heard)
    heard = _DOUBLED.sub(r"\1", heard)
    return word if heard == word else heard


def surname_first(name: str) -> tuple[str, str] | None:
    """Surnames and given names of `GUZMAN LOERA, Joaquin`; None where no comma tells them apart."""
    before, comma, after = name.partition(",")
    return (before.strip(), after.strip()) if comma and before.strip() and after.strip() else None
