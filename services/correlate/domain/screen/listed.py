"""An actor of the watchlist made ready for comparison."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from typing import NamedTuple
from uuid import UUID

from services.correlate.domain.screen.corrections import corrections
from services.correlate.domain.screen.forms import NameForm, Reading, organisation_name, person_form
from services.correlate.domain.screen.identifiers import normalise
from services.correlate.domain.screen.packing import pack, unpack
from services.correlate.domain.screen.parts import Key, parts_of
from shared.contracts.vocabulary import ActorKind, Category, Strength
from shared.contracts.watchlist import ActorBody, ActorEntry


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """What candidates are found and compared by, at hand; the rest of the entry packed. Compared by identity: a new version is a new one.

    `names` are the words of each name and `readings` how they are read, in parallel; what was written is in the entry.
    """

    number: int
    kind: ActorKind
    version: int
    names: tuple[tuple[str, ...], ...]
    readings: tuple[Reading, ...]
    birth_dates: tuple[str, ...]
    nationalities: tuple[str, ...]
    sex: str | None
    birth_places: tuple[str, ...]
    category: Category | None
    valid_from: datetime | None
    valid_to: datetime | None
    packed: bytes

    @property
    def entry_id(self) -> UUID:
        """The entry's own id, of which `number` is the number."""
        return UUID(int=self.number)

    @property
    def forms(self) -> tuple[NameForm, ...]:
        """Every name that has words."""
        return tuple(map(self.form, range(len(self.names))))

    def form(self, at: int) -> NameForm:
        """One of the names."""
        return NameForm(self.names[at], self.readings[at], partial(self._written, at))

    def _written(self, at: int) -> str:
        return _forms(self.entry.body)[at].text

    @property
    def entry(self) -> ActorEntry:
        """The whole entry, unpacked each time that it is asked for: when it is met."""
        return unpack(self.packed)

    def in_force(self, at: datetime) -> bool:
        """Whether the entry holds for what occurred at a moment."""
        return (self.valid_from is None or self.valid_from <= at) and (self.valid_to is None or at < self.valid_to)


class Near(NamedTuple):
    """A listed actor that a name seen may be, those of its names that come near, and what they can be worth at most, in bits."""

    actor: Listed
    forms: tuple[NameForm, ...]
    at_most: float


def _forms(body: ActorBody) -> tuple[NameForm, ...]:
    if body.kind is ActorKind.PERSON:
        every = (person_form(name) for name in body.names)
    elif body.kind is ActorKind.ORGANISATION:
        every = (organisation_name(name.text, weak=name.strength is Strength.WEAK) for name in body.names)
    else:
        return ()
    return tuple(form for form in every if form.words)


def identifiers(entry: ActorEntry) -> tuple[Key, ...]:
    """Everything by which an entry is met beside its names, each once."""
    body, own = entry.body, entry.body.identifiers
    keys = [("document", normalise(document.number)) for document in body.documents]
    keys += [key for part in parts_of(body) for key in part.keys]
    if body.kind is ActorKind.VESSEL:
        keys += [("vessel", normalise(name)) for name in (*(name.text for name in body.names), (own.name if own else None) or "")]
    keys += corrections(body)
    return tuple(dict.fromkeys(key for key in keys if key[1]))


def listed(entry: ActorEntry) -> Listed:
    """The entry made ready."""
    body = entry.body
    forms = _forms(body)
    return Listed(
        number=entry.entry_id.int,
        kind=body.kind,
        version=entry.version,
        names=tuple(form.words for form in forms),
        readings=_readings(tuple(form.reading for form in forms)),
        birth_dates=_shared(body.birth_dates),
        nationalities=_shared(body.nationalities),
        sex=body.sex,
        birth_places=_shared(place.text for place in body.birth_places or () if place.text),
        category=body.category,
        valid_from=body.valid_from,
        valid_to=body.valid_to,
        packed=pack(entry),
    )


def _shared(texts: Iterable[str]) -> tuple[str, ...]:
    """The same texts, of which many entries have the same, held once."""
    return _held(tuple(map(sys.intern, texts)))


@lru_cache(maxsize=4096)
def _readings(every: tuple[Reading, ...]) -> tuple[Reading, ...]:
    return every


@lru_cache(maxsize=4096)
def _held(texts: tuple[str, ...]) -> tuple[str, ...]:
    return texts
