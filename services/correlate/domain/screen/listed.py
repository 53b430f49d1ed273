"""An actor of the watchlist made ready for comparison."""

from dataclasses import dataclass
from datetime import datetime

from services.correlate.domain.screen.forms import NameForm, organisation_form, person_form
from services.correlate.domain.screen.identifiers import normalise
from services.correlate.domain.screen.parts import Key, parts_of
from shared.contracts.vocabulary import ActorKind, Strength
from shared.contracts.watchlist import ActorEntry


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """An entry with the forms of its names and its identifiers. Compared by identity: a new version is a new one."""

    entry: ActorEntry
    forms: tuple[NameForm, ...]
    identifiers: tuple[Key, ...]

    @property
    def kind(self) -> ActorKind:
        """What the entry is about."""
        return self.entry.body.kind

    def in_force(self, at: datetime) -> bool:
        """Whether the entry holds for what occurred at a moment."""
        body = self.entry.body
        return (body.valid_from is None or body.valid_from <= at) and (body.valid_to is None or at < body.valid_to)


def _forms(entry: ActorEntry) -> tuple[NameForm, ...]:
    body = entry.body
    if body.kind is ActorKind.PERSON:
        every = (person_form(name) for name in body.names)
    elif body.kind is ActorKind.ORGANISATION:
        every = (organisation_form(name.text, weak=name.strength is Strength.WEAK) for name in body.names)
    else:
        return ()
    return tuple(form for form in every if form.words)


def _identifiers(entry: ActorEntry) -> tuple[Key, ...]:
    body, own = entry.body, entry.body.identifiers
    keys = [("document", normalise(document.number)) for document in body.documents]
    keys += [key for part in parts_of(body) for key in part.keys]
    if body.kind is ActorKind.VESSEL:
        keys += [("vessel", normalise(name)) for name in (*(name.text for name in body.names), (own.name if own else None) or "")]
    return tuple(dict.fromkeys(key for key in keys if key[1]))


def listed(entry: ActorEntry) -> Listed:
    """The entry made ready."""
    return Listed(entry, _forms(entry), _identifiers(entry))
