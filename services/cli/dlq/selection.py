"""Which dead letters are meant."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from shared.platform.kafka.letter_box import BuriedLetter

_AGO: Final = re.compile(r"(\d{1,5})([smhdw])")
_UNITS: Final = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}


@dataclass(frozen=True, slots=True)
class Selection:
    """Letters by where they came from, why they are dead, whose they are and when they were buried; all of what is given must hold."""

    places: frozenset[str] = frozenset()
    topic: str | None = None
    reason: str | None = None
    agency: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    again: bool = False
    """Those that were sent back already, too."""
    replayed: Mapping[str, datetime] = field(default_factory=dict)

    def takes(self, letter: BuriedLetter) -> bool:
        """Whether this letter is meant."""
        return (
            (not self.places or letter.place in self.places)
            and self.topic in {None, letter.topic}
            and (self.reason is None or self.reason.casefold() in letter.reason.casefold())
            and self.agency in {None, letter.own("agency")}
            and (self.since is None or letter.buried_at >= self.since)
            and (self.until is None or letter.buried_at < self.until)
            and (self.again or letter.place not in self.replayed)
        )


def moment(text: str, now: datetime) -> datetime:
    """`2h`, `3d` ago, or a time with its offset; raises ValueError for anything else."""
    if (ago := _AGO.fullmatch(text)) is not None:
        return now - int(ago[1]) * _UNITS[ago[2]]
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a time needs its offset: 2026-01-31T12:00:00Z")
    return found
