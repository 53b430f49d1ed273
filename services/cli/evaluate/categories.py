"""Entries by category: each may have a budget of false alarms of its own, and the threshold that keeps to it."""

from typing import Final

from services.cli.evaluate.people import PROGRAMMES
from shared.contracts.watchlist import ActorEntry

NARCOTICS: Final = "narcotics"
"""Of OFAC, with transnational criminal organisations."""
TERRORISM: Final = "terrorism"
OTHER: Final = "other"
_TERRORISM: Final = frozenset({"SDGT", "FTO", "Al-Qaida", "Taliban", "TALIBAN", "NS-PLC"})


def category_of(entry: ActorEntry) -> str:
    """What the issuer wrote, where one did; an entry of a public list is of the category that its programmes say."""
    if entry.body.category is not None:
        return entry.body.category.value
    programmes = frozenset(entry.body.programmes or ())
    if programmes & PROGRAMMES:
        return NARCOTICS
    return TERRORISM if programmes & _TERRORISM else OTHER
