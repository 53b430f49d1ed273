"""Words of two names as evidence: which met which, how, and what it was worth."""

from services.correlate.domain.screen.alignment import Alignment
from services.correlate.domain.screen.forms import NameForm
from services.correlate.domain.screen.weights import Weights
from shared.contracts.explanation import Evidence


def word_evidence(listed: NameForm, seen: NameForm, alignment: Alignment, weights: Weights) -> tuple[Evidence, ...]:
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
    left, right = alignment.listed_left, alignment.seen_left
    both = min(len(left), len(right))
    met += [
        Evidence(listed={"word": listed.words[i]}, seen={"word": seen.words[j]}, how="other word", weight=weights.other_word)
        for i, j in zip(left[:both], right[:both], strict=True)
    ]
    met += [Evidence(listed={"word": listed.words[i]}, seen={}, how="missing", weight=weights.missing_word) for i in left[both:]]
    met += [Evidence(listed={}, seen={"word": seen.words[j]}, how="extra", weight=weights.extra_word) for j in right[both:]]
    return tuple(met)
