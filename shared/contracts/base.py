"""What every contract has in common: frozen models, times with an offset, countries, amounts, handling."""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)


class Contract(BaseModel):
    """A frozen message part. Unknown fields are dropped: a reader of an older release meets fields of a newer one."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, ser_json_timedelta="iso8601")


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("the moment lies outside the calendar") from None


def _exact(value: object) -> object:
    """A float from JSON keeps the digits it was written with, not its binary neighbour."""
    return str(value) if isinstance(value, float) else value


Utc = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A moment, kept in UTC and so written with a `Z`."""

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$"), Field(description="ISO 3166-1 alpha-2", examples=["GT"])]
Nation = Country
Amount = Annotated[Decimal, BeforeValidator(_exact), Field(ge=0, max_digits=18, decimal_places=6)]
"""A quantity or a sum: written as a JSON string, so that no reader rounds it."""

ShortText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=256)]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


class Tlp(StrEnum):
    """Traffic Light Protocol 2.0 labels (FIRST), from the least to the most restrictive."""

    CLEAR = "CLEAR"
    GREEN = "GREEN"
    AMBER = "AMBER"
    AMBER_STRICT = "AMBER+STRICT"
    RED = "RED"

    @property
    def rank(self) -> int:
        """0 for CLEAR to 4 for RED."""
        return _TLP_RANKS[self]


_TLP_RANKS: Final = {tlp: rank for rank, tlp in enumerate(Tlp)}


class Severity(StrEnum):
    """How much an alert matters, least first."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for low to 3 for critical."""
        return _SEVERITY_RANKS[self]


_SEVERITY_RANKS: Final = {severity: rank for rank, severity in enumerate(Severity)}


class Handling(Contract):
    """Who may see a thing. What carries no handling may be seen by its originator's nation only."""

    tlp: Tlp = Tlp.AMBER
    releasable_to: tuple[Nation, ...] = Field(
        default=(), description="nations that may see it; none means nobody but the originator"
    )


class Text(Contract):
    """A sentence in the two languages of the service."""

    es: str
    en: str
