"""Words of two names as evidence: which met which, how, and what it was worth."""

from collections.abc import Sequence

from services.correlate.domain.screen.alignment import Alignment
from services.correlate.domain.screen.forms import NameForm
from services.correlate.domain.screen.left_over import LeftOver
from shared.contracts.explanation import Evidence


def word_evidence(
    listed: NameForm, seen: NameForm, alignment: Alignment, left: Sequence[LeftOver], order: tuple[str, float] | None
) -> tuple[Evidence, ...]:
    """One piece for each pair of words, then for each word that contradicts, is missing or is more than listed."""
    met = [
        Evidence(
            listed={"name": listed.text, "word": listed.words[pair.listed]},
            seen={"name": seen.text, "word": seen.words[pair.seen]},
            how=pair.how,
            weight=round(pair.bits, 1),
        )
        for pair in alignment.pairs
    ]
    met += [
        Evidence(
            listed={} if one.listed is None else {"word": listed.words[one.listed]},
            seen={} if one.seen is None else {"word": seen.words[one.seen]},
            how=one.how,
            weight=one.bits,
        )
        for one in left
    ]
    if order:
        met.append(Evidence(listed={"name": listed.text}, seen={"name": seen.text}, how=order[0], weight=order[1]))
    return tuple(met)
