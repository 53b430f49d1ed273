"""Whether a name seen is that of a listed actor: the port, and the first matcher behind it."""

from dataclasses import dataclass
from typing import Protocol

from services.correlate.domain.screen.alignment import Alignment, align
from services.correlate.domain.screen.explain import word_evidence
from services.correlate.domain.screen.forms import NameForm
from services.correlate.domain.screen.listed import Listed
from services.correlate.domain.screen.persons import birth_evidence, nationality_evidence, sex_evidence
from services.correlate.domain.screen.weights import Weights, score
from shared.contracts.events import Person
from shared.contracts.explanation import Evidence


@dataclass(frozen=True, slots=True)
class Judgement:
    """How well a name seen meets a listed one; `alert` False is what is too weak to act on."""

    score: float
    bits: float
    alert: bool
    listed_name: str
    explanation: tuple[Evidence, ...]


class NameMatcher(Protocol):
    """Judges a candidate by name. Its answer depends on its arguments and `version` alone."""

    @property
    def version(self) -> str:
        """Name and version, as a hit records it."""
        ...

    def person(self, actor: Listed, form: NameForm, person: Person) -> Judgement | None:
        """A person seen against a listed person; None where they do not meet."""
        ...

    def organisation(self, actor: Listed, form: NameForm) -> Judgement | None:
        """An organisation's name against a listed organisation; None where they do not meet."""
        ...


class EvidenceMatcher:
    """Adds up what each word, the birth date, nationality and sex say, in bits: rare words more than common ones.

    It never alerts on one word, on given names or surnames alone without the birth date, against a given name that contradicts
    (siblings), or on a weak alias.
    """

    version = "evidence/1"

    def __init__(self, weights: Weights | None = None) -> None:
        self._weights = weights or Weights()

    def person(self, actor: Listed, form: NameForm, person: Person) -> Judgement | None:
        """The best of the listed names."""
        weights, body = self._weights, actor.entry.body
        best: tuple[float, NameForm, Alignment] | None = None
        for listed in actor.forms:
            alignment = align(listed, form, weights)
            bits = alignment.bits + self._left_over(alignment, weights)
            if best is None or (not listed.weak, bits) > (not best[1].weak, best[0]):
                best = (bits, listed, alignment)
        if best is None or not best[2].pairs or best[0] + weights.birth_day + weights.nationality + weights.sex < weights.hit_at:
            return None
        bits, listed, alignment = best
        birth = birth_evidence(body, person, weights)
        others = [birth, nationality_evidence(body, person, weights), sex_evidence(body, person, weights)]
        beside = [evidence for evidence in others if evidence]
        bits += sum(evidence.weight for evidence in beside)
        if bits < weights.hit_at:
            return None
        born = birth is not None and birth.weight >= weights.birth_near
        alert = bits >= weights.alert_at and not listed.weak and _is_one_person(listed, form, alignment, born=born)
        explanation = (*word_evidence(listed, form, alignment, weights), *beside)
        return Judgement(score(bits, weights.alert_at), bits, alert, listed.text, explanation)

    def organisation(self, actor: Listed, form: NameForm) -> Judgement | None:
        """The best of the listed names; words beyond the legal form count, and all of them together a little more."""
        weights = self._weights
        best: tuple[float, NameForm, Alignment] | None = None
        for listed in actor.forms:
            alignment = align(listed, form, weights)
            complete = not alignment.listed_left and not alignment.seen_left
            bits = alignment.bits + self._left_over(alignment, weights, each=2.0) + (weights.every_word if complete else 0.0)
            if best is None or (not listed.weak, bits) > (not best[1].weak, best[0]):
                best = (bits, listed, alignment)
        if best is None or best[0] < weights.hit_at:
            return None
        bits, listed, alignment = best
        alert = bits >= weights.alert_at and not listed.weak and len(alignment.pairs) > 1
        return Judgement(score(bits, weights.alert_at), bits, alert, listed.text, word_evidence(listed, form, alignment, weights))

    @staticmethod
    def _left_over(alignment: Alignment, weights: Weights, *, each: float = 1.0) -> float:
        """What the words that met nothing cost: one on both sides contradicts, one on one side is only missing."""
        missing, extra = len(alignment.listed_left), len(alignment.seen_left)
        contradictions = min(missing, extra)
        alone = (missing - contradictions) * weights.missing_word + (extra - contradictions) * weights.extra_word
        return contradictions * weights.other_word + alone * each


def _is_one_person(listed: NameForm, seen: NameForm, alignment: Alignment, *, born: bool) -> bool:
    """Two words at least; a given name and a surname among them, or the birth date in place of the one that nobody wrote.

    A given name on both sides that meets nothing contradicts: siblings share both surnames, and twins the birth date.
    """
    if len(alignment.pairs) < 2:  # noqa: PLR2004 - one word carries no match
        return False
    roles = [_is_given(listed, pair.listed, seen, pair.seen) for pair in alignment.pairs if pair.how != "initial"]
    for given in (True, False):
        if given not in roles and (not born or (alignment.listed_left and alignment.seen_left)):
            return False
    return True


def _is_given(listed: NameForm, i: int, seen: NameForm, j: int) -> bool:
    """The role of a pair of words as the side that told it says, else as the listed side guesses."""
    return seen.given[j] if seen.told and not listed.told else listed.given[i]
