"""A name made ready for comparison: words, sounds, rarity, and which words are given names."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from services.correlate.domain.screen.married import husbands
from services.correlate.domain.screen.names import organisation_words, surname_first, words
from services.correlate.domain.screen.rarity import given_share, name_bits, word_bits
from shared.contracts.events import PersonName
from shared.contracts.vocabulary import Strength
from shared.contracts.watchlist import ListedName

_GIVEN_BY_COUNT = 0.5


@dataclass(frozen=True, slots=True)
class Reading:
    """How the words of a name are read. There are few ways, each held once for all names that are read so.

    `given` runs in parallel to the words; it is empty for an organisation. `told` is True where the writer told given names from surnames,
    False where counts and position had to. `husband` is where her husband's surname stands, None where none does.
    """

    given: tuple[bool, ...]
    told: bool
    weak: bool = False
    husband: int | None = None


@dataclass(frozen=True, slots=True)
class NameForm:
    """One way a name is written, as words and how they are read. `written` is the text, or what finds it where it is seldom asked for."""

    words: tuple[str, ...]
    reading: Reading
    written: str | Callable[[], str]

    @property
    def text(self) -> str:
        """The name as it was written."""
        return self.written if isinstance(self.written, str) else self.written()

    @property
    def bits(self) -> tuple[float, ...]:
        """What each word is worth where it is met."""
        return _bits(self.words) if self.reading.given else _organisation_bits(self.words)


@lru_cache(maxsize=65_536)
def _bits(every: tuple[str, ...]) -> tuple[float, ...]:
    return tuple(map(name_bits, every))


@lru_cache(maxsize=16_384)
def _organisation_bits(every: tuple[str, ...]) -> tuple[float, ...]:
    return tuple(map(word_bits, every))


@lru_cache(maxsize=4096)
def _reading(given: tuple[bool, ...], *, told: bool, weak: bool, husband: int | None = None) -> Reading:
    return Reading(given, told, weak, husband)


def _form(text: str, given: tuple[str, ...], surnames: tuple[str, ...], *, weak: bool) -> NameForm:
    every = given + surnames
    roles = (True,) * len(given) + (False,) * len(surnames)
    return NameForm(every, _reading(roles, told=True, weak=weak, husband=husbands(text, every)), text)


@lru_cache(maxsize=65_536)
def _is_given(word: str) -> bool | None:
    """Whether most of those who bear a word bear it as a given name; None where no count knows it."""
    share = given_share(word)
    return None if share is None else share >= _GIVEN_BY_COUNT


def _guess(every: tuple[str, ...]) -> tuple[bool, ...]:
    """Which words are given names: by counts, an uncounted one by standing first, an initial by the word before it; never all and never none."""
    roles: list[bool] = []
    for word in every:
        given = _is_given(word)
        roles.append((not roles or (len(word) == 1 and roles[-1])) if given is None else given)
    if len(every) > 1 and not any(roles):
        roles[0] = True
    if len(every) > 1 and all(roles):
        roles[-1] = False
    return tuple(roles)


def _person(full: str | None, given: str | None, paternal: str | None, maternal: str | None, *, weak: bool) -> NameForm:
    if paternal or maternal:
        surnames = words(paternal or "") + words(maternal or "")
        text = full or " ".join(part for part in (given, paternal, maternal) if part)
        return _form(text, words(given or ""), surnames, weak=weak)
    text = full or given or ""
    if parts := surname_first(text):
        return _form(text, words(parts[1]), words(parts[0]), weak=weak)
    every = words(text)
    return NameForm(every, _reading(_guess(every), told=False, weak=weak, husband=husbands(text, every)), text)


def person_form(name: PersonName | ListedName) -> NameForm:
    """The form of a person's name."""
    weak = isinstance(name, ListedName) and name.strength is Strength.WEAK
    return _person(name.full, name.given, name.paternal, name.maternal, weak=weak)


def person_text(text: str) -> NameForm:
    """The form of a person's name written as one line, such as a consignor's."""
    return _person(text, None, None, None, weak=False)


def organisation_name(text: str, *, weak: bool) -> NameForm:
    """The form of an organisation's name that is not asked for again, as of one that is listed."""
    return NameForm(organisation_words(text), _reading((), told=False, weak=weak), text)


@lru_cache(maxsize=16_384)
def organisation_form(text: str) -> NameForm:
    """The form of an organisation's name; without words where only its legal form is written."""
    return organisation_name(text, weak=False)
