"""Word against word: each word of one name meets at most one of the other, whatever the order; words written as one meet several."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.correlate.domain.screen.counts import blends, is_counted
from services.correlate.domain.screen.forms import NameForm
from services.correlate.domain.screen.names import PARTICLES
from services.correlate.domain.screen.rarity import given_share, unlikely
from services.correlate.domain.screen.relations import How, relation
from services.correlate.domain.screen.weights import Weights

_SHORTEST_JOINED = 4
"""Letters of a word that may be several."""


_MOSTLY = 0.5
"""Share of its uses as a given name from which a word is taken for one."""

_PARTICLES = tuple(sorted(PARTICLES))


@dataclass(frozen=True, slots=True)
class Pairing:
    """A word of the listed name and one of the seen name, by position; how they met and what it is worth.

    A word that is several of the other side stands in one pairing for each of them.
    """

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


def worth(how: How, listed_bits: float, seen: str, weights: Weights) -> float:
    """What it is worth that a word seen is a listed one in a way (Fellegi and Sunter 1969, by the value seen).

    At most what the listed word is worth; less what the way costs; and no more than by which this spelling is likelier from the way than
    from a stranger who bears it: `Marin` for `Martin` says little, `Martn` nearly as much as `Martin`.
    """
    if how is How.EXACT:
        return listed_bits
    if how is How.INITIAL:
        return min(listed_bits, weights.initial)
    seldom, cost = weights.way(how)
    return min(listed_bits, unlikely(seen) - seldom) - cost


def align(listed: NameForm, seen: NameForm, weights: Weights) -> Alignment:
    """The pairs of words, the best first: equal words, then whatever is worth most; a word is used once. Position settles nothing."""
    left = list(range(len(listed.words)))
    right = list(range(len(seen.words)))
    listed_bits, seen_bits = listed.bits, seen.bits
    pairs: list[Pairing] = []
    for i in list(left):
        for j in right:
            if listed.words[i] == seen.words[j]:
                pairs.append(Pairing(i, j, How.EXACT, min(listed_bits[i], seen_bits[j])))
                left.remove(i)
                right.remove(j)
                break
    if left and right:
        _take_joined(listed, left, seen, right, pairs, weights)
    if left and right:
        for pair in _near(listed, listed_bits, left, seen, right, weights):
            if pair.listed in left and pair.seen in right:
                pairs.append(pair)
                left.remove(pair.listed)
                right.remove(pair.seen)
    return Alignment(tuple(pairs), tuple(left), tuple(right))


def _near(
    listed: NameForm, bits: Sequence[float], left: list[int], seen: NameForm, right: list[int], weights: Weights
) -> list[Pairing]:
    """Every pair of words left that are related and worth more than two that contradict, the best first."""
    found = []
    for i in left:
        for j in right:
            how = relation(listed.words[i], seen.words[j])
            if how is How.INITIAL and not _may_stand_for(listed, i, seen, j):
                continue
            if how is not None and (value := worth(how, bits[i], seen.words[j], weights)) > weights.least_pair:
                found.append(Pairing(i, j, how, value))
    return sorted(found, key=lambda one: (-one.bits, listed.words[one.listed], seen.words[one.seen]))


def _may_stand_for(listed: NameForm, i: int, seen: NameForm, j: int) -> bool:
    """Whether an initial and a word are of one kind, as far as is known: the initial of a given name stands for no surname."""
    short, at, long, other = (listed, i, seen, j) if len(listed.words[i]) == 1 else (seen, j, listed, i)
    if not short.reading.told:
        return True
    share = given_share(long.words[other])
    role = long.reading.given[other] if long.reading.told else None if share is None else share >= _MOSTLY
    return role is None or short.reading.given[at] is role


def _take_joined(
    listed: NameForm, left: list[int], seen: NameForm, right: list[int], pairs: list[Pairing], weights: Weights
) -> None:
    """Words of either side that are several of the other's."""
    bits = listed.bits
    for j in list(right):
        parts = _parts(seen.words[j], [(i, listed.words[i]) for i in left])
        if parts:
            pairs += [Pairing(i, j, How.JOINED, bits[i] + weights.joined) for i in parts]
            left[:] = [i for i in left if i not in parts]
            right.remove(j)
    for i in list(left):
        parts = _parts(listed.words[i], [(j, seen.words[j]) for j in right])
        if parts:
            each = (bits[i] + weights.joined) / len(parts)
            pairs += [Pairing(i, j, How.JOINED, each) for j in parts]
            right[:] = [j for j in right if j not in parts]
            left.remove(i)


def _parts(word: str, others: Sequence[tuple[int, str]]) -> tuple[int, ...]:
    """The positions of the words that one word is made of, in its order, particles apart; of those that a familiar form stands for; else none.

    A word that people bear as it is is none that is made of others.
    """
    if word in blends():
        by_word = {other: at for at, other in others}
        stands_for = blends()[word]
        return tuple(by_word[other] for other in stands_for) if all(other in by_word for other in stands_for) else ()
    if len(word) < _SHORTEST_JOINED or is_counted(word):
        return ()
    return next(_cuts(word, others), ())


def _cuts(word: str, others: Sequence[tuple[int, str]]) -> Iterator[tuple[int, ...]]:
    if not word:
        yield ()
        return
    for at, other in others:
        if word.startswith(other):
            rest = [one for one in others if one[0] != at]
            yield from ((at, *more) for more in _cuts(word[len(other) :], rest))
    if word.startswith(_PARTICLES):
        for particle in _PARTICLES:
            if word.startswith(particle) and len(word) > len(particle):
                yield from _cuts(word[len(particle) :], others)
