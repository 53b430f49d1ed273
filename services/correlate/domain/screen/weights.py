"""What each agreement and each contradiction is worth, in bits (log2 of a likelihood ratio; Fellegi and Sunter 1969)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import log2
from typing import Final

from services.correlate.domain.screen.relations import How
from shared.contracts.vocabulary import Category

_PERSONS: Final = 10_000
"""Persons on the lists that the weights were measured with: OFAC's two and the UN's have 7,736."""

_BITS_PER_HALF: Final = 1.1
"""By which the threshold rises for half the budget (`atalaya evaluate --strangers 1000000`, half `tune`: 16.1 bits at 1, 17.3 at 0.5, 14.9 at 2)."""

BUDGETS: Final[Mapping[Category, float]] = {
    Category.MISSING: 2.0,
    Category.VULNERABLE: 2.0,
    Category.DISCREET_CHECK: 0.5,
    Category.REFUSAL_OF_ENTRY: 0.5,
}
"""Alerts on strangers that a category is worth beside 1: to ask a family twice is little against a child that is not found; a check that
nobody notices, and a refusal at the border, wrong somebody who cannot answer."""


_WAYS: Final[Mapping[How, tuple[str, str]]] = {
    How.SOUND: ("sound_alike_seldom", "sound_alike"),
    How.NICKNAME: ("nickname_seldom", "nickname"),
    How.MISREAD: ("misread_seldom", "misread"),
    How.ONE_SLIP: ("one_slip_seldom", "one_slip"),
    How.TWO_SLIPS: ("two_slips_seldom", "two_slips"),
}
"""The two weights of each way that is no agreement in full."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Bits. Positive speaks for the same person, negative against. Words count by their rarity, less these costs."""

    alert_at: float = 16.5
    """At it 1 stranger in 10,000 alerts on the lists of OFAC and the UN at most, the upper end of the interval counted: `atalaya evaluate`."""
    hit_at: float = 13.5
    """Below it nobody is told."""
    candidate_at: float = 12.0
    """Names whose common words are worth less are not compared without a birth date: they could not reach the threshold."""
    organisation_candidate_at: float = 12.0
    """The same for organisations, of which nothing else is known; a name worth less is compared with its equals."""
    sound_alike: float = 0.7
    sound_alike_seldom: float = 5.0
    nickname: float = 0.7
    nickname_seldom: float = 4.0
    misread: float = 1.0
    misread_seldom: float = 10.0
    one_slip: float = 0.7
    one_slip_seldom: float = 12.0
    two_slips: float = 4.0
    two_slips_seldom: float = 14.0
    """A way's cost, and how seldom it makes this very spelling of that very word: one in 2^seldom."""
    joined: float = -0.3
    initial: float = 3.0
    least_pair: float = -4.0
    """Words related but likelier strangers are worth this at least; below it they contradict."""
    missing_word: float = -1.0
    extra_word: float = -3.0
    other_word: float = -12.0
    """A word on each side that met nothing, and the one seen is a name that people bear: parents gave another one."""
    garbled_word: float = -6.0
    """The same where nobody is known to bear the one seen: it may be a word that was written badly."""
    other_order: float = -3.0
    without_first: float = -2.0
    """The order of surnames: Hernández Sánchez is not Sánchez Hernández."""
    birth_day: float = 14.2
    """365 days times some fifty years that travellers are born in: log2(18,262)."""
    birth_swapped: float = 10.0
    birth_month: float = 9.0
    birth_year: float = 5.0
    birth_near: float = 7.0
    birth_same_year_other_day: float = -2.0
    birth_other: float = -12.0
    nationality: float = 1.5
    other_nationality: float = -2.0
    birth_place: float = 3.0
    other_birth_place: float = -1.5
    """A town: one of ten people of a country is of its largest. Places are written in many ways, so another one says little."""
    sex: float = 1.0
    other_sex: float = -6.0
    document: float = 30.0
    document_without_issuer: float = 22.0
    document_of_other_type: float = 18.0
    organisation_alert_at: float = 21.0
    organisation_hit_at: float = 15.0
    organisation_other: float = -7.0
    organisation_alone: float = -2.0
    """A word of an organisation's name that only one side has."""
    weak_number: float = 13.5
    """A number that is shared by chance, and a ship's name."""
    misread_number: float = 12.0
    """A number that does not hold, one slip from a listed one that does; less ten bits, as names are counted (`misreads.py` has the shares)."""
    misread_imo: float = 5.0
    """Most of the numbers that an IMO number can be are ships: nine of them stand one slip away."""
    misread_vin: float = 15.0
    misread_sparse: float = 24.0
    """The same of a register that has given out fewer than one number in a thousand that could be: enough where no other name was shown."""
    may_be_misread: float = 9.0
    """The same of a vehicle whose maker need not write a check digit: that it does not hold says little."""
    flag: float = 1.5
    other_flag: float = -2.0
    """The flag that an MMSI tells, as a nationality."""
    read_by_format: float = 28.0
    """A plate read by its country's format: an O where only digits stand is a zero."""
    may_be_read: float = 12.0
    """A plate that may be read as the listed one, where the format tells not."""
    every_word: float = 3.0
    """An organisation's name met in full, word for word."""
    legal_form: float = 5.0
    """The same with the same legal form behind it: then an uncounted word reaches the threshold, a counted one does not."""

    def misread_of(self, field: str) -> float:
        """What a misread number of an object is worth."""
        return {"imo": self.misread_imo, "vin": self.misread_vin}.get(field, self.misread_number)

    @classmethod
    def for_lists(cls, persons: int, budget: float = 1.0) -> "Weights":
        """The weights for lists of so many persons, at so many alerts on 10,000 strangers.

        Twice as many persons are met twice as often by chance, a bit more for the same budget; so it is for half the budget, 1.1 bits by
        measurement. It depends on what was told, never on what is listed at the moment: a look back judges as the whole list does.
        """
        more = max(0.0, log2(max(1, persons) / _PERSONS)) - _BITS_PER_HALF * log2(budget)
        known = cls()
        return replace(known, alert_at=known.alert_at + more, hit_at=known.hit_at + more, candidate_at=known.candidate_at + more)

    def alert_at_of(self, category: Category | None) -> float:
        """The threshold of an entry: by the false alarms that its category is worth."""
        return self.alert_at - _BITS_PER_HALF * log2(BUDGETS.get(category, 1.0)) if category else self.alert_at

    def way(self, how: How) -> tuple[float, float]:
        """How seldom a way makes one given spelling, and what it costs."""
        seldom, cost = _WAYS[how]
        return getattr(self, seldom), getattr(self, cost)


def score(bits: float, alert_at: float) -> float:
    """Bits as a score from 0 to 1: 0.8 at the threshold, each further threshold takes away four fifths of what is missing."""
    return 0.0 if bits <= 0 else 1.0 - 0.2 ** (bits / alert_at)
