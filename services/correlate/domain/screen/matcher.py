"""Whether a name seen is that of a listed actor: the port, and the matcher behind it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from services.correlate.domain.screen.alignment import Alignment, align
from services.correlate.domain.screen.counts import is_counted
from services.correlate.domain.screen.explain import word_evidence
from services.correlate.domain.screen.forms import NameForm
from services.correlate.domain.screen.left_over import EVERY_WORD, LEGAL_FORM, OTHER, LeftOver, left_over, order_said
from services.correlate.domain.screen.listed import Listed, Near
from services.correlate.domain.screen.names import organisation_written
from services.correlate.domain.screen.persons import (
    Said,
    birth_place_said,
    birth_said,
    is_as_listed,
    most_besides,
    nationality_said,
    of_the_day,
    sex_said,
)
from services.correlate.domain.screen.relations import How
from services.correlate.domain.screen.weights import Weights, score
from shared.contracts.events import Person
from shared.contracts.explanation import Evidence

_MET_BESIDE_MORE = 3
"""Words met of somebody who bears more names than the list tells: two parts of a name run in families."""


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

    def person(self, actor: Listed, form: NameForm, person: Person, near: Near | None = None) -> Judgement | None:
        """A person seen against a listed person; None where they do not meet. What the index knows of the candidate saves work, no more."""
        ...

    def organisation(self, actor: Listed, form: NameForm, near: Near | None = None) -> Judgement | None:
        """An organisation's name against a listed organisation; None where they do not meet."""
        ...


class EvidenceMatcher:
    """Adds up what each word, the birth date, nationality and sex say, in bits: rare words more than common ones.

    It never alerts on one word, on given names or surnames alone without the birth date, against a given name that contradicts
    (siblings), or on a weak alias.
    """

    name = "evidence/2"

    def __init__(self, weights: Weights | None = None) -> None:
        self._weights = weights or Weights()

    @property
    def version(self) -> str:
        """With the threshold where it is another than that of lists as they are measured with."""
        at = self._weights.alert_at
        return self.name if at == Weights().alert_at else f"{self.name} at {at:.1f}"

    def person(self, actor: Listed, form: NameForm, person: Person, near: Near | None = None) -> Judgement | None:
        """The best of the strong names, one that alerts before one that does not; where none meets, the best of the weak ones, which never alerts."""
        weights = self._weights
        alert_at = weights.alert_at_of(actor.category)
        birth = birth_said(actor, person, weights)
        if near is not None and not is_as_listed(birth):
            at_most = near.at_most + most_besides(person, weights) + (birth.weight if birth else 0.0)
            if at_most < weights.hit_at:
                return None
        nationality = nationality_said(actor, person, weights)
        said = (birth, nationality, sex_said(actor, person, weights), birth_place_said(actor, person, weights))
        beside = [one for one in said if one]
        born = of_the_day(birth)
        besides = sum(one.weight for one in beside)
        as_listed = is_as_listed(birth) and is_as_listed(nationality)
        if near is not None and not as_listed and near.at_most + besides < weights.hit_at:
            return None
        forms = near.forms if near else actor.forms
        for weak in (False, True):
            best: tuple[bool, float, _Met] | None = None
            for met in self._met(forms, form, weak=weak, every_word=0.0):
                bits = met.bits + besides
                same = as_listed and _is_name_as_listed(met)
                if same:
                    bits = max(bits, alert_at)
                if bits >= weights.hit_at:
                    alert = not weak and bits >= alert_at and (same or _is_one_person(met, form, born=born))
                    if best is None or (alert, bits) > best[:2]:
                        best = alert, bits, met
            if best:
                return self._judged(best[1], best[2], form, beside, alert=best[0], alert_at=alert_at)
        return None

    def organisation(self, actor: Listed, form: NameForm, near: Near | None = None) -> Judgement | None:
        """The same for an organisation: words beyond the legal form count, all of them together a little more, and the same legal form too.

        A single rare word alerts only with its legal form: `SERVINAVES, S.A.` may be met, `SERVINAVES` and `CORP` alone never.
        """
        weights = self._weights
        for weak in (False, True):
            best: tuple[bool, float, _Met] | None = None
            for met in self._met(near.forms if near else actor.forms, form, weak=weak, every_word=weights.every_word):
                as_written = _has_legal_form(met, form)
                bits = met.bits + (weights.legal_form if as_written else 0.0)
                if bits >= weights.organisation_hit_at:
                    alert = not weak and bits >= weights.organisation_alert_at and (len(met.alignment.pairs) > 1 or as_written)
                    if best is None or (alert, bits) > best[:2]:
                        best = alert, bits, met
            if best:
                beside = _of_the_whole(best[2], form, weights)
                return self._judged(best[1], best[2], form, beside, alert=best[0], alert_at=weights.organisation_alert_at)
        return None

    def _met(self, forms: Sequence[NameForm], form: NameForm, *, weak: bool, every_word: float) -> Iterator["_Met"]:
        """The listed names of a strength that share a word with the one seen, and what the words say."""
        for listed in forms:
            if listed.reading.weak is not weak:
                continue
            alignment = align(listed, form, self._weights)
            if not alignment.pairs:
                continue
            left = left_over(listed, form, alignment, self._weights)
            order = order_said(listed, alignment, self._weights) if listed.reading.given else None
            bits = alignment.bits + (sum(one.bits for one in left) if left else every_word) + (order[1] if order else 0.0)
            yield _Met(bits, listed, alignment, left, order)

    def _judged(self, bits: float, met: "_Met", seen: NameForm, beside: list[Said], *, alert: bool, alert_at: float) -> Judgement:
        explanation = (*word_evidence(met.listed, seen, met.alignment, met.left, met.order), *(one.evidence() for one in beside))
        return Judgement(score(bits, alert_at), bits, alert, met.listed.text, explanation)


