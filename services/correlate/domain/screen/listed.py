"""An actor of the watchlist made ready for comparison."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from services.correlate.domain.screen.corrections import corrections
from services.correlate.domain.screen.digest import token
from services.correlate.domain.screen.forms import NameForm, organisation_form, person_form
from services.correlate.domain.screen.identifiers import normalise
from services.correlate.domain.screen.packing import pack, unpack
from services.correlate.domain.screen.parts import Key, parts_of
from shared.contracts.vocabulary import ActorKind, Category, Strength
from shared.contracts.watchlist import ActorEntry


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """What candidates are compared by, at hand; the rest of the entry packed. Compared by identity: a new version is a new one."""

    entry_id: UUID
    kind: ActorKind
    forms: tuple[NameForm, ...]
    birth_dates: tuple[str, ...]
    nationalities: tuple[str, ...]
    sex: str | None
    birth_places: tuple[str, ...]
    category: Category | None
    valid_from: datetime | None
    valid_to: datetime | None
    token: int
    packed: bytes

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


def _forms(entry: ActorEntry) -> tuple[NameForm, ...]:
    body = entry.body
    if body.kind is ActorKind.PERSON:
        every = (person_form(name) for name in body.names)
    elif body.kind is ActorKind.ORGANISATION:
        every = (organisation_form(name.text, weak=name.strength is Strength.WEAK) for name in body.names)
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
    return Listed(
        entry_id=entry.entry_id,
        kind=body.kind,
        forms=_forms(entry),
        birth_dates=_shared(body.birth_dates),
        nationalities=_shared(body.nationalities),
        sex=body.sex,
        birth_places=_shared(place.text for place in body.birth_places or () if place.text),
        category=body.category,
        valid_from=body.valid_from,
        valid_to=body.valid_to,
        token=token(entry.entry_id, entry.version, entry.list_version),
        packed=pack(entry),
    )


def _shared(texts: Iterable[str]) -> tuple[str, ...]:
    """The same texts, of which many entries have the same, held once."""
    return _held(tuple(map(sys.intern, texts)))


@lru_cache(maxsize=4096)
def _held(texts: tuple[str, ...]) -> tuple[str, ...]:
    return texts
