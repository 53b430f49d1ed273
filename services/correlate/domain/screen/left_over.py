"""What the words that met nothing say: a name in place of another one contradicts, one that only one side wrote is missing."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from services.correlate.domain.screen.alignment import Alignment
from services.correlate.domain.screen.counts import is_counted, is_surname
from services.correlate.domain.screen.forms import NameForm
from services.correlate.domain.screen.names import words
from services.correlate.domain.screen.relations import How
from services.correlate.domain.screen.weights import Weights

_OF_HUSBAND: Final = re.compile(r"\s(?:de|vda\.?(?: de)?|viuda de)\s+([^\W\d_]+)\s*$", re.IGNORECASE)
_LEAST_BESIDE: Final = 3
"""Words before a husband's surname: of less, `de` begins the paternal one, as in Ana de León."""


class LeftOver(NamedTuple):
    """Words that met nothing, by position: one of each side that contradict, or one of one side. `given` is their role."""

    listed: int | None
    seen: int | None
    given: bool
    how: str
    bits: float


OTHER = "other word"
GARBLED = "garbled word"
MARRIED = "married name"
EVERY_WORD = "every word"
LEGAL_FORM = "same legal form"
OTHER_ORDER = "surnames in another order"
WITHOUT_FIRST = "without the first surname"


def left_over(listed: NameForm, seen: NameForm, alignment: Alignment, weights: Weights) -> list[LeftOver]:
    """A given name contradicts a given name and a surname a surname; of organisations every word any other."""
    if not alignment.listed_left and not alignment.seen_left:
        return []
    if not listed.given:
        return list(_of(alignment.listed_left, alignment.seen_left, seen, weights, given=False, person=False))
    found: list[LeftOver] = []
    for given in (True, False):
        left = [i for i in alignment.listed_left if listed.given[i] is given]
        right = [j for j in alignment.seen_left if seen.given[j] is given]
        if left and right and not given:
            found += _married(left, right, listed, seen, weights)
        found += _of(left, right, seen, weights, given=given, person=True)
    return found


def _married(left: list[int], right: list[int], listed: NameForm, seen: NameForm, weights: Weights) -> Iterator[LeftOver]:
    """Takes a husband's surname out of what is left: it stands in the place of the mother's, and contradicts nothing."""
    if (i := husbands(listed.text, listed.words)) in left:
        left.remove(i)
        yield LeftOver(i, None, given=False, how=MARRIED, bits=weights.missing_word)
    if (j := husbands(seen.text, seen.words)) in right:
        right.remove(j)
        yield LeftOver(None, j, given=False, how=MARRIED, bits=weights.extra_word)


def order_said(listed: NameForm, alignment: Alignment, weights: Weights) -> tuple[str, float] | None:
    """What the order of the surnames says against: the other way round, or the maternal one without the paternal one.

    Whoever leaves out a surname leaves out the mother's, and who writes surnames first keeps their order.
    """
    met = sorted(
        (pair.listed, pair.seen) for pair in alignment.pairs if not listed.given[pair.listed] and pair.how != How.INITIAL
    )
    if len(met) > 1 and any(one[1] > other[1] for one, other in pairwise(met)):
        return OTHER_ORDER, weights.other_order
    first = listed.given.index(False) if False in listed.given else None
    if met and first in alignment.listed_left:
        return WITHOUT_FIRST, weights.without_first
    return None


def _of(
    left: "list[int] | tuple[int, ...]",
    right: "list[int] | tuple[int, ...]",
    seen: NameForm,
    weights: Weights,
    *,
    given: bool,
    person: bool,
) -> Iterator[LeftOver]:
    both = min(len(left), len(right))
    for i, j in zip(left[:both], right[:both], strict=True):
        if not person:
            yield LeftOver(i, j, given, OTHER, weights.organisation_other)
        elif is_counted(seen.words[j]):
            yield LeftOver(i, j, given, OTHER, weights.other_word)
        else:
            yield LeftOver(i, j, given, GARBLED, weights.garbled_word)
    missing, extra = (
        (weights.missing_word, weights.extra_word) if person else (weights.organisation_alone, weights.organisation_alone)
    )
    yield from (LeftOver(i, None, given, "missing", missing) for i in left[both:])
    yield from (LeftOver(None, j, given, "extra", extra) for j in right[both:])


@lru_cache(maxsize=4096)
def husbands(text: str, every: Sequence[str]) -> int | None:
    """Where in the words of a name her husband's surname stands: a common one, behind the last `de`, `vda. de` or `viuda de`. None where none does."""
    found = _OF_HUSBAND.search(text) if len(every) > _LEAST_BESIDE and "," not in text else None
    surname = words(found[1]) if found else ()
    return len(every) - 1 if surname == (every[-1],) and is_surname(every[-1]) else None