class _Met(NamedTuple):
    """A listed name against the one seen."""

    bits: float
    listed: NameForm
    alignment: Alignment
    left: list[LeftOver]
    order: tuple[str, float] | None


def _has_legal_form(met: _Met, seen: NameForm) -> bool:
    """Whether both names have the same legal form behind the same words."""
    if met.listed.words != seen.words:
        return False
    return organisation_written(met.listed.text) == organisation_written(seen.text) != seen.words


def _of_the_whole(met: _Met, seen: NameForm, weights: Weights) -> list[Said]:
    """What an organisation's name says as a whole, beside its words."""
    said = [] if met.left else [Said(weights.every_word, EVERY_WORD, "name", met.listed.text, seen.text)]
    if _has_legal_form(met, seen):
        said.append(Said(weights.legal_form, LEGAL_FORM, "name", met.listed.text, seen.text))
    return said


def _is_one_person(met: _Met, seen: NameForm, *, born: bool) -> bool:
    """Two words at least; a given name and a surname among them, or the birth date in place of the one that nobody wrote.

    Another given name than the listed one contradicts: siblings share both surnames, and twins the birth date.
    """
    pairs = met.alignment.pairs
    if len(pairs) < 2:  # noqa: PLR2004 - one word carries no match
        return False
    if not born and _bears_another_name(met, seen):
        return False
    roles = [_is_given(met.listed, pair.listed, seen, pair.seen) for pair in pairs if pair.how != How.INITIAL]
    contradicted = bool(met.alignment.listed_left and met.alignment.seen_left)
    return all(given in roles or (born and not contradicted) for given in (True, False))


def _is_name_as_listed(met: _Met) -> bool:
    """Whether every word of both names is the same word, two at least. With birth date and nationality as listed that is the person, however common."""
    pairs = met.alignment.pairs
    return len(pairs) > 1 and not met.left and all(pair.how == How.EXACT for pair in pairs)


def _bears_another_name(met: _Met, seen: NameForm) -> bool:
    """Whether who was seen bears a name that is not the listed one's, and nothing but the name is known.

    A name in the place of a listed one always speaks so; one beside the listed ones where less than three of these were met.
    """
    names = [one for one in met.left if one.seen is not None and is_counted(seen.words[one.seen])]
    if not names:
        return False
    return any(one.how == OTHER for one in names) or len({pair.seen for pair in met.alignment.pairs}) < _MET_BESIDE_MORE


def _is_given(listed: NameForm, i: int, seen: NameForm, j: int) -> bool:
    """The role of a pair of words as the side that told it says, else as the listed side guesses."""
    return seen.reading.given[j] if seen.reading.told and not listed.reading.told else listed.reading.given[i]
