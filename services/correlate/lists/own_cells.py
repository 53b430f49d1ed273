"""The cells of one row of our own lists, by column, and everything that is wrong with any of them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from services.correlate.lists.own_columns import BY_NAME
from services.correlate.lists.words import country

RISKY: Final = "=+-@\t\r\n＝＋－＠"
"""What a spreadsheet may take for the beginning of a formula."""

_FORMULAS: Final = ("=", "@")
_ESCAPED: Final = re.compile(rf"'['{re.escape(RISKY)}]")
_MANGLED: Final = re.compile(r"[+-]?\d(?:[.,]\d+)?E\+\d+", re.IGNORECASE)
_ERRORS: Final = re.compile(r"#(?:N/[AD]|[¡¿]?[A-ZÁÉÍÓÚÑ]{2,}(?:/0)?[!?]|#+)", re.IGNORECASE)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_TURNED: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_MONTHS: Final = 12
_NATION: Final = 2
_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong with a cell, what to do, and what stands in it, shortened."""

    column: str
    code: str
    what: str
    advice: str
    value: str | None = None
    warning: bool = False


class Cells:
    """The cells of a row as they were written. What asks for a value is told of it as a fault, and given nothing, where it is none."""

    def __init__(self, told: Mapping[str, str]) -> None:
        self.faults: list[CellFault] = []
        self._told: dict[str, str] = {}
        for column, text in told.items():
            if fault := _unfit(column, text):
                self.faults.append(fault)
            else:
                self._told[column] = unescaped(text)

    def __contains__(self, column: str) -> bool:
        return column in self._told

    def __iter__(self) -> Iterator[str]:
        return iter(self._told)

    def fault(self, column: str, code: str, what: str, advice: str, value: str | None = None) -> None:
        """Tell of a cell, or of the one value in it that is faulty."""
        self.faults.append(CellFault(column, code, what, advice, shortened(value or self._told.get(column, ""))))

    def text(self, column: str) -> str | None:
        """What the cell says."""
        return self._told.get(column)

    def parts(self, column: str) -> list[str]:
        """Its values."""
        return [part for text in self._told.get(column, "").split(";") if (part := text.strip())]

    def word(self, column: str, text: str | None = None) -> str | None:
        """One of the column's closed list, whatever its case."""
        text = self._told.get(column) if text is None else text
        return None if text is None else self.one_of(BY_NAME[column].words, column, text)

    def words(self, column: str) -> list[str]:
        """Each value, of the column's closed list."""
        return [word for part in self.parts(column) if (word := self.word(column, part))]

    def one_of(self, words: Iterable[str], column: str, text: str) -> str | None:
        """One of a closed list, whatever its case."""
        known = {word.casefold(): str(word) for word in words}
        found = known.get(text.casefold())
        if found is None:
            near = nearest(text, known.values())
            advice = f"{f'Is {near} meant? ' if near else ''}Write one of {', '.join(known.values())}."
            self.fault(column, "word_unknown", "This is none of the known words.", advice, text)
        return found

    def nation(self, column: str, text: str | None = None) -> str | None:
        """A country of ISO 3166-1, by its two letters."""
        text = self._told.get(column) if text is None else text
        if text is None:
            return None
        found = country(text)
        if len(text) == _NATION and found == text.upper():
            return found
        self.fault(
            column, "nation_unknown", "This is no code of a nation.", f"Write {found or 'its two letters, such as GT'}.", text
        )
        return None

    def nations(self, column: str) -> list[str]:
        """Each value, a country."""
        return [nation for part in self.parts(column) if (nation := self.nation(column, part))]

    def day(self, column: str, text: str | None = None) -> str | None:
        """A date as it is to be written, be it one of the calendar or not."""
        text = self._told.get(column) if text is None else text
        if text is None or _DAY.fullmatch(text):
            return text
        self.fault(column, "no_date", "This is no date.", turned(text) or "Write year, month and day: 2026-12-31.", text)
        return None

    def moment(self, column: str) -> str | None:
        """A moment; a day alone begins at midnight UTC."""
        text = self._told.get(column)
        if text is not None and _DAY.match(text) and text[10:11].upper() in {"T", " "}:
            return text
        found = self.day(column)
        return f"{found}T00:00:00Z" if found else None


def unescaped(text: str) -> str:
    """A cell without the mark that keeps a spreadsheet from running it."""
    return text[1:] if _ESCAPED.match(text) else text


def escaped(text: str) -> str:
    """A cell that no spreadsheet runs; `unescaped` gives back what it was."""
    return f"'{text}" if (text[:1] and text[0] in RISKY) or _ESCAPED.match(text) else text


def explains(first: str) -> bool:
    """Whether a row that begins with this cell is an explanation; what a spreadsheet says of an error is none."""
    return first.startswith("#") and not _ERRORS.fullmatch(first.strip())


def nearest(text: str, words: Iterable[str]) -> str | None:
    """The word that is probably meant."""
    known = {word.casefold(): word for word in words}
    return next((known[near] for near in get_close_matches(text.casefold().replace(" ", "_"), known, 1)), None)


def shortened(text: str, longest: int = _SHOWN) -> str | None:
    """The beginning of what was given."""
    return (text if len(text) <= longest else f"{text[: longest - 1]}…") or None


def turned(text: str) -> str | None:
    """What to write for a date whose day or month comes first."""
    found = _TURNED.fullmatch(text)
    if not found:
        return None
    one, two, year = int(found[1]), int(found[2]), found[3]
    meant = {f"{year}-{month:02}-{day:02}": None for day, month in ((one, two), (two, one)) if month <= _MONTHS}
    return f"Write {' or '.join(meant)}, whichever is meant." if meant else None


def _unfit(column: str, text: str) -> CellFault | None:
    """What is wrong with a cell whatever its column holds."""
    if text.startswith(_FORMULAS):
        return CellFault(
            column, "formula", "The cell holds a formula, not its value.", "Paste the column as values.", shortened(text)
        )
    if _ERRORS.fullmatch(text):
        return CellFault(
            column, "error_value", "The cell holds a spreadsheet's error.", "Write what it should be.", shortened(text)
        )
    if BY_NAME[column].number and _MANGLED.fullmatch(text):
        advice = "Format the column as text, and write the number again: its last digits are lost."
        return CellFault(column, "number_mangled", "A spreadsheet has rounded this number.", advice, shortened(text))
    return None
