"""Candidates by name, from an index: two names are compared when two of their words sound alike, one of them perhaps with a slip.

One shared word never makes a candidate of names with more than one, so the work does not grow with how common a word is but with how
common a pair of words is.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations

from services.correlate.domain.screen.forms import NameForm
from services.correlate.domain.screen.listed import Listed

_SHORTEST_WITH_SLIP = 4
"""Sounds: a slip in a shorter word makes another word of it."""

_MOST_NEIGHBOURS = 24
"""Sounds near one word: more than that and the word is so short or so common that slips in it say nothing."""

_MOST_WORDS = 8
"""Words of one name that are paired: longer ones are titles and addresses in the wrong field."""


def _pair(one: str, other: str) -> str:
    return f"{one} {other}" if one <= other else f"{other} {one}"


def _deletions(sound: str) -> Iterator[str]:
    yield sound
    for at in range(len(sound)):
        yield sound[:at] + sound[at + 1 :]


def _keys(form: NameForm) -> set[str]:
    sounds = form.sounds[:_MOST_WORDS]
    return {_pair(one, other) for one, other in combinations(sounds, 2)} if len(sounds) > 1 else set(sounds)


class NameIndex:
    """Names of one kind of actor by pairs of sounds. Adding and removing one actor costs what its own names cost."""

    def __init__(self) -> None:
        self._pairs: dict[str, tuple[Listed, ...]] = {}
        self._uses: dict[str, int] = {}
        self._slips: dict[str, tuple[str, ...]] = {}
        self._near: dict[str, tuple[str, ...]] = {}

    def add(self, actor: Listed) -> None:
        """Makes an actor findable by its names."""
        for key in {key for form in actor.forms for key in _keys(form)}:
            self._pairs[key] = (*self._pairs.get(key, ()), actor)
        for sound in self._sounds(actor):
            self._uses[sound] = self._uses.get(sound, 0) + 1
            if self._uses[sound] == 1:
                self._learn(sound)

    def remove(self, actor: Listed) -> None:
        """Takes an actor out that was added."""
        for key in {key for form in actor.forms for key in _keys(form)}:
            left = tuple(other for other in self._pairs.get(key, ()) if other is not actor)
            if left:
                self._pairs[key] = left
            else:
                self._pairs.pop(key, None)
        for sound in self._sounds(actor):
            self._uses[sound] -= 1
            if not self._uses[sound]:
                self._unlearn(sound)

    def candidates(self, form: NameForm) -> Iterable[Listed]:
        """Every actor with a name that shares two sounding words with this one (or its only word), each once."""
        sounds = form.sounds[:_MOST_WORDS]
        if len(sounds) < 2:  # noqa: PLR2004 - a pair takes two
            return self._pairs.get(sounds[0], ()) if sounds else ()
        known = self._uses
        exact = [sound in known for sound in sounds]
        near = [self._neighbours(sound) for sound in sounds]
        found: dict[Listed, None] = {}
        pairs = self._pairs
        for one, other in combinations(range(len(sounds)), 2):
            keys = [_pair(sounds[one], sounds[other])] if exact[one] and exact[other] else []
            if exact[other]:
                keys += [_pair(slip, sounds[other]) for slip in near[one]]
            if exact[one]:
                keys += [_pair(sounds[one], slip) for slip in near[other]]
            for key in keys:
                if key in pairs:
                    found.update(dict.fromkeys(pairs[key]))
        return found

    @staticmethod
    def _sounds(actor: Listed) -> set[str]:
        return {sound for form in actor.forms for sound in form.sounds[:_MOST_WORDS]}

    def _learn(self, sound: str) -> None:
        self._near.clear()
        if len(sound) >= _SHORTEST_WITH_SLIP:
            for slip in set(_deletions(sound)):
                self._slips[slip] = (*self._slips.get(slip, ()), sound)

    def _unlearn(self, sound: str) -> None:
        self._near.clear()
        del self._uses[sound]
        if len(sound) >= _SHORTEST_WITH_SLIP:
            for slip in set(_deletions(sound)):
                left = tuple(other for other in self._slips[slip] if other != sound)
                if left:
                    self._slips[slip] = left
                else:
                    del self._slips[slip]

    def _neighbours(self, sound: str) -> tuple[str, ...]:
        """Known sounds one slip away (a letter more, less, other, or two swapped)."""
        near = self._near.get(sound)
        if near is None:
            near = ()
            if len(sound) >= _SHORTEST_WITH_SLIP:
                found = {other: None for slip in _deletions(sound) for other in self._slips.get(slip, ()) if other != sound}
                near = tuple(found) if len(found) <= _MOST_NEIGHBOURS else ()
            if len(self._near) > 200_000:  # noqa: PLR2004 - bounds the memory of a long run
                self._near.clear()
            self._near[sound] = near
        return near
