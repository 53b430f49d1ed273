"""What speaks for and against a person beside the name: birth date, nationality, sex."""

from functools import cache, lru_cache
from typing import Any, NamedTuple

from rigour.names import tokenize_name
from rigour.territories import get_territories
from rigour.text.translit import ascii_text

from services.correlate.domain.screen.listed import Listed
from services.correlate.domain.screen.weights import Weights
from shared.contracts.events import Person
from shared.contracts.explanation import Evidence

_LONG = 4
"""Letters of a word that names a place."""

_YEAR, _MONTH, _DAY = 4, 7, 10
"""Lengths of a date known to the year, the month and the day."""


class Said(NamedTuple):
    """What a field says, before anybody asks for the words: a candidate in a hundred becomes a hit."""

    weight: float
    how: str
    field: str
    listed: Any
    seen: Any

    def evidence(self) -> Evidence:
        """The same as evidence."""
        return Evidence(listed={self.field: self.listed}, seen={self.field: self.seen}, how=self.how, weight=self.weight)


_OF_THE_DAY = frozenset({"exact", "month", "day and month swapped", "one year off"})


def of_the_day(birth: Said | None) -> bool:
    """Whether a birth date tells a person from its family: the day agrees, or nearly; that the year does is little."""
    return birth is not None and birth.how in _OF_THE_DAY


def is_as_listed(said: Said | None) -> bool:
    """Whether a field was seen exactly as it is listed."""
    return said is not None and (said.listed == said.seen or said.field == "nationalities") and said.weight > 0


def _birth(listed: str, seen: str, weights: Weights) -> tuple[float, str]:
    known = min(len(listed), len(seen))
    if listed[:known] == seen[:known]:
        return {
            _DAY: (weights.birth_day, "exact"),
            _MONTH: (weights.birth_month, "month"),
        }.get(known, (weights.birth_year, "year"))
    years = abs(int(listed[:_YEAR]) - int(seen[:_YEAR]))
    if known == _DAY and not years and listed[5:7] == seen[8:10] and listed[8:10] == seen[5:7]:
        return weights.birth_swapped, "day and month swapped"
    if years == 1 and listed[_YEAR:known] == seen[_YEAR:known]:
        return weights.birth_near if known > _YEAR else 0.0, "one year off"
    if not years:
        return weights.birth_same_year_other_day, "same year, other day"
    return weights.birth_other, "other"


def most_besides(person: Person, weights: Weights) -> float:
    """Bits that what is told of a person beside name and birth date can say for anybody at most."""
    issued = person.nationalities or any(document.issuer for document in person.documents)
    places = weights.birth_place if person.birth_place else 0.0
    return (weights.nationality if issued else 0.0) + (weights.sex if person.sex else 0.0) + places


def birth_said(actor: Listed, person: Person, weights: Weights) -> Said | None:
    """The listed birth date that agrees best with the seen one, None where either is unknown."""
    if not person.birth_date or not actor.birth_dates:
        return None
    best = max((*_birth(date, person.birth_date, weights), date) for date in actor.birth_dates)
    return Said(best[0], best[1], "birth_date", best[2], person.birth_date)


def nationality_said(actor: Listed, person: Person, weights: Weights) -> Said | None:
    """Whether a nationality, or the issuer of a document where none is told, is a listed one."""
    seen = set(person.nationalities) or {document.issuer for document in person.documents if document.issuer}
    if not seen or not actor.nationalities:
        return None
    if seen & set(actor.nationalities):
        return Said(weights.nationality, "exact", "nationalities", sorted(actor.nationalities), sorted(seen))
    return Said(weights.other_nationality, "other", "nationalities", sorted(actor.nationalities), sorted(seen))


def sex_said(actor: Listed, person: Person, weights: Weights) -> Said | None:
    """Whether the sexes agree; anything but F and M says nothing."""
    listed, seen = (value[:1].upper() if value else "" for value in (actor.sex, person.sex))
    if listed not in {"F", "M"} or seen not in {"F", "M"}:
        return None
    if listed == seen:
        return Said(weights.sex, "exact", "sex", listed, seen)
    return Said(weights.other_sex, "other", "sex", listed, seen)


@lru_cache(maxsize=16_384)
def place_words(text: str) -> frozenset[str]:
    """The words that name a place: long ones, no country's (the nationality says that)."""
    tokens = (token for token in tokenize_name(ascii_text(text).casefold()) if len(token) >= _LONG)
    return frozenset(token for token in tokens if token not in _countries())


@cache
def _countries() -> frozenset[str]:
    """The names of countries, as words are compared."""
    return frozenset(ascii_text(territory.name).casefold() for territory in get_territories())


def birth_place_said(actor: Listed, person: Person, weights: Weights) -> Said | None:
    """Whether a listed place of birth has a word in common with the seen one; None where either names none within a country."""
    if not person.birth_place or not actor.birth_places:
        return None
    seen = place_words(person.birth_place)
    listed = [place for place in actor.birth_places if place_words(place)]
    if not seen or not listed:
        return None
    for place in listed:
        if seen & place_words(place):
            return Said(weights.birth_place, "exact", "birth_place", place, person.birth_place)
    return Said(weights.other_birth_place, "other", "birth_place", listed[0], person.birth_place)
