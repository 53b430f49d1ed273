"""Candidates by name, from an index: two names are compared when two of their words sound alike, one of them perhaps with a slip.

One shared word never makes a candidate of names with more than one, so the work does not grow with how common a word is but with how
common a pair of words is.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations

from services.correlate.domain.screen.forms import NameForm
from services.correlate.domain.screen.holders import Holders
from services.correlate.domain.screen.listed import Listed
from services.correlate.domain.screen.names import sound

_SHORTEST_WITH_SLIP = 4
"""Letters: a slip in a shorter word makes another word of it."""

_MOST_NEIGHBOURS = 24
"""Words near one word: more than that and the word is so short or so common that slips in it say nothing."""

_MOST_REMEMBERED = 200_000
"""Words whose neighbours are remembered between two changes of the list."""

_MOST_WORDS = 8
"""Words of one name that are paired: longer ones are titles and addresses in the wrong field."""


def _pair(one: str, other: str) -> str:
    return f"{one} {other}" if one <= other else f"{other} {one}"


def _deletions(word: str) -> Iterator[str]:
    """The word and what is left of it without one letter: words one slip apart share one of them (Garbe's SymSpell)."""
    yield word
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]


def _keys(form: NameForm) -> set[str]:
    sounds = form.sounds[:_MOST_WORDS]
    return {_pair(one, other) for one, other in combinations(sounds, 2)} if len(sounds) > 1 else set(sounds)


class NameIndex:
    """Names of one kind of actor by pairs of sounds. Adding and removing one actor costs what its own names cost."""

    def __init__(self) -> None:
        self._pairs = Holders()
        self._uses: dict[str, int] = {}
        self._slips: dict[str, tuple[str, ...]] = {}
        self._near: dict[str, tuple[str, ...]] = {}

    def add(self, actor: Listed) -> None:
        """Makes an actor findable by its names."""
        for key in {key for form in actor.forms for key in _keys(form)}:
            self._pairs.add(key, actor)
        for word in self._words(actor):
            self._uses[word] = self._uses.get(word, 0) + 1
            if self._uses[word] == 1:
                self._learn(word)

    def remove(self, actor: Listed) -> None:
        """Takes an actor out that was added."""
        for key in {key for form in actor.forms for key in _keys(form)}:
            self._pairs.remove(key, actor)
        for word in self._words(actor):
            self._uses[word] -= 1
            if not self._uses[word]:
                self._unlearn(word)

    def candidates(self, form: NameForm) -> Iterable[Listed]:
        """Every actor with a name that shares two words with this one by sound, one of them perhaps with a slip; or its only word. Each once."""
        words, sounds = form.words[:_MOST_WORDS], form.sounds[:_MOST_WORDS]
        if len(sounds) < 2:  # noqa: PLR2004 - a pair takes two
            return self._pairs.of(sounds[0]) if sounds else ()
        near = [self._neighbours(word) for word in words]
        found: dict[Listed, None] = {}
        pairs = self._pairs
        for one, other in combinations(range(len(sounds)), 2):
            keys = [_pair(sounds[one], sounds[other])]
            keys += [_pair(slip, sounds[other]) for slip in near[one]]
            keys += [_pair(sounds[one], slip) for slip in near[other]]
            for key in keys:
                if key in pairs:
                    found.update(dict.fromkeys(pairs.of(key)))
        return found

    def content(self) -> dict[str, object]:
        """Everything that candidates depend on, in one order."""
        slips = {slip: sorted(words) for slip, words in sorted(self._slips.items())}
        return {"pairs": self._pairs.content(), "uses": dict(sorted(self._uses.items())), "slips": slips}

    @staticmethod
    def _words(actor: Listed) -> set[str]:
        return {word for form in actor.forms for word in form.words[:_MOST_WORDS]}

    def _learn(self, word: str) -> None:
        self._near.clear()
        if len(word) >= _SHORTEST_WITH_SLIP:
            for slip in set(_deletions(word)):
                self._slips[slip] = (*self._slips.get(slip, ()), word)

    def _unlearn(self, word: str) -> None:
        self._near.clear()
        del self._uses[word]
        if len(word) >= _SHORTEST_WITH_SLIP:
            for slip in set(_deletions(word)):
                left = tuple(other for other in self._slips[slip] if other != word)
                if left:
                    self._slips[slip] = left
                else:
                    del self._slips[slip]

    def _neighbours(self, word: str) -> tuple[str, ...]:
        """The sounds of known words one slip away (a letter more, less, other, or two swapped), other than the word's own."""
        near = self._near.get(word)
        if near is None:
            near = ()
            if len(word) >= _SHORTEST_WITH_SLIP:
                others = {other for slip in _deletions(word) for other in self._slips.get(slip, ())}
                sounds = sorted({sound(other) for other in others} - {sound(word)})
                near = tuple(sounds) if len(sounds) <= _MOST_NEIGHBOURS else ()
            if len(self._near) >= _MOST_REMEMBERED:
                self._near.clear()
            self._near[word] = near
        return near
