"""What each agreement and each contradiction is worth, in bits (log2 of a likelihood ratio; Fellegi and Sunter 1969)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weights:
    """Bits. Positive speaks for the same person, negative against. Words count by their rarity, less these costs."""

    alert_at: float = 21.0
    """A stranger reaches it against one given entry once in two million; the least that two of the commonest words and a birth date give is 22."""
    hit_at: float = 15.0
    """Below it nobody is told: a hundred strangers a million reach it against one given entry."""
    sound_alike: float = -1.0
    one_slip: float = -3.5
    two_slips: float = -7.0
    initial: float = 3.0
    missing_word: float = -1.0
    extra_word: float = -1.0
    other_word: float = -7.0
    birth_day: float = 14.2
    """365 days times some fifty years that travellers are born in: log2(18,262)."""
    birth_swapped: float = 10.0
    birth_month: float = 9.0
    birth_year: float = 5.0
    birth_near: float = 4.0
    birth_same_year_other_day: float = -2.0
    birth_other: float = -9.0
    nationality: float = 1.5
    other_nationality: float = -2.0
    sex: float = 1.0
    other_sex: float = -6.0
    document: float = 30.0
    document_without_issuer: float = 22.0
    document_of_other_type: float = 18.0
    every_word: float = 3.0
    """An organisation's name met in full, word for word."""
    legal_form: float = 5.0
    """The same with the same legal form behind it: then an uncounted word reaches the threshold, a counted one does not."""


def score(bits: float, alert_at: float) -> float:
    """Bits as a score from 0 to 1: 0.8 at the threshold, each further threshold takes away four fifths of what is missing."""
    return 0.0 if bits <= 0 else 1.0 - 0.2 ** (bits / alert_at)
