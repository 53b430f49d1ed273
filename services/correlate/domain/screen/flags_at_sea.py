"""The flag that a ship's MMSI tells: its first three digits are the country that gave it out (ITU-R M.585; the table of the ITU)."""

from functools import cache
from typing import Final

from services.correlate.domain.screen.counts import rows
from services.correlate.domain.screen.identifiers import sea_number
from services.correlate.domain.screen.weights import Weights
from shared.contracts.events import Conveyance
from shared.contracts.explanation import Evidence
from shared.contracts.vocabulary import ActorKind
from shared.contracts.watchlist import ActorBody

_LENGTH: Final = 9
_MID: Final = 3


@cache
def _flags() -> dict[str, str]:
    return {row["mid"]: row["flag"] for row in rows("mmsi_flags.csv")}


def flag_of(mmsi: str) -> str | None:
    """The ISO 3166-1 code of a ship station's flag; None for what is no ship's, or of a country that the table has not."""
    number = sea_number(mmsi)
    return _flags().get(number[:_MID]) if len(number) == _LENGTH else None


def flag_evidence(vessel: Conveyance, body: ActorBody, weights: Weights) -> tuple[Evidence, ...]:
    """What the MMSI seen says of the flag, beside the flags seen and listed: little, for ships change flags, and some show false ones.

    It tells ships of one name apart, and speaks against one whose number may be misread; one that was met by its own number it leaves certain.
    """
    told = flag_of(vessel.mmsi or "")
    if told is None or body.kind is not ActorKind.VESSEL:
        return ()
    listed = body.identifiers.country if body.identifiers else None
    known = {flag for flag in (vessel.country, listed) if flag}
    how = "the MMSI is of another flag" if known - {told} else "flag by the MMSI"
    weight = weights.other_flag if known - {told} else weights.flag if listed else 0.0
    seen = {"mmsi": sea_number(vessel.mmsi or ""), "flag by MMSI": told, **({"flag": vessel.country} if vessel.country else {})}
    return (Evidence(listed={"flag": listed} if listed else {}, seen=seen, how=how, weight=weight),)
