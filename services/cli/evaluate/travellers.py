"""Generated travellers: listed persons whose names slipped, and listed persons as they are listed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from services.cli.evaluate.people import Half, Sought
from services.cli.evaluate.slips import KINDS, slipped

BORN: Final = 0.35
"""Of all travellers, the share of which the birth date is told."""
NATIONAL: Final = (0.25, 0.5)
"""Between these shares the nationality is told: half of all have one of the two, and a few have both."""


@dataclass(frozen=True, slots=True)
class Traveller:
    """What a border post writes of one person; `truth` is the listed person that it is, `like` the one that it resembles and is not."""

    group: str
    kind: str
    name: str
    birth_date: str | None
    nationality: str | None
    half: Half
    truth: Sought | None = None
    like: Sought | None = None

    @property
    def words(self) -> int:
        """Names of the listed person: given names and surnames."""
        return len(self.truth.given) + len(self.truth.surnames) if self.truth else 0


def slipped_names(people: Sequence[Sought], seed: int) -> Iterator[Traveller]:
    """Every listed person with every kind of slip that its name can have."""
    for person in people:
        random = Random(f"{seed} {person.entry.entry_id}")
        for kind in KINDS:
            name = slipped(kind, random, person.given, person.surnames)
            share = random.random()
            if name is not None:
                born = random.choice(person.days) if share < BORN and person.days else None
                nation = person.nationality if NATIONAL[0] <= share < NATIONAL[1] else None
                yield Traveller("slipped", kind, name, born, nation, person.half, person)


def exact_names(people: Sequence[Sought]) -> Iterator[Traveller]:
    """Every listed person as it is listed, with a birth date and the nationality; those of whom both are listed are a kind of their own."""
    for person in people:
        for date in person.entry.body.birth_dates[:1]:
            kind = "birth date and nationality" if person.nationality else "birth date"
            name = person.entry.body.names[0].text.upper()
            yield Traveller("exact", kind, name, date, person.nationality, person.half, person)
