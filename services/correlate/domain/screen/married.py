"""Married women's names: a husband's surname behind their own."""

import re
from typing import Final

from services.correlate.domain.screen.counts import is_surname
from services.correlate.domain.screen.names import words

_OF_HUSBAND: Final = re.compile(r"\s(?:de|vda\.?(?: de)?|viuda de)\s+([^\W\d_]+)\s*$", re.IGNORECASE)
_LEAST_BESIDE: Final = 3
"""Words before a husband's surname: of less, `de` begins the paternal one, as in Ana de León."""


def husbands(text: str, every: tuple[str, ...]) -> int | None:
    """Where in the words of a name her husband's surname stands: a common one, behind the last `de`, `vda. de` or `viuda de`. None where none does."""
    found = _OF_HUSBAND.search(text) if len(every) > _LEAST_BESIDE and "," not in text else None
    surname = words(found[1]) if found else ()
    return len(every) - 1 if surname == (every[-1],) and is_surname(every[-1]) else None
