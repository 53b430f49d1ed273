"""Persons by the day they were born on."""

from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache, reduce
from itertools import chain
from operator import or_
from typing import Final

import numpy as np

from services.correlate.domain.screen.listed import Listed
from services.correlate.domain.screen.names import sound
from services.correlate.domain.screen.vocabulary import Meaning, class_number

_FEW: Final = 64
"""Persons that are looked at one by one sooner than all at once."""

_YEAR, _DAY = 4, 10
"""Lengths of a date known to the year and to the day."""


def is_day(date: str) -> bool:
    """Whether a date is known to the day."""
    return len(date) == _DAY


def year_of(date: str) -> str:
    """The year of a date."""
    return date[:_YEAR]


@lru_cache(maxsize=32_768)
def _dates_near(date: str) -> tuple[str, ...]:
    """The days that may be meant by one that was written: itself, day and month swapped, a year off."""
    month, day = date[5:7], date[8:10]
    swapped = (f"{date[:_YEAR]}-{day}-{month}",) if month != day and day <= "12" else ()
    year = int(date[:_YEAR])
    return (date, *swapped, f"{year - 1:04d}{date[_YEAR:]}", f"{year + 1:04d}{date[_YEAR:]}")


class _Day:
    """Those born on a day, and beside each the words of its names as bits of one number, so that many are looked through at once."""

    __slots__ = ("actors", "words")

    def __init__(self) -> None:
        self.actors: list[Listed] = []
        self.words = array("Q")

    def add(self, actor: Listed) -> None:
        self.actors.append(actor)
        self.words.append(_bits(class_number(sound(word)) for words in actor.names for word in words))

    def remove(self, actor: Listed) -> None:
        at = self.actors.index(actor)
        del self.actors[at], self.words[at]


class BirthDays:
    """The listed persons of each birth date that is known to the day: on most days only one, who is held as such."""

    def __init__(self) -> None:
        self._held: dict[str, Listed | _Day] = {}

    def add(self, actor: Listed) -> None:
        """Take a person in, under each of its birth dates."""
        for date in filter(is_day, set(actor.birth_dates)):
            held = self._held.get(date)
            if held is None:
                self._held[date] = actor
            elif isinstance(held, Listed):
                self._held[date] = both = _Day()
                both.add(held)
                both.add(actor)
            else:
                held.add(actor)

    def remove(self, actor: Listed) -> None:
        """Take a person out that was taken in."""
        for date in filter(is_day, set(actor.birth_dates)):
            held = self._held[date]
            if isinstance(held, Listed):
                del self._held[date]
            else:
                held.remove(actor)
                if len(held.actors) == 1:
                    self._held[date] = held.actors[0]

    def near(self, date: str, meant: Sequence[Sequence[Meaning]], words: Collection[str], least: int) -> Iterator[Listed]:
        """Those born on a date, or nearly, one of whose names has at least so many of some words.

        Of many only those are looked at whose names may have a meaning of so many words that were seen; `words` are the words of every meaning.
        """
        held = [day for near in _dates_near(date) if (day := self._held.get(near))]
        days = [day for day in held if isinstance(day, _Day)]
        several = sum(len(day.actors) for day in days) >= _FEW
        wanted = frozenset(words)
        disjoint, common = wanted.isdisjoint, wanted.intersection
        alone = (day for day in held if isinstance(day, Listed))
        for actor in chain(alone, _likely(days, meant, least) if several else chain.from_iterable(day.actors for day in days)):
            for name in actor.names:
                if not disjoint(name) and len(common(name)) >= least:
                    yield actor
                    break

    def content(self) -> dict[str, list[str]]:
        """Who was born when, in one order."""
        every = ((date, [held] if isinstance(held, Listed) else held.actors) for date, held in sorted(self._held.items()))
        return {date: sorted(str(actor.entry_id) for actor in actors) for date, actors in every}


def _bits(numbers: Iterable[int]) -> int:
    """A set of classes of words as one number of 64 bits: two classes may fall on one bit."""
    return reduce(or_, (1 << (number & 63) for number in numbers), 0)


def _likely(days: Sequence[_Day], meant: Sequence[Sequence[Meaning]], least: int) -> list[Listed]:
    """Of many those whose names may have a meaning of so many of the words: all who have, and few others."""
    seen = np.array([_bits(one.number for one in meanings) for meanings in meant if meanings], np.uint64)
    held = np.concatenate([np.frombuffer(day.words, np.uint64) for day in days])
    likely = np.flatnonzero(np.count_nonzero(held[:, None] & seen, axis=1) >= least).tolist()
    found, first = [], 0
    for day in days:
        end = first + len(day.actors)
        while likely and likely[0] < end:
            found.append(day.actors[likely.pop(0) - first])
        first = end
    return found
