"""Generated travellers: listed persons whose names slipped, and strangers, near strangers and siblings who must not be stopped."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from services.cli.evaluate.people import Half, Sought, parts
from services.cli.evaluate.slips import KINDS, slipped
from services.cli.reference import Pool, pools

NATIONS: Final = ("GT", "HN", "SV", "NI", "CR", "PA", "BZ", "MX", "CO")
_THREE: Final = 3
"""Words of a listed name that a near stranger shares two of: who shares two of two has the name."""
_TWO_WORDS_EVERY: Final = 5
"""One stranger in five travels under one given name and one surname."""
_BORN: Final = 0.35
"""Of all travellers, the share of which the birth date is told."""
_NATIONAL: Final = (0.25, 0.5)
"""Between these shares the nationality is told: half of all have one of the two, and a few have both."""


@dataclass(frozen=True, slots=True)
class Traveller:
    """What a border post writes of one person; `truth` is the listed person that it is."""

    group: str
    kind: str
    name: str
    birth_date: str | None
    nationality: str | None
    half: Half
    truth: Sought | None = None

    @property
    def words(self) -> int:
        """Of the listed name."""
        return len(self.truth.given) + len(self.truth.surnames) if self.truth else 0


def slipped_names(people: Sequence[Sought], seed: int) -> Iterator[Traveller]:
    """Every listed person with every kind of slip that its name can have."""
    for person in people:
        random = Random(f"{seed} {person.entry.entry_id}")
        for kind in KINDS:
            name = slipped(kind, random, person.given, person.surnames)
            share = random.random()
            if name is not None:
                born = random.choice(person.days) if share < _BORN and person.days else None
                nation = person.nationality if _NATIONAL[0] <= share < _NATIONAL[1] else None
                yield Traveller("slipped", kind, name, born, nation, person.half, person)


def exact_names(people: Sequence[Sought]) -> Iterator[Traveller]:
    """Every listed person as it is listed, with birth date and nationality."""
    for person in people:
        for date in person.entry.body.birth_dates[:1]:
            yield Traveller("exact", "as listed", person.full.upper(), date, person.nationality, person.half, person)


class Strangers:
    """Draws people who are nobody on the list, by how many bear each name; the same seed gives the same people."""

    def __init__(self, people: Sequence[Sought], seed: int) -> None:
        self._people = people
        self._random = Random(seed)
        self._pools = pools()
        self._with_siblings = [person for person in people if len(person.surnames) == 2 and person.days]  # noqa: PLR2004 - father's and mother's
        self._bearers: dict[str, list[int]] = {}
        for number, person in enumerate(people):
            for word in {word for name in person.entry.body.names for word in parts(name.text)}:
                self._bearers.setdefault(word, []).append(number)
        self._born = {(frozenset((*person.given, *person.surnames)), day) for person in people for day in person.days}

    def strangers(self, count: int) -> Iterator[Traveller]:
        """Of the name and birth date of nobody on the list; who has the name alone is a stranger all the same."""
        made = 0
        while made < count:
            two = made % _TWO_WORDS_EVERY == 0
            given = self._given()
            surnames = [self._surname()] if two else [self._surname(), self._surname()]
            name = " ".join((given.split()[0] if two else given, *surnames))
            one = self._traveller("stranger", "two words" if two else "three words and more", name, made)
            if (frozenset(parts(name)), one.birth_date) not in self._born:
                made += 1
                yield one

    def near_strangers(self, count: int) -> Iterator[Traveller]:
        """Of people who share two parts of a name with somebody listed, and have others of their own in place of the rest."""
        full = [person for person in self._people if len(person.given) + len(person.surnames) >= _THREE]
        number = 0
        while number < count:
            person = self._random.choice(full)
            kind, (given, surnames) = self._random.choice([one for one in _SHARED if _can(person, one[1])])
            shared = frozenset((*person.given, *person.surnames))
            kept_given = person.given[:1] if given else (self._other(self._first_given, shared),)
            others = [self._other(self._surname, shared) for _ in range(2)]
            first, second = person.surnames[0], person.surnames[1] if len(person.surnames) > 1 else ""
            kept = {"both": (first, second), "first": (first, others[0]), "second": (others[0], second)}[surnames]
            name = " ".join((*kept_given, *kept))
            if self._shares_more(parts(name)):
                continue
            number += 1
            yield self._traveller("near stranger", kind, name, number, person)

    def siblings(self, count: int) -> Iterator[Traveller]:
        """Brothers and sisters of listed people: both surnames, another given name, born some years before or after."""
        for number in range(count):
            person, name = self._sibling()
            day = person.days[0]
            years = self._random.choice((-6, -5, -4, -3, -2, 2, 3, 4, 5, 6))
            born = f"{int(day[:4]) + years}-{self._random.randrange(1, 13):02}-{self._random.randrange(1, 29):02}"
            told = None if number % 2 else born
            yield Traveller("sibling", "of a listed person", name, told, person.nationality, person.half, None)

    def twins(self, count: int) -> Iterator[Traveller]:
        """The same, born on the same day."""
        for _ in range(count):
            person, name = self._sibling()
            yield Traveller("twin", "of a listed person", name, person.days[0], person.nationality, person.half, None)

    def _sibling(self) -> tuple[Sought, str]:
        """A listed person and the name of a brother or sister who is not listed."""
        while True:
            person = self._random.choice(self._with_siblings)
            shared = frozenset(person.given)
            name = " ".join((*(self._other(self._first_given, shared) for _ in person.given[:2]), *person.surnames))
            if not self._shares_more(parts(name)):
                return person, name.upper()

    def _shares_more(self, words: Sequence[str]) -> bool:
        """Whether a name shares three words with somebody listed, of whatever family: then it is near to more than two parts of a name."""
        shared = Counter(person for word in set(words) for person in self._bearers.get(word, ()))
        return any(count >= _THREE for count in shared.values())

    def _traveller(self, group: str, kind: str, name: str, number: int, near: Sought | None = None) -> Traveller:
        share = self._random.random()
        born = self._date() if share < _BORN else None
        nation = self._random.choice(NATIONS) if _NATIONAL[0] <= share < _NATIONAL[1] else None
        if near is not None and nation is not None:
            nation = near.nationality
        half = near.half if near else Half.TUNE if number % 2 else Half.REPORT
        return Traveller(group, kind, name.upper(), born, nation, half)

    def _given(self) -> str:
        given = self._pool_of_given().draw(self._random)
        second = " " not in given and self._random.random() < 1 / 2
        return f"{given} {self._first_given()}" if second else given

    def _first_given(self) -> str:
        return self._pool_of_given().draw(self._random).split()[0]

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


_SHARED: Final = (
    ("given name and first surname", (True, "first")),
    ("given name and second surname", (True, "second")),
    ("both surnames", (False, "both")),
)
"""Which two parts of a listed name near strangers share: a given name, and which surnames."""


def _can(person: Sought, shared: tuple[bool, str]) -> bool:
    return len(person.surnames) > 1 or shared[1] == "first"
