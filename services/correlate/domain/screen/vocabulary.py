"""The words of a list: which of them a word seen may be, found without comparing it with all of them.

Words that sound alike are one class. A word seen meets the classes of its own sound, of its nicknames, and those within two slips, which
are looked for among the classes that begin or end as it does.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from hashlib import blake2b
from itertools import islice, pairwise
from typing import Final, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from services.correlate.domain.screen.alignment import worth
from services.correlate.domain.screen.counts import blends, familiar, is_counted
from services.correlate.domain.screen.names import PARTICLES, sound
from services.correlate.domain.screen.rarity import unlikely
from services.correlate.domain.screen.relations import SHORTEST_WITH_SLIP, relation
from services.correlate.domain.screen.weights import Weights

_MOST_REMEMBERED: Final = 100_000
"""Words seen whose meanings are remembered: some 30 MB at most."""

_MOST_LEARNT: Final = 200
"""Words learnt since a word was remembered that are looked through; of more it is looked up anew."""

_LEAST_UNUSED: Final = 1000
_UNUSED_OF: Final = 4
"""Words that nobody uses are forgotten when they are a fourth of all, and so many."""

_MOST_CLASSES: Final = 16
"""Classes that one word may be: the likeliest. A word near to more of them says nothing."""

_LEAST_OF_SLIP: Final = 3.5
"""Bits: what a slip is worth less than is not looked for."""

_SHORTEST_PART: Final = 3
_SHORTEST_JOINED: Final = 4
_MOST_CUTS_TRIED: Final = 200
_MOST_CUTS: Final = 6
_MOST_PARTS: Final = 7
"""Into how many parts a word is cut, in how many ways, and how many of these, the likeliest, are followed."""


class Meaning(NamedTuple):
    """A class of listed words that a seen word may be: its number in keys, what its words are worth, and at most for this word."""

    number: int
    bits: float
    sound: str
    gain: float


@lru_cache(maxsize=262_144)
def class_number(sound_of: str) -> int:
    """The number of a class: the same in every process, so that sums of them are keys that need no order."""
    return int.from_bytes(blake2b(sound_of.encode(), digest_size=7).digest())


class Vocabulary:
    """The words of one index, counted by use. Adding a word costs nothing that grows with the list."""

    def __init__(self, bits: Callable[[str], float], weights: Weights) -> None:
        self._bits = bits
        self._weights = weights
        self._uses: dict[str, int] = {}
        self._unused = 0
        self._classes: dict[str, str | tuple[str, ...]] = {}
        self._ends: dict[str, list[str]] = {}
        self._log: list[str] = []
        self._remembered: dict[str, tuple[int, tuple[Meaning, ...]]] = {}

    def add(self, word: str) -> None:
        """Counts a use of a word."""
        uses = self._uses.get(word)
        self._uses[word] = (uses or 0) + 1
        if uses is None:
            self._learn(word)
        elif not uses:
            self._unused -= 1

    def remove(self, word: str) -> None:
        """Takes back a use of a word. One that is used no more is kept for a while: most entries that change keep their names."""
        self._uses[word] -= 1
        if not self._uses[word]:
            self._unused += 1
            if self._unused > max(_LEAST_UNUSED, len(self._uses) // _UNUSED_OF):
                self._forget_unused()

    def meant(self, words: Sequence[str]) -> list[tuple[Meaning, ...]]:
        """For each word of a name what it may be; then for each part of a word that is several, and for neighbours that are listed as one."""
        every = list(words)
        for word in words:
            every += self.parts(word)
        uses = self._uses.get
        every += [joined for one, other in pairwise(words) if uses(joined := one + other)]
        latest, remembered = len(self._log), self._remembered.get
        found = []
        for word in dict.fromkeys(every):
            held = remembered(word)
            found.append(held[1] if held is not None and held[0] == latest else self.meanings(word))
        return found

    def meanings(self, word: str) -> tuple[Meaning, ...]:
        """The classes that a seen word may be, the likeliest first, its own sound among them."""
        held = self._remembered.get(word)
        latest = len(self._log)
        if held is not None and held[0] == latest:
            return held[1]
        if held is not None and latest - held[0] < _MOST_LEARNT and not any(map(partial(relation, word), self._log[held[0] :])):
            found = held[1]
        else:
            found = self._look_up(word)
        if len(self._remembered) >= _MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[word] = (latest, found)
        return found

    def words(self, meaning: Meaning) -> tuple[str, ...]:
        """The listed words of a class."""
        return self._class(meaning.sound)

    def parts(self, word: str) -> tuple[str, ...]:
        """The words that a word written as one may be made of; none where people bear it as it is."""
        if word in blends():
            return blends()[word]
        if len(word) < _SHORTEST_JOINED or is_counted(word):
            return ()
        cuts = islice(self._cuts(word, _MOST_PARTS), _MOST_CUTS_TRIED)
        likeliest = sorted(cuts, key=lambda cut: (sum(map(self._bits, cut)), cut))[:_MOST_CUTS]
        return tuple(dict.fromkeys(part for cut in likeliest for part in cut))

    def content(self) -> dict[str, object]:
        """Everything that answers depend on, in one order."""
        return {"uses": {word: uses for word, uses in sorted(self._uses.items()) if uses}}

    def _learn(self, word: str) -> None:
        heard = sound(word)
        others = self._class(heard)
        self._classes[heard] = (*others, word) if others else word
        if not others:
            for end in _ends(heard, len(heard)):
                self._ends.setdefault(end, []).append(heard)
        self._log.append(word)

    def _class(self, heard: str) -> tuple[str, ...]:
        """The words of a class: nearly always one, that is held without a tuple around it."""
        held = self._classes.get(heard, ())
        return (held,) if isinstance(held, str) else held

    def _forget_unused(self) -> None:
        """Learns the words that are used anew, and nothing else."""
        self._uses = {word: uses for word, uses in self._uses.items() if uses}
        self._unused = 0
        self._classes.clear()
        self._ends.clear()
        self._log.clear()
        self._remembered.clear()
        for word in self._uses:
            self._learn(word)
        self._log.clear()

    def _look_up(self, word: str) -> tuple[Meaning, ...]:
        if len(word) == 1:
            return ()
        heard = sound(word)
        own = self._bits(word)
        found = {heard: (own, own)}
        for other in dict.fromkeys(self._others(word, heard)):
            if other != heard and other in self._classes:
                every = self._class(other)
                gain = max(self._gain(word, listed) for listed in every)
                if gain > 0:
                    found[other] = (self._bits(every[0]), gain)
        some = sorted(found, key=lambda one: (one != heard, -found[one][1], one))[:_MOST_CLASSES]
        return tuple(Meaning(class_number(one), found[one][0], one, found[one][1]) for one in some)

    def _gain(self, word: str, listed: str) -> float:
        how = relation(listed, word)
        return worth(how, self._bits(listed), word, self._weights) if how else -1.0

    def _others(self, word: str, heard: str) -> Iterator[str]:
        """Classes that the word may be by nickname or slip, and some more."""
        yield from (key for other in familiar().get(word, ()) if (key := sound(other)) in self._classes)
        if len(word) < SHORTEST_WITH_SLIP - 1 or self._slip_at_most(word) <= _LEAST_OF_SLIP:
            return
        most = 1 if is_counted(word) else 2
        for length in range(len(heard) - most, len(heard) + most + 1):
            for end in _ends(heard, length):
                if held := self._ends.get(end):
                    near = process.extract(heard, held, scorer=OSA.distance, score_cutoff=most, limit=None)
                    yield from (other for other, _slips, _key in near)

    def _slip_at_most(self, word: str) -> float:
        """What it can be worth that a word is another one with a slip: of a common name nothing."""
        return unlikely(word) - self._weights.one_slip_seldom - self._weights.one_slip

    def _cuts(self, word: str, most: int) -> Iterator[tuple[str, ...]]:
        """Ways to cut a word into listed or counted words, the longest first part first."""
        if not word:
            yield ()
            return
        if not most:
            return
        for at in range(len(word), 1, -1):
            part = word[:at]
            if part in PARTICLES:
                yield from self._cuts(word[at:], most - 1)
            elif part in self._uses or (at >= _SHORTEST_PART and is_counted(part)):
                yield from ((part, *rest) for rest in self._cuts(word[at:], most - 1))


def _ends(heard: str, length: int) -> tuple[str, str]:
    """Where classes of a length are kept, by the first letter and by the last."""
    return f"{heard[:1]}-{length}", f"-{heard[-1:]}{length}"
