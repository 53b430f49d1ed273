"""How one word is spoilt: by the hand, by the ear, by an optical reader."""

import re
from functools import cache
from random import Random
from typing import Final

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_KEYS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
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


def typo(random: Random, word: str) -> str:
    """A letter left out, put in, hit beside, or swapped with the next one."""
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


def sounded(random: Random, word: str) -> str:
    """A spelling that sounds the same; the word as it is where there is none."""
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


def misread_letter(random: Random, word: str) -> str:
    """A letter that looks alike; the word as it is where there is none."""
    may = [(old, new) for old, new in _LOOK_ALIKE if old in word]
    if not may:
        return word
    old, new = random.choice(may)
    at = random.choice([found.start() for found in re.finditer(old, word)])
    return word[:at] + new + word[at + len(old) :]
