"""Who is looked for: the persons of the lists who are designated for narcotics, by the parts of their names."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

from rigour.text.translit import ascii_text

from services.correlate.domain.screen.names import PARTICLES
from shared.contracts.vocabulary import ActorKind
from shared.contracts.watchlist import ActorEntry, ListedName

PROGRAMMES: Final = frozenset({"SDNT", "SDNTK", "ILLICIT-DRUGS-EO14059", "TCO"})
"""OFAC's programmes for narcotics trafficking and for transnational criminal organisations."""

_GENERATIONS: Final = frozenset({"JR", "SR", "II", "III"})
_DAY: Final = 10
_NO_LETTER: Final = re.compile(r"[^a-z]+")


class Half(StrEnum):
    """Of the people: the weights are chosen on one half, and what is published was measured on the other."""

    TUNE = "tune"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Sought:
    """A listed person: given names and surnames in small ASCII letters. A particle stands with its name: `de la cruz` is one surname."""

    entry: ActorEntry
    given: tuple[str, ...]
    surnames: tuple[str, ...]

    @property
    def half(self) -> Half:
        """By a hash of the id: it stays where it is when the list grows."""
        return Half.TUNE if sha256(self.entry.entry_id.bytes).digest()[0] % 2 else Half.REPORT

    @property
    def full(self) -> str:
        """Given names, then surnames."""
        return " ".join((*self.given, *self.surnames))

    @property
    def words(self) -> frozenset[str]:
        """The words of the name, without particles."""
        return frozenset(parts(self.full))

    @property
    def days(self) -> tuple[str, ...]:
        """The birth dates that are known to the day."""
        return tuple(date for date in self.entry.body.birth_dates if len(date) == _DAY)

    @property
    def nationality(self) -> str | None:
        """The first that is listed."""
        return next(iter(self.entry.body.nationalities), None)


def tokens(text: str) -> tuple[str, ...]:
    """The words of a text in small ASCII letters."""
    return tuple(token for token in _NO_LETTER.split(ascii_text(text).casefold()) if token)


def parts(text: str | None) -> tuple[str, ...]:
    """The words of a name, without particles."""
    return tuple(token for token in tokens(text or "") if token not in PARTICLES)


def names_in(text: str) -> tuple[str, ...]:
    """The names in a text, each with the particles before it; particles with nothing behind them are a name."""
    found: list[str] = []
    before: list[str] = []
    for token in tokens(text):
        before.append(token)
        if token not in PARTICLES:
            found.append(" ".join(before))
            before = []
    return (*found, " ".join(before)) if before else tuple(found)


def sought(entries: Sequence[ActorEntry]) -> Iterator[Sought]:
    """Those of a list who are designated for narcotics, of whose name it tells given names and surnames apart: by surnames in capitals at least."""
    for entry in entries:
        body = entry.body
        if body.kind is not ActorKind.PERSON or not PROGRAMMES.intersection(body.programmes or ()):
            continue
        given, surnames = map(names_in, _told_apart(body.names[0]))
        if given and surnames:
            yield Sought(entry, given, surnames)


def _told_apart(name: ListedName) -> tuple[str, str]:
    """Given names, surnames; where a reader left the surnames together, they are what is in capitals."""
    surnames = " ".join(filter(None, (name.paternal, name.maternal)))
    if name.given and surnames:
        return name.given, surnames
    words = [word for word in name.text.split() if word.rstrip(".") not in _GENERATIONS]
    first = next((at for at, word in enumerate(words) if word.isupper()), len(words))
    return " ".join(words[:first]), " ".join(words[first:])
