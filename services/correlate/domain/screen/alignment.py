"""Word against word: each word of one name meets at most one of the other, whatever the order."""

from dataclasses import dataclass

from rapidfuzz.distance import OSA

from services.correlate.domain.screen.forms import NameForm
from services.correlate.domain.screen.weights import Weights

_SHORTEST_WITH_SLIP = 4
_SHORTEST_WITH_TWO = 8


@dataclass(frozen=True, slots=True)
class Pairing:
    """A word of the listed name and one of the seen name, by position; how they met and what it is worth."""

    listed: int
    seen: int
    how: str
    bits: float


@dataclass(frozen=True, slots=True)
class Alignment:
    """Pairings and the positions that met nothing."""

    pairs: tuple[Pairing, ...]
    listed_left: tuple[int, ...]
    seen_left: tuple[int, ...]

    @property
    def bits(self) -> float:
        """What the pairs are worth."""
        return sum(pair.bits for pair in self.pairs)


def _slips(one: str, other: str) -> int | None:
    """Slips between two words (optimal string alignment), None where there are more than their length bears."""
    shorter = min(len(one), len(other))
    bound = 2 if shorter >= _SHORTEST_WITH_TWO else 1 if shorter >= _SHORTEST_WITH_SLIP else 0
    if not bound or abs(len(one) - len(other)) > bound:
        return None
    slips = OSA.distance(one, other, score_cutoff=bound)
    return slips if slips <= bound else None


def _meet(a: NameForm, i: int, b: NameForm, j: int, weights: Weights) -> Pairing | None:
    one, other = a.words[i], b.words[j]
    worth = min(a.bits[i], b.bits[j])
    if one == other:
        return Pairing(i, j, "exact", worth)
    if a.sounds[i] == b.sounds[j]:
        return Pairing(i, j, "sound-alike", max(0.5, worth + weights.sound_alike))
    if len(one) == 1 or len(other) == 1:
        return Pairing(i, j, "initial", min(worth, weights.initial)) if one[0] == other[0] else None
    slips = _slips(one, other)
    if slips is None:
        return None
    cost = weights.one_slip if slips == 1 else weights.two_slips
    return Pairing(i, j, "one slip" if slips == 1 else "two slips", max(0.5, worth + cost))


def align(listed: NameForm, seen: NameForm, weights: Weights) -> Alignment:
    """The pairs of words, the best first: equal words, then whatever is worth most; a word is used once. Position settles nothing."""
    left = list(range(len(listed.words)))
    right = list(range(len(seen.words)))
    pairs: list[Pairing] = []
    for i in list(left):
        for j in right:
            if listed.words[i] == seen.words[j]:
                pairs.append(Pairing(i, j, "exact", min(listed.bits[i], seen.bits[j])))
                left.remove(i)
                right.remove(j)
                break
    if left and right:
        found = [pair for i in left for j in right if (pair := _meet(listed, i, seen, j, weights))]
        for pair in sorted(found, key=lambda one: (-one.bits, listed.words[one.listed], seen.words[one.seen])):
            if pair.listed in left and pair.seen in right:
                pairs.append(pair)
                left.remove(pair.listed)
                right.remove(pair.seen)
    return Alignment(tuple(pairs), tuple(left), tuple(right))
