"""What the words that met nothing say: a name in place of another one contradicts, one that only one side wrote is missing."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from services.correlate.domain.screen.alignment import Alignment
from services.correlate.domain.screen.counts import is_counted
from services.correlate.domain.screen.forms import NameForm
from services.correlate.domain.screen.relations import How
from services.correlate.domain.screen.weights import Weights


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
    if not listed.reading.given:
        return list(_of(alignment.listed_left, alignment.seen_left, seen, weights, given=False, person=False))
    found: list[LeftOver] = []
    for given in (True, False):
        left = [i for i in alignment.listed_left if listed.reading.given[i] is given]
        right = [j for j in alignment.seen_left if seen.reading.given[j] is given]
        if left and right and not given:
            found += _married(left, right, listed, seen, weights)
        found += _of(left, right, seen, weights, given=given, person=True)
    return found


def _married(left: list[int], right: list[int], listed: NameForm, seen: NameForm, weights: Weights) -> Iterator[LeftOver]:
    """Takes a husband's surname out of what is left: it stands in the place of the mother's, and contradicts nothing."""
    if (i := listed.reading.husband) in left:
        left.remove(i)
        yield LeftOver(i, None, given=False, how=MARRIED, bits=weights.missing_word)
    if (j := seen.reading.husband) in right:
        right.remove(j)
        yield LeftOver(None, j, given=False, how=MARRIED, bits=weights.extra_word)


def order_said(listed: NameForm, alignment: Alignment, weights: Weights) -> tuple[str, float] | None:
    """What the order of the surnames says against: the other way round, or the maternal one without the paternal one.

    Whoever leaves out a surname leaves out the mother's, and who writes surnames first keeps their order.
    """
    met = sorted(
        (pair.listed, pair.seen) for pair in alignment.pairs if not listed.reading.given[pair.listed] and pair.how != How.INITIAL
    )
    if len(met) > 1 and any(one[1] > other[1] for one, other in pairwise(met)):
        return OTHER_ORDER, weights.other_order
    first = listed.reading.given.index(False) if False in listed.reading.given else None
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
