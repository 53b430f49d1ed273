"""Whether a name seen is that of a listed actor: the port, and the first matcher behind it."""

from dataclasses import dataclass
from typing import Protocol

from services.correlate.domain.screen.alignment import Alignment, align
from services.correlate.domain.screen.explain import word_evidence
from services.correlate.domain.screen.forms import NameForm
from services.correlate.domain.screen.listed import Listed
from services.correlate.domain.screen.names import words
from services.correlate.domain.screen.persons import Said, birth_said, nationality_said, sex_said
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
        """The best of the strong names; where none meets, the best of the weak ones, which never alerts."""
        weights = self._weights
        birth = birth_said(actor, person, weights)
        said = (birth, nationality_said(actor, person, weights), sex_said(actor, person, weights))
        beside = [one for one in said if one]
        born = birth is not None and birth.weight >= weights.birth_near
        besides = sum(one.weight for one in beside)
        for weak in (False, True):
            best = self._best(actor, form, weak=weak, each=1.0, every_word=0.0)
            if best is not None and best[0] + besides >= self._weights.hit_at:
                bits, listed, alignment = best[0] + besides, best[1], best[2]
                alert = not weak and bits >= self._weights.alert_at and _is_one_person(listed, form, alignment, born=born)
                return self._judged(bits, listed, form, alignment, beside, alert=alert)
        return None

    def organisation(self, actor: Listed, form: NameForm) -> Judgement | None:
        """The same for an organisation: words beyond the legal form count, all of them together a little more, and the same legal form too.

        A single rare word alerts only with its legal form: `SERVINAVES, S.A.` may be met, `SERVINAVES` and `CORP` alone never.
        """
        weights = self._weights
        for weak in (False, True):
            best = self._best(actor, form, weak=weak, each=2.0, every_word=weights.every_word)
            if best is None:
                continue
            bits, listed, alignment = best
            as_written = words(listed.text) == words(form.text) != listed.words
            bits += weights.legal_form if as_written else 0.0
            if bits >= weights.hit_at:
                alert = not weak and bits >= weights.alert_at and (len(alignment.pairs) > 1 or as_written)
                return self._judged(bits, listed, form, alignment, [], alert=alert)
        return None

    def _best(
        self, actor: Listed, form: NameForm, *, weak: bool, each: float, every_word: float
    ) -> tuple[float, NameForm, Alignment] | None:
        """The listed name of a strength that the words speak most for."""
        best: tuple[float, NameForm, Alignment] | None = None
        for listed in actor.forms:
            if listed.weak is not weak:
                continue
            alignment = align(listed, form, self._weights)
            bits = alignment.bits + self._left_over(alignment, self._weights, each=each)
            if not alignment.listed_left and not alignment.seen_left:
                bits += every_word
            if alignment.pairs and (best is None or bits > best[0]):
                best = (bits, listed, alignment)
        return best

    def _judged(
        self, bits: float, listed: NameForm, seen: NameForm, alignment: Alignment, beside: list[Said], *, alert: bool
    ) -> Judgement:
        explanation = (*word_evidence(listed, seen, alignment, self._weights), *(one.evidence() for one in beside))
        return Judgement(score(bits, self._weights.alert_at), bits, alert, listed.text, explanation)

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
