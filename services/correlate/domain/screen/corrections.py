"""Listed numbers that were misread before they were listed: what they may be, kept in the index beside them.

A listed number whose check digit does not hold was never given out: somebody wrote it down wrong. So whoever shows a number that holds, one
slip from it, may be who is sought. Nobody is stopped for that alone: up to some fifty people bear one of the numbers that it may be, and
each of them would be met at every crossing. Only numbers that do not hold have corrections, ten (nine digits) to some fifty (a VIN): some
kilobytes for an entry with a wrong number, nothing for the others.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from services.correlate.domain.screen.identifiers import normalise
from services.correlate.domain.screen.misreads import is_proved, rule_word, slips
from services.correlate.domain.screen.parts import Key, parts_of
from shared.contracts.check_digits import document_number as checked
from shared.contracts.check_digits import object_holds
from shared.contracts.watchlist import ActorBody

_PREFIX: Final = "corrected "
_OBJECTS: Final = frozenset({"vin", "imo", "container"})


def corrected(field: str) -> str:
    """The kind of key that corrections of a field's numbers are held under."""
    return _PREFIX + field


def corrections(body: ActorBody) -> Iterator[Key]:
    """What the numbers of an entry that do not hold may be: numbers one slip away that do."""
    for document in body.documents:
        yield from _of_document(document.type, document.issuer, normalise(document.number))
    for part in parts_of(body):
        for field, number in part.keys:
            if field == "document":
                yield from _of_document(part.own.type, part.own.issuer or part.own.country, number)
            elif field in _OBJECTS and is_proved(field, number) and object_holds(field, number) is False:
                yield from _of_object(field, number)


@lru_cache(maxsize=1024)
def _of_object(field: str, number: str) -> tuple[Key, ...]:
    return tuple((corrected(field), one) for one in dict.fromkeys(slips(number)) if object_holds(field, one))


@lru_cache(maxsize=1024)
def _of_document(kind: str | None, issuer: str | None, number: str) -> tuple[Key, ...]:
    word = rule_word(kind, issuer, number)
    if word is None or checked(word, issuer, number)[1] is not False:
        return ()
    found = dict.fromkeys(slips(number))
    return tuple((corrected("document"), one) for one in found if checked(word, issuer, one)[1])
