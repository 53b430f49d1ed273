"""Generated travellers who are nobody on the list, and of whom none should be stopped: strangers, near strangers, siblings and twins."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Final

from services.cli.evaluate.people import Half, Sought, parts
from services.cli.evaluate.travellers import Traveller, told
from services.cli.reference import Pool, pools
from shared.contracts.vocabulary import ActorKind
from shared.contracts.watchlist import ActorEntry

_ELSEWHERE: Final = ("CU", "DO", "EC", "PE", "VE")
NATIONS: Final = ("GT", "HN", "SV", "NI", "CR", "PA", "BZ", "MX", "CO")
_TWO: Final = 2
_THREE: Final = 3
"""Names of a listed person that a near stranger shares two of: who shares two of two has the name."""
_TWO_WORDS_EVERY: Final = 5
"""One stranger in five travels under one given name and one surname."""
_YEARS: Final = (-6, -5, -4, -3, -2, 2, 3, 4, 5, 6)
"""Between the births of two siblings."""
_SHARED: Final = (
    ("given name and first surname", "first"),
    ("given name and second surname", "second"),
    ("both surnames", "both"),
    ("both surnames, the other way round", "swapped"),
)
"""Which two names of a listed person near strangers share."""


class Strangers:
    """Draws people who are nobody on the list, by how many bear each name; the same seed gives the same people.

    With `elsewhere` they are of five countries from which people travel through the region, and whose names the matcher was not made by.
    """

    def __init__(self, people: Sequence[Sought], entries: Sequence[ActorEntry], seed: int, *, elsewhere: bool = False) -> None:
        self._people = people
        self._random = Random(seed)
        self._pools = pools("elsewhere" if elsewhere else "mx")
        self._nations = _ELSEWHERE if elsewhere else NATIONS
        self._group = "stranger from elsewhere" if elsewhere else "stranger"
        self._with_siblings = [person for person in people if len(person.surnames) == _TWO and person.days]
        self._bearers: dict[str, list[int]] = {}
        for number, person in enumerate(people):
            for word in {word for name in person.entry.body.names for word in parts(name.text)}:
                self._bearers.setdefault(word, []).append(number)
        self.kept_out = 0
        """Strangers drawn who had the name and the birth date of somebody listed, and were not taken."""
        self._born = {(name, day) for entry in entries for name in _names(entry) for day in entry.body.birth_dates}

    def strangers(self, count: int) -> Iterator[Traveller]:
        """Of the name and birth date of nobody on the list; who has the name alone is a stranger all the same."""
        made = 0
        while made < count:
            two = made % _TWO_WORDS_EVERY == 0
            given = self._given()
            surnames = [self._surname()] if two else [self._surname(), self._surname()]
            name = " ".join((given.split()[0] if two else given, *surnames))
            one = self._traveller(self._group, "two words" if two else "three words and more", name, made)
            if (frozenset(parts(name)), one.birth_date) in self._born:
                self.kept_out += 1
            else:
                made += 1
                yield one

    def near_strangers(self, count: int) -> Iterator[Traveller]:
        """Of people who share two parts of a name with somebody listed, and have others of their own in place of the rest."""
        full = [person for person in self._people if len(person.given) + len(person.surnames) >= _THREE]
        number = 0
        while number < count:
            person = self._random.choice(full)
            kind, shares = self._random.choice([one for one in _SHARED if len(person.surnames) > 1 or one[1] == "first"])
            name = " ".join((*self._near_given(person, shares), *self._near_surnames(person, shares)))
            if len(person.words.intersection(parts(name))) == _TWO and not self._shares_more(parts(name)):
                number += 1
                yield self._traveller("near stranger", kind, name, number, person)

    def _near_given(self, person: Sought, shares: str) -> tuple[str, ...]:
        """One given name or two, of which the first is shared where a given name is; the others are the near stranger's own."""
        pool = self._pool_of_given()
        own = self._other(lambda: self._first_given(pool), person.words)
        first = person.given[0] if shares in {"first", "second"} else self._other(lambda: self._first_given(pool), person.words)
        return (first, own) if self._random.random() < 1 / 2 else (first,)

    def _near_surnames(self, person: Sought, shares: str) -> tuple[str, str]:
        first, second = person.surnames[0], person.surnames[-1]
        own = self._other(self._surname, person.words)
        return {"both": (first, second), "swapped": (second, first), "first": (first, own), "second": (own, second)}[shares]

    def siblings(self, count: int) -> Iterator[Traveller]:
        """Brothers and sisters of listed people: both surnames, another given name, born some years before or after; of half it is told when."""
        for number in range(count):
            person, name = self._sibling()
            years = self._random.choice(_YEARS)
            born = f"{int(person.days[0][:4]) + years}-{self._random.randrange(1, 13):02}-{self._random.randrange(1, 29):02}"
            known = None if number % 2 else born
            kind = "birth date known" if known else "birth date not known"
            yield Traveller("sibling", kind, name, known, person.nationality, person.half, like=person)

    def twins(self, count: int) -> Iterator[Traveller]:
        """The same, born on the same day."""
        for _ in range(count):
            person, name = self._sibling()
            yield Traveller("twin", "of a listed person", name, person.days[0], person.nationality, person.half, like=person)

    def _sibling(self) -> tuple[Sought, str]:
        """A listed person and the name of a brother or sister who is not listed."""
        while True:
            person = self._random.choice(self._with_siblings)
            pool = self._pool_of_given()
            given = [self._other(lambda: self._first_given(pool), person.words) for _ in person.given[:2]]  # noqa: B023 - drawn at once
            name = " ".join((*given, *person.surnames))
            if not self._shares_more(parts(name)):
                return person, name.upper()

    def _shares_more(self, words: Sequence[str]) -> bool:
        """Whether a name shares three words with somebody listed, of whatever family: then it is near to more than two parts of a name."""
        shared = Counter(person for word in set(words) for person in self._bearers.get(word, ()))
        return any(count >= _THREE for count in shared.values())

    def _traveller(self, group: str, kind: str, name: str, number: int, near: Sought | None = None) -> Traveller:
        nation = self._random.choice(self._nations)
        born, nation_told = told(self._random, self._date(), near.nationality or nation if near else nation)
        half = near.half if near else Half.TUNE if number % 2 else Half.REPORT
        return Traveller(group, kind, name.upper(), born, nation_told, half, like=near)

    def _given(self) -> str:
        """One given name or two of one sex."""
        pool = self._pool_of_given()
        given = pool.draw(self._random)
        second = " " not in given and self._random.random() < 1 / 2
        return f"{given} {self._first_given(pool)}" if second else given

    def _first_given(self, pool: Pool) -> str:
        return pool.draw(self._random).split()[0]

    def _pool_of_given(self) -> Pool:
        return self._pools[self._random.choice(("given_m", "given_m", "given_f"))]

    def _surname(self) -> str:
        return self._pools["surname"].draw(self._random)

    def _other(self, draw: Callable[[], str], shared: frozenset[str]) -> str:
        """A name that is none of some others."""
        while True:
            name = draw()
            if not shared.intersection(parts(name)) and parts(name):
                return name

    def _date(self) -> str:
        return f"{self._random.randrange(1945, 2007)}-{self._random.randrange(1, 13):02}-{self._random.randrange(1, 29):02}"


def _names(entry: ActorEntry) -> Iterator[frozenset[str]]:
    """The words of each name of a listed person, without particles."""
    if entry.body.kind is ActorKind.PERSON:
        yield from (frozenset(parts(name.text)) for name in entry.body.names)
