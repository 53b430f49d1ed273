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
from shared.contracts.watchlist import ActorEntry

PROGRAMMES: Final = frozenset({"SDNT", "SDNTK", "ILLICIT-DRUGS-EO14059", "TCO"})
"""OFAC's programmes for narcotics trafficking and for transnational criminal organisations."""

_DAY: Final = 10
_NO_LETTER: Final = re.compile(r"[^a-z]+")


class Half(StrEnum):
    """Of the people: the weights are chosen on one half, and what is published was measured on the other."""

    TUNE = "tune"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Sought:
    """A listed person: given names and surnames as small ASCII letters, particles apart."""

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
    def days(self) -> tuple[str, ...]:
        """The birth dates that are known to the day."""
        return tuple(date for date in self.entry.body.birth_dates if len(date) == _DAY)

    @property
    def nationality(self) -> str | None:
        """The first that is listed."""
        return next(iter(self.entry.body.nationalities), None)


def parts(text: str | None) -> tuple[str, ...]:
    """The words of a part of a name."""
    tokens = _NO_LETTER.split(ascii_text(text or "").casefold())
    return tuple(token for token in tokens if token and token not in PARTICLES)


def sought(entries: Sequence[ActorEntry]) -> Iterator[Sought]:
    """Those of a list who are designated for narcotics and whose given names and surnames it tells apart."""
    for entry in entries:
        body = entry.body
        if body.kind is not ActorKind.PERSON or not PROGRAMMES.intersection(body.programmes or ()):
            continue
        name = body.names[0]
        given, surnames = parts(name.given), parts(name.paternal) + parts(name.maternal)
        if given and surnames:
            yield Sought(entry, given, surnames)
