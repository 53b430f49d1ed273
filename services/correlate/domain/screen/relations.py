"""How two words of names may be the same one: the one place that says so, for candidates and for the judgement."""

from enum import StrEnum
from functools import lru_cache

from rapidfuzz.distance import OSA

from services.correlate.domain.screen.counts import familiar
from services.correlate.domain.screen.names import sound


class How(StrEnum):
    """The ways, the closest first."""

    EXACT = "exact"
    SOUND = "sound-alike"
    NICKNAME = "nickname"
    MISREAD = "misread"
    INITIAL = "initial"
    ONE_SLIP = "one slip"
    TWO_SLIPS = "two slips"
    JOINED = "joined"


SHORTEST_WITH_SLIP = 4
"""Letters of the longer word: a slip in a shorter one makes another word of it."""

SHORTEST_WITH_TWO = 5
"""Letters below which two slips leave nothing of a word."""

_MOST_SLIPS = 2
"""Three slips make another word of any."""

_LOOK_ALIKE = (
    ("rn", "m"),
    ("ri", "n"),
    ("ii", "u"),
    ("cl", "d"),
    ("vv", "u"),
    ("w", "u"),
    ("v", "u"),
    ("j", "i"),
    ("l", "i"),
    ("t", "i"),
    ("q", "g"),
    ("e", "c"),
    ("o", "c"),
    ("h", "b"),
)
"""What an optical reader takes for one another, each towards one of the two; the longer ones first."""


@lru_cache(maxsize=65_536)
def look(word: str) -> str:
    """How a word looks to an optical reader."""
    for seen, read in _LOOK_ALIKE:
        word = word.replace(seen, read)
    return word


@lru_cache(maxsize=262_144)
def relation(one: str, other: str) -> How | None:
    """How two words are the same, None where they are not. The same either way round."""
    if one == other:
        return How.EXACT
    if len(one) == 1 or len(other) == 1:
        return How.INITIAL if one[:1] == other[:1] else None
    sounds = sound(one), sound(other)
    if sounds[0] == sounds[1]:
        return How.SOUND
    if other in familiar().get(one, ()):
        return How.NICKNAME
    return _slipped(one, other, *sounds)


def _slipped(one: str, other: str, sound_one: str, sound_other: str) -> How | None:
    shorter, longer = len(one), len(other)
    if shorter > longer:
        shorter, longer = longer, shorter
    if longer < SHORTEST_WITH_SLIP or longer - shorter > _MOST_SLIPS:
        return None
    if OSA.distance(one, other, score_cutoff=1) <= 1:
        return How.ONE_SLIP
    if look(one) == look(other):
        return How.MISREAD
    if shorter < SHORTEST_WITH_TWO:
        return None
    heard = (
        OSA.distance(sound_one, sound_other, score_cutoff=1) if min(len(sound_one), len(sound_other)) >= SHORTEST_WITH_SLIP else 2
    )
    if heard <= 1 or OSA.distance(one, other, score_cutoff=_MOST_SLIPS) <= _MOST_SLIPS:
        return How.TWO_SLIPS
    return None
