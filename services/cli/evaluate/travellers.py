"""Generated travellers: listed persons whose names slipped, and everybody listed as they are listed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from services.cli.evaluate.people import Half, Sought, names_in, parts
from services.cli.evaluate.slips import KINDS, slipped
from shared.contracts.vocabulary import ActorKind, Strength
from shared.contracts.watchlist import ActorEntry

_TOLD: Final = 0.52
"""The share of travellers of whom the birth date, the nationality or both are told, where they are known."""
_BORN, _BOTH = 0.5, 0.7
"""Of these, the birth date of so many, from there on both, and of the rest the nationality."""


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


def told(random: Random, born: str | None, nation: str | None) -> tuple[str | None, str | None]:
    """What is told of a birth date and a nationality: half of the time nothing, else one or both, and the one that is known where only one is."""
    if random.random() >= _TOLD:
        return None, None
    share = random.random()
    if born is None or nation is None:
        return born, nation
    return (born if share < _BOTH else None), (nation if share >= _BORN else None)


def slipped_names(people: Sequence[Sought], seed: int) -> Iterator[Traveller]:
    """Every listed person with every kind of slip that its name can have."""
    for person in people:
        random = Random(f"{seed} {person.entry.entry_id}")
        for kind in KINDS:
            name = slipped(kind, random, person.given, person.surnames)
            born = random.choice(person.days) if person.days else None
            about = told(random, born, person.nationality)
            if name is not None:
                yield Traveller("slipped", kind, name, *about, person.half, person)


def exact_names(people: Sequence[Sought]) -> Iterator[Traveller]:
    """Every listed person as it is listed, with a birth date and the nationality; those of whom both are listed are a kind of their own."""
    for person in people:
        for date in person.entry.body.birth_dates[:1]:
            kind = "birth date and nationality" if person.nationality else "birth date"
            name = person.entry.body.names[0].text.upper()
            yield Traveller("exact", kind, name, date, person.nationality, person.half, person)


def every_name(entries: Sequence[ActorEntry]) -> Iterator[Traveller]:
    """Everybody on the lists under each strong name of two words at least, with a birth date and a nationality, where both are listed."""
    for entry in entries:
        body = entry.body
        if body.kind is ActorKind.PERSON and body.birth_dates and body.nationalities:
            for name in body.names:
                words = names_in(name.text)
                if name.strength is Strength.STRONG and len(parts(name.text)) > 1:
                    person = Sought(entry, words, ())
                    about = (body.birth_dates[0], body.nationalities[0])
                    yield Traveller("listed", name.type.value, name.text.upper(), *about, person.half, person)
