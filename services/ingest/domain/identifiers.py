"""Identifiers: brought to the form they are compared in and checked by libraries (python-stdnum, vininfo).

A number that does not verify is kept and flagged, never refused: a misread digit must not hold up the lane.
"""

import re
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Final

import stdnum.ar.dni
import stdnum.br.cpf
import stdnum.cl.rut
import stdnum.co.nit
import stdnum.cr.cpf
import stdnum.cu.ni
import stdnum.do.cedula
import stdnum.ec.ci
import stdnum.es.dni
import stdnum.mx.curp
import stdnum.pe.cui
import stdnum.us.ssn
import stdnum.ve.rif
from stdnum import imo, iso6346
from stdnum.exceptions import ValidationError as NumberError
from vininfo import Vin
from vininfo.exceptions import VininfoException

_NO_SIGN: Final = re.compile(r"[^0-9A-Z]")
_MMSI: Final = re.compile(r"[2-7]\d{8}|(?:111|970|972|974|98\d|99\d|0[1-9]\d)\d{6}|00[1-9]\d{6}|8\d{8}")
"""Shapes of Rec. ITU-R M.585: ships, aircraft, devices, craft, aids to navigation, groups and coast stations."""

Verdict = tuple[str, bool | None]
"""A number as it is compared, and whether it verified: None where it has no check digit."""

_WITH_CHECK_DIGIT: Final[Mapping[str, ModuleType]] = {
    "BR": stdnum.br.cpf, "CL": stdnum.cl.rut, "DO": stdnum.do.cedula, "EC": stdnum.ec.ci, "ES": stdnum.es.dni,
    "MX": stdnum.mx.curp,
}  # fmt: skip
_SHAPE_ONLY: Final[Mapping[str, ModuleType]] = {
    "AR": stdnum.ar.dni, "CR": stdnum.cr.cpf, "CU": stdnum.cu.ni, "PE": stdnum.pe.cui, "US": stdnum.us.ssn
}  # fmt: skip
_BY_TYPE: Final[Mapping[str, tuple[str, ModuleType]]] = {
    "curp": ("MX", stdnum.mx.curp),
    "nit": ("CO", stdnum.co.nit),
    "rif": ("VE", stdnum.ve.rif),
    "rut": ("CL", stdnum.cl.rut),
    "cpf": ("BR", stdnum.br.cpf),
    "ssn": ("US", stdnum.us.ssn),
}
NATIONAL_ID: Final = frozenset({"national_id", "id", "id_card", "identity_card", "cedula", "dni", "dui", "dpi"})


def compact(text: str) -> str:
    """Letters and digits only, in capitals."""
    upper = text.upper()
    return upper if upper.isalnum() and upper.isascii() else _NO_SIGN.sub("", upper)


def vin(text: str) -> Verdict:
    """A vehicle identification number (ISO 3779). Its check digit is the rule in North America and China only."""
    number = compact(text)
    try:
        return number, bool(Vin(number).verify_checksum())
    except VininfoException:
        return number, False


def imo_number(text: str) -> Verdict:
    """A ship's number, without the letters IMO."""
    number = compact(text).removeprefix("IMO")
    return number, imo.is_valid(number)


def mmsi(text: str) -> Verdict:
    """A maritime mobile service identity: it has a shape and no check digit."""
    number = compact(text)
    return number, None if _MMSI.fullmatch(number) else False


def container(text: str) -> Verdict:
    """A container number (ISO 6346)."""
    number = compact(text)
    return number, iso6346.is_valid(number)


def document_number(kind: str, issuer: str | None, text: str) -> Verdict:
    """A document's number; those of national registers are checked where the library knows them."""
    number = compact(text)
    register = _register(kind, issuer)
    if register is None or not number:
        return number, None
    module, has_check_digit = register
    try:
        validate: Callable[[str], str] = module.validate
        return compact(validate(number)), True if has_check_digit else None
    except NumberError:
        return number, False


def _register(kind: str, issuer: str | None) -> tuple[ModuleType, bool] | None:
    own = _BY_TYPE.get(kind)
    if own is not None and issuer in {None, own[0]}:
        return own[1], own[1] not in _SHAPE_ONLY.values()
    if kind not in NATIONAL_ID or issuer is None:
        return None
    if issuer in _WITH_CHECK_DIGIT:
        return _WITH_CHECK_DIGIT[issuer], True
    if issuer in _SHAPE_ONLY:
        return _SHAPE_ONLY[issuer], False
    return None
