"""Field types of what agencies send: tolerant where nothing is lost by it, exact where a guess would be one."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, ValidationInfo

from services.ingest.domain.countries import alpha2

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d([.,]\d+)?)?([Zz]|[+-]\d\d:?\d\d)")
_PARTIAL_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_PLACE_CODE = re.compile(r"[A-Z]{2}[A-Z0-9]{3}|[A-Z]{2}(-[A-Z0-9]{1,8}){1,3}")
_PRINTABLE_ID = re.compile(r"[^\x00-\x1f\x7f]+")
_MICRO = Decimal("0.000001")
_LEAST_EXPONENT = -6


class TimeLimits(NamedTuple):
    """Between which moments an event may have happened."""

    earliest: datetime
    latest: datetime


def _moment(value: object) -> object:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _RFC3339.fullmatch(value.strip()):
        raise ValueError("must be an RFC 3339 time with its offset, such as 2026-11-24T05:41:07-06:00")
    try:
        return datetime.fromisoformat(value.strip().upper().replace(",", "."))
    except ValueError:
        raise ValueError("names no moment that exists") from None


def _happened(value: datetime, info: ValidationInfo) -> datetime:
    limits: TimeLimits | None = info.context
    if limits is None:
        return value
    try:
        if value > limits.latest:
            raise ValueError("lies in the future")
        if value < limits.earliest:
            raise ValueError("lies too far in the past")
    except OverflowError:
        raise ValueError("lies outside of what can be told") from None
    return value


def _happened_on(value: date, info: ValidationInfo) -> date:
    limits: TimeLimits | None = info.context
    if limits is None:
        return value
    # Somewhere on earth it is already tomorrow.
    if value > (limits.latest + timedelta(hours=14)).date():
        raise ValueError("lies in the future")
    if value < limits.earliest.date():
        raise ValueError("lies too far in the past")
    return value


def _day(value: object) -> object:
    if value == "":
        return None
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d\d-\d\d", value.strip()):
        raise ValueError("must be a date such as 2016-05-03")
    if isinstance(value, bool | int | float):
        raise ValueError("must be a date such as 2016-05-03")  # noqa: TRY004 - pydantic takes ValueError for a fault
    return value


def _partial_date(value: str) -> str:
    """Known to the year, the month or the day; parts written as 00 are unknown."""
    if not value:
        return ""
    while value.endswith("-00"):
        value = value[:-3]
    found = _PARTIAL_DATE.fullmatch(value)
    if found is None:
        raise ValueError("must be 1984, 1984-03 or 1984-03-09")
    year, month, day = found.groups()
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        raise ValueError("names no date that exists") from None
    return value


def _amount(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("must be a number such as 148.5")  # noqa: TRY004 - pydantic takes ValueError for a fault
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise ValueError("must be a number such as 148.5") from None
    if not number.is_finite():
        raise ValueError("must be a finite number")
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < _LEAST_EXPONENT:
        try:
            number = number.quantize(_MICRO, rounding=ROUND_HALF_EVEN)
        except InvalidOperation:
            raise ValueError("has too many digits") from None
    return number


def _country(value: object) -> object:
    if value is None or value == "":
        return None
    found = alpha2(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("must be an ISO 3166-1 alpha-2 country code such as GT")
    return found


def _place_code(value: str) -> str:
    code = value.upper().replace(" ", "")
    if code and not _PLACE_CODE.fullmatch(code):
        raise ValueError("must be a UN/LOCODE such as GTCTU or a border post's code such as MX-GT-01")
    return code


def _own_id(value: str) -> str:
    if not _PRINTABLE_ID.fullmatch(value):
        raise ValueError("must not hold control characters")
    return value


def _lines(value: object) -> object:
    """Lines of a machine readable zone, in one text or in a list."""
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "\n".join(value)
    return value


ShortText = Annotated[str, StringConstraints(max_length=256)]
LongText = Annotated[str, StringConstraints(max_length=4000)]
OwnId = Annotated[str, StringConstraints(min_length=1, max_length=256), AfterValidator(_own_id)]
MrzLines = Annotated[str, BeforeValidator(_lines), StringConstraints(max_length=200)]
PlaceCode = Annotated[str, StringConstraints(max_length=32), AfterValidator(_place_code)]
OccurredAt = Annotated[datetime, BeforeValidator(_moment), AfterValidator(_happened)]
Day = Annotated[date | None, BeforeValidator(_day)]
OccurredOn = Annotated[date, BeforeValidator(_day), AfterValidator(_happened_on)]
BirthDate = Annotated[str, StringConstraints(max_length=10), AfterValidator(_partial_date)]
Country = Annotated[str | None, BeforeValidator(_country)]
Amount = Annotated[Decimal, BeforeValidator(_amount), Field(ge=0, lt=10**12)]


def plain(number: Decimal) -> str:
    """A number without exponent and trailing zeros: equal numbers are written alike."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def written(moment: datetime) -> str:
    """A moment as the contracts write it: RFC 3339, in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
