"""What a row of our own lists says, checked as a whole: every fault by its column, and numbers whose check digit does not fit."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from pydantic import ValidationError
from stdnum import imo, iso6346
from vininfo import Vin
from vininfo.exceptions import VininfoException

from services.correlate.entries.bodies import faults_in
from services.correlate.lists.own_body import IDENTIFIERS
from services.correlate.lists.own_cells import CellFault, shortened
from services.correlate.lists.own_columns import BY_NAME, FURTHER, OF_FIELD
from shared.contracts.vocabulary import ActorKind
from shared.contracts.watchlist import ActorBody
from shared.platform.faults import Fault, faults_of

_COLUMNS: Final = {
    "identifiers": {field: column for column, field in IDENTIFIERS.items()}
    | {"country": "country", "issuer": "document_issuer", "expires": "document_expires", "state": "document_state", "name": "name"},
    "handling": {"tlp": "tlp", "releasable_to": "releasable_to"},
}  # fmt: skip
_BY_WHICH_IT_IS_MET: Final = frozenset({"names", "documents", "identifiers", "parts"})
_VIN_CHECKED: Final = frozenset("12345L")
"""First letters of North America and China, where the check digit of a VIN is the rule; elsewhere it is any letter."""
_MMSI_DIGITS: Final = 9
_VIN_LENGTH: Final = 17


def checked(
    value: dict[str, Any], faulty: Collection[str] = (), filled: Collection[str] | None = None
) -> ActorBody | list[CellFault]:
    """The entry, or what is wrong with it beside the columns that are `faulty` already. `filled` are the columns that said it; None of JSON."""
    fields = {BY_NAME[column].field for column in faulty if column in BY_NAME}
    body, found = _judged(value)
    if body is not None and not (found or faulty):
        return body
    return [
        _told(fault, filled)
        for fault in found
        if not _follows(fault, fields) and (filled is None or _column(fault.pointer, filled) not in faulty)
    ]


def _judged(value: dict[str, Any]) -> tuple[ActorBody | None, list[Fault]]:
    """The entry, and what is wrong with it: with its shape, and with what is left of it besides."""
    try:
        body = ActorBody.model_validate(value, extra="forbid")
    except ValidationError as error:
        found = faults_of(error)
    else:
        return body, faults_in(body)
    wrong = {fault.pointer.split("/")[1] for fault in found if fault.pointer}
    try:
        rest = ActorBody.model_validate({field: given for field, given in value.items() if field not in wrong})
    except ValidationError:
        return None, found
    return None, found + [fault for fault in faults_in(rest) if not _follows(fault, wrong)]


def warnings(value: Mapping[str, Any] | ActorBody, *, by_column: bool) -> Iterator[CellFault]:
    """Numbers that fail their check: each may be misread, or be painted so, and is taken as it is."""
    if isinstance(value, ActorBody):
        value = value.model_dump(include={"kind", "identifiers", "parts"}, by_alias=True, exclude_none=True)
    for field, column in (("vin", "vin"), ("imo", "imo"), ("mmsi", "mmsi"), ("number", "container")):
        number = (value.get("identifiers") or {}).get(field)
        if number and (column != "container" or value["kind"] == ActorKind.CONTAINER):
            yield from _doubted(column, number, column if by_column else f"identifiers.{field}")
    for index, part in enumerate(value.get("parts") or ()):
        for field, column in (("vin", "vin"), ("number", "container")):
            if number := (part.get("identifiers") or {}).get(field):
                yield from _doubted(column, number, f"set_{part['role']}" if by_column else f"parts.{index}.identifiers.{field}")


def _doubted(what: str, number: str, column: str) -> Iterator[CellFault]:
    compact = "".join(char for char in number.upper() if char.isalnum())
    said = _DOUBTS[what](compact)
    if said:
        advice = "See whether it was misread; it is taken as it is."
        yield CellFault(column, "check_digit", said, advice, shortened(number), warning=True)


def _vin(number: str) -> str | None:
    if len(number) != _VIN_LENGTH or set(number) & set("IOQ"):
        return "A VIN has 17 letters and digits, and no I, O or Q."
    try:
        fits = number[0] not in _VIN_CHECKED or bool(Vin(number).verify_checksum())
    except VininfoException:
        fits = False
    return None if fits else "The check digit of this VIN does not fit."


def _imo(number: str) -> str | None:
    return None if imo.is_valid(number.removeprefix("IMO")) else "The check digit of this IMO number does not fit."


def _mmsi(number: str) -> str | None:
    return None if number.isdecimal() and len(number) == _MMSI_DIGITS else "An MMSI has nine digits."


def _container(number: str) -> str | None:
    return None if iso6346.is_valid(number) else "The check digit of this container's number does not fit (ISO 6346)."


_DOUBTS: Final = {"vin": _vin, "imo": _imo, "mmsi": _mmsi, "container": _container}


def _follows(fault: Fault, fields: Collection[str]) -> bool:
    """Whether a fault is only that of another: what was left out as faulty is not missing besides."""
    return fault.code == "nothing_to_match" and not _BY_WHICH_IT_IS_MET.isdisjoint(fields)


def _told(fault: Fault, filled: Collection[str] | None) -> CellFault:
    detail = fault.detail if fault.detail.endswith((".", "!", "?")) else f"{fault.detail}."
    if filled is None:
        return CellFault(fault.pointer.strip("/").replace("/", "."), fault.code, detail, "See POST /v1/watchlist/actors.")
    column = _column(fault.pointer, filled)
    means = BY_NAME[column].en if column in BY_NAME else ""
    return CellFault(column, fault.code, detail, f"The column holds: {means}." if means else "See the template's explanation.")


def _column(pointer: str, filled: Collection[str]) -> str:
    """The column that a field of the entry comes from."""
    field, _, rest = pointer.strip("/").partition("/")
    part = rest.partition("/")[0]
    if column := _COLUMNS.get(field, {}).get(part):
        return column
    columns = OF_FIELD.get(field, ())
    if field == "identifiers" and not set(filled) & set(columns):
        return field
    return next(
        (column for column in columns if column in filled), columns[0] if columns else FURTHER if FURTHER in filled else field
    )
