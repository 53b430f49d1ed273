"""What each agreement and each contradiction is worth, in bits (log2 of a likelihood ratio; Fellegi and Sunter 1969)."""

from dataclasses import dataclass

from services.correlate.domain.screen.relations import How


@dataclass(frozen=True, slots=True)
class Weights:
    """Bits. Positive speaks for the same person, negative against. Words count by their rarity, less these costs."""

    alert_at: float = 17.0
    """A stranger reaches it against one given entry once in two million; the least that two of the commonest words and a birth date give is 22."""
    hit_at: float = 14.0
    """Below it nobody is told: a hundred strangers a million reach it against one given entry."""
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
    misread_number: float = 12.0
    """A number that does not hold, one slip from a listed one that does. A random failing number of nine digits is one slip from a given
    one in 2^23, but a register that has given out a tenth of its numbers has ten others that it may be: never enough alone."""
    read_by_format: float = 28.0
    """A plate read by its country's format: an O where only digits stand is a zero."""
    may_be_read: float = 12.0
    """A plate that may be read as the listed one, where the format tells not."""
    every_word: float = 3.0
    """An organisation's name met in full, word for word."""
    legal_form: float = 5.0
    """The same with the same legal form behind it: then an uncounted word reaches the threshold, a counted one does not."""

    def way(self, how: How) -> tuple[float, float]:
        """How seldom a way makes one given spelling, and what it costs."""
        return {
            How.SOUND: (self.sound_alike_seldom, self.sound_alike),
            How.NICKNAME: (self.nickname_seldom, self.nickname),
            How.MISREAD: (self.misread_seldom, self.misread),
            How.ONE_SLIP: (self.one_slip_seldom, self.one_slip),
            How.TWO_SLIPS: (self.two_slips_seldom, self.two_slips),
        }[how]


def score(bits: float, alert_at: float) -> float:
    """Bits as a score from 0 to 1: 0.8 at the threshold, each further threshold takes away four fifths of what is missing."""
    return 0.0 if bits <= 0 else 1.0 - 0.2 ** (bits / alert_at)
