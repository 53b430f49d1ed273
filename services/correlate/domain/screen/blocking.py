"""Candidates by name, from an index: two names are compared when the words they share are together rare enough to tell anything.

The keys of a name are the smallest sets of its words that are rare enough: one rare word, two of middling ones, three of the commonest.
So the work grows neither with how common a word is nor much with the length of the list. A birth date is a key of its own.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, islice
from math import inf
from typing import NamedTuple

from services.correlate.domain.screen.birthdays import BirthDays, is_day, year_of
from services.correlate.domain.screen.forms import NameForm
from services.correlate.domain.screen.holders import Holders
from services.correlate.domain.screen.listed import Listed, Near
from services.correlate.domain.screen.names import sound
from services.correlate.domain.screen.rarity import name_bits, word_bits
from services.correlate.domain.screen.vocabulary import Meaning, Vocabulary, class_number
from services.correlate.domain.screen.weights import Weights

_MOST_WORDS = 8
"""Words of one name that make keys: longer ones are titles and addresses in the wrong field."""

_MOST_KEYS = 2_000
"""Keys that one seen name is looked up by: names of real people have some tens."""


_AS_SMALL = (1 << 60) - 1
"""Sums of class numbers are smaller, and what Python adds up has room for more digits than it needs: so masked a key takes 16 bytes less."""


def _rare_enough(words: Sequence[tuple[float, int]], enough: float) -> Iterator[int]:
    """The keys of words given by bits (descending) and number: a key is the sum of the numbers of a smallest set worth enough."""
    flat = [(bits, number, 1 << at) for at, (bits, number) in enumerate(words)]
    return _asked(flat, _rest(bits for bits, _number in words), enough, 0)


def _rest(bits: Iterable[float]) -> list[float]:
    """What each and all behind it are worth, and nothing at the end."""
    return [*reversed([*accumulate(reversed([*bits]))]), 0.0]


class _Choice(NamedTuple):
    """Meanings of words as (bits, number, the word as a bit), descending; what each and all behind it are worth; and the likeliest of all together."""

    flat: list[tuple[float, int, int]]
    rest: list[float]
    bits: float
    number: int


class NameIndex:
    """Names of one kind of actor. Adding and removing one actor costs what its own names cost."""

    def __init__(self, enough: float, bits: Callable[[str], float], weights: Weights, *, person: bool) -> None:
        """Of an organisation, all words that are not rare enough together are a key too: its name may be one word."""
        self._enough = enough
        self._enough_in_year = enough - weights.birth_year
        self._bits = bits
        self._whole = not person
        self._least = weights.hit_at if person else weights.organisation_hit_at
        self._besides = (
            weights.nationality + weights.sex + weights.birth_place if person else weights.every_word + weights.legal_form
        )
        self._born_nearly = weights.birth_month
        self._born = weights.birth_day - weights.birth_month
        self._initial = weights.initial
        self._keys = Holders()
        self._words = Vocabulary(bits, weights)
        self._births = BirthDays()
        self._actors = 0

    def __len__(self) -> int:
        """How many actors can be found."""
        return self._actors

    @classmethod
    def of_persons(cls, weights: Weights) -> "NameIndex":
        """For persons: two of the commonest words and no birth date are nobody."""
        return cls(weights.candidate_at, name_bits, weights, person=True)

    @classmethod
    def of_organisations(cls, weights: Weights) -> "NameIndex":
        """For organisations, of which a name is all that is known."""
        return cls(weights.organisation_candidate_at, word_bits, weights, person=False)

    def add(self, actor: Listed) -> None:
        """Makes an actor findable by its names."""
        self._actors += 1
        for key in self._keys_of(actor):
            self._keys.add(key, actor)
        for word in self._words_of(actor):
            self._words.add(word)
        self._births.add(actor)

    def remove(self, actor: Listed) -> None:
        """Takes an actor out that was added."""
        self._actors -= 1
        for key in self._keys_of(actor):
            self._keys.remove(key, actor)
        for word in self._words_of(actor):
            self._words.remove(word)
        self._births.remove(actor)

    def candidates(self, form: NameForm, birth_date: str | None = None, besides: float = inf) -> Iterable[Near]:
        """Every actor whose name shares rare enough words with this one by sound, nickname or slip, or some words and the birth date. Each once.

        `besides` is what anything but the name and the birth date can say for an actor at most, in bits: whom it cannot lift to a hit is left out.
        """
        meant = self._words.meant(form.words[:_MOST_WORDS])
        choice = self._choice(meant)
        found = self._holders(choice, self._enough)
        if birth_date:
            found.update(self._holders(choice, self._enough_in_year, _born_in(birth_date)))
        elif not found:
            return ()
        worth = self._worth(meant)
        initials = sum(len(word) == 1 for word in form.words)
        least, more = self._least - min(besides, self._besides), initials * self._initial
        if birth_date:
            least -= self._born_nearly
        near = [one for actor in found if (one := _near(actor, worth, least, more))]
        if birth_date and is_day(birth_date):
            born = dict.fromkeys(self._births.near(birth_date, meant, worth, 1 if initials or len(form.words) == 1 else 2))
            near += [one for actor in born if actor not in found and (one := _near(actor, worth, least - self._born, more))]
        if birth_date and (same := self._keys.of(_as_listed(form.words, birth_date))):
            met = {one.actor for one in near}
            near += [Near(actor, actor.forms, inf) for actor in same if actor not in met]
        return near

    def _worth(self, meant: Sequence[Sequence[Meaning]]) -> dict[str, float]:
        """What each listed word is worth at most that a word seen may be."""
        worth: dict[str, float] = {}
        for meanings in meant:
            for one in meanings:
                for word in self._words.words(one):
                    if worth.get(word, 0.0) < one.gain:
                        worth[word] = one.gain
        return worth

    def content(self) -> dict[str, object]:
        """Everything that candidates depend on, in one order."""
        return {"keys": self._keys.content(), "words": self._words.content(), "births": self._births.content()}

    def _keys_of(self, actor: Listed) -> set[int]:
        keys = {key for name in actor.names for key in self._keys_of_one(name, self._enough)}
        years = {_born_in(date) for date in actor.birth_dates if not is_day(date)}
        if years:
            keys.update(
                key + year for name in actor.names for key in self._keys_of_one(name, self._enough_in_year) for year in years
            )
        if not self._whole:
            keys.update(
                _as_listed(name, date) for name in actor.names for date in actor.birth_dates if self._tells_little(name, date)
            )
        return {key & _AS_SMALL for key in keys}

    def _tells_little(self, name: Sequence[str], date: str) -> bool:
        """Whether a name is found by no other key together with a date: of one word twice, or of common ones where the day is not known."""
        words = set(name[:_MOST_WORDS])
        if len(name) < 2:  # noqa: PLR2004 - one word is nobody
            return False
        return len(words) == 1 or (not is_day(date) and sum(map(self._bits, words)) < self._enough_in_year)

    def _keys_of_one(self, name: Sequence[str], enough: float) -> Iterator[int]:
        classes = {(self._bits(word), class_number(sound(word))) for word in name[:_MOST_WORDS] if len(word) > 1}
        if self._whole and sum(bits for bits, _ in classes) < enough:
            yield sum(number for _, number in classes)
        else:
            yield from _rare_enough(sorted(classes, reverse=True), enough)

    @staticmethod
    def _words_of(actor: Listed) -> set[str]:
        return {word for name in actor.names for word in name[:_MOST_WORDS]}

    def _choice(self, meant: Sequence[Sequence[Meaning]]) -> _Choice:
        """What the keys of a name are chosen from: one meaning a word, the rarest first."""
        flat = sorted([(one.bits, one.number, 1 << at) for at, meanings in enumerate(meant) for one in meanings], reverse=True)
        rest = _rest([one[0] for one in flat])
        likeliest = [meanings[0] for meanings in meant if meanings] if self._whole else []
        return _Choice(flat, rest, sum(one.bits for one in likeliest), sum(one.number for one in likeliest))

    def _holders(self, choice: _Choice, enough: float, beside: int = 0) -> dict[Listed, None]:
        """Those listed under a key of a name, to which the number of what is known beside it is added."""
        if self._whole and choice.bits < enough:
            return dict.fromkeys(self._keys.of(choice.number + beside))
        found: dict[Listed, None] = {}
        known, of = self._keys.known, self._keys.of
        for key in islice(_asked(choice.flat, choice.rest, enough, beside), _MOST_KEYS):
            if key in known:
                found.update(dict.fromkeys(of(key)))
        return found


def _asked(flat: Sequence[tuple[float, int, int]], rest: Sequence[float], enough: float, key: int) -> Iterator[int]:
    """The keys of every choice of one meaning a word that is worth enough and no larger than it needs to be, the rarest words first."""
    waiting = deque([(0, enough, key, 0)])
    while waiting:
        start, lacking, key, used = waiting.popleft()
        for at in range(start, len(flat)):
            if rest[at] < lacking:
                break
            bits, number, word = flat[at]
            if used & word:
                continue
            if bits < lacking:
                waiting.append((at + 1, lacking - bits, key + number, used | word))
            else:
                yield key + number


def _as_listed(name: Sequence[str], date: str) -> int:
    """The key of a name and a birth date that are exactly so on both sides."""
    return sum(class_number(sound(word)) for word in set(name[:_MOST_WORDS])) + class_number(f"born on {date}, as listed")


def _born_in(date: str) -> int:
    """What the keys of names carry beside them for those of whom the year is known and not the day."""
    return class_number(f"born in {year_of(date)}")


def _near(actor: Listed, worth: Mapping[str, float], least: float, initials: float) -> Near | None:
    """Those of an actor's names whose words and the initials seen can be worth enough together; None where none can."""
    get = worth.get
    most, forms = least, []
    for at, name in enumerate(actor.names):
        bits = initials
        for word in name:
            bits += get(word, 0.0)
        if bits >= least:
            forms.append(actor.form(at))
            most = max(most, bits)
    return Near(actor, tuple(forms), most) if forms else None
