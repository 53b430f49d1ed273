"""Persons by the day they were born on."""

from collections.abc import Collection, Iterator
from functools import lru_cache

from services.correlate.domain.screen.listed import Listed

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


class BirthDays:
    """The listed persons of each birth date that is known to the day."""

    def __init__(self) -> None:
        self._held: dict[str, list[Listed]] = {}

    def add(self, actor: Listed) -> None:
        """Take a person in, under each of its birth dates."""
        for date in filter(is_day, set(actor.birth_dates)):
            self._held.setdefault(date, []).append(actor)

    def remove(self, actor: Listed) -> None:
        """Take a person out that was taken in."""
        for date in filter(is_day, set(actor.birth_dates)):
            self._held[date].remove(actor)
            if not self._held[date]:
                del self._held[date]

    def near(self, date: str, words: Collection[str], least: int) -> Iterator[Listed]:
        """Those born on a date, or nearly, one of whose names has at least so many of some words."""
        wanted = frozenset(words)
        disjoint, common, born = wanted.isdisjoint, wanted.intersection, self._held.get
        for near in _dates_near(date):
            for actor in born(near, ()):
                for form in actor.forms:
                    if not disjoint(form.words) and len(common(form.words)) >= least:
                        yield actor
                        break

    def content(self) -> dict[str, list[str]]:
        """Who was born when, in one order."""
        return {date: sorted(str(actor.entry_id) for actor in held) for date, held in sorted(self._held.items())}
