"""Entries by category: each has a share of the budget of false alarms of its own, and a threshold that keeps to it."""

from typing import Final

from services.cli.evaluate.people import PROGRAMMES
from shared.contracts.watchlist import ActorEntry

NARCOTICS: Final = "narcotics and organised crime"
TERRORISM: Final = "terrorism"
OTHER: Final = "other sanctions"
_TERRORISM: Final = frozenset({"SDGT", "FTO", "Al-Qaida", "Taliban", "TALIBAN", "NS-PLC"})


def category_of(entry: ActorEntry) -> str:
    """What the issuer wrote, where one did; an entry of a public list is of the category that its programmes say."""
    if entry.body.category is not None:
        return entry.body.category.value
    programmes = frozenset(entry.body.programmes or ())
    if programmes & PROGRAMMES:
        return NARCOTICS
    return TERRORISM if programmes & _TERRORISM else OTHER
